"""The hybrid-cloud fallback: off by default, fail closed, every byte accounted for."""
