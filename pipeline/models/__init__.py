"""Models: one file a backend, behind the protocols of `protocol.py`."""
