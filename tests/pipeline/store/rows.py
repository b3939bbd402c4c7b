"""A run and rows of its tables as the tests of the store need them."""

from __future__ import annotations

from pipeline.store import RunKey
from pipeline.store.tables import DescribeRow, HearRow, NodeRow

KEY = RunKey("recording", {"hear": "h", "describe": "d", "merge": "m"})


def chunk(index: int, **more: object) -> DescribeRow:
    """A chunk that was described, and `more`."""
    values = {"recording": "r", "index": index, "start": index * 10, "end": index * 10 + 10, "kind": "window"}
    return DescribeRow(**{**values, "inputs": "", "status": "processed", **more})  # type: ignore[arg-type]


def window(index: int, **more: object) -> HearRow:
    """A window that was heard, and `more`."""
    values = {"recording": "r", "index": index, "start": index * 10, "end": index * 10 + 10, "heard_start": index * 10}
    return HearRow(**{**values, "status": "processed", **more})  # type: ignore[arg-type]


def node(**more: object) -> NodeRow:
    """A node of the first level, and `more`."""
    values = {"recording": "r", "level": 1, "index": 0, "start": 0, "end": 9, "children": [0, 1], "inputs": "x"}
    return NodeRow(**{**values, "status": "processed", **more})  # type: ignore[arg-type]
