"""The store: what is kept of a recording, whole or absent, readable by anyone."""

from pipeline.store.runs import FORMAT, Run, RunKey, Store

__all__ = ["FORMAT", "Run", "RunKey", "Store"]
