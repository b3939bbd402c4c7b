"""The diariser: where in a stretch of sound somebody speaks, and a vector of each voice."""
