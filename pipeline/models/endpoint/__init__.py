"""A model behind a server that speaks OpenAI's protocol, and the one place through which bytes leave."""
