"""Who speaks: pieces of speech with vectors of their voices, and the people that they are put down to."""
