"""Tiny checkpoints of the true Gemma 4 architectures, for tests, benchmarks and trials without the real weights."""
