"""The store: what is kept of a recording, whole or absent, readable by anyone."""

from pipeline.store.documents import RunDocument
from pipeline.store.runs import DESCRIBE, FORMAT, HEAR, MERGE, SEE, STAGES, Run, RunKey
from pipeline.store.store import Store

__all__ = ["DESCRIBE", "FORMAT", "HEAR", "MERGE", "SEE", "STAGES", "Run", "RunDocument", "RunKey", "Store"]
