"""The store: what is kept of a recording, whole or absent, readable by anyone."""

from pipeline.store.documents import RunDocument
from pipeline.store.runs import APART, DESCRIBE, FORMAT, HEAR, MERGE, SEE, SPEAKERS, STAGES, Run, RunKey
from pipeline.store.store import Store

__all__ = [
    "APART",
    "DESCRIBE",
    "FORMAT",
    "HEAR",
    "MERGE",
    "SEE",
    "SPEAKERS",
    "STAGES",
    "Run",
    "RunDocument",
    "RunKey",
    "Store",
]
