"""llama.cpp inside this process: its server, and the text model over it."""
