"""Everything as one JSON document, written as a stream: times in seconds on the recording's clock."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from typing import Any

from chunkers.spans import TICKS_PER_SECOND
from pipeline.reports.reading import root, traced
from pipeline.store import Run
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from pipeline.text.markup import escaped

_TICKS = ("start", "end", "heard_start", "at")


def report(run: Run) -> Iterator[str]:
    """`{"run", "summary", "tree", "chunks", "windows"}`."""
    node = root(run)
    summary = [
        {"text": one.text, "moments": [[_seconds(m.start), _seconds(m.end)] for m in one.moments]}
        for one in (traced(node) if node else [])
    ]
    document = run.document()
    yield '{\n"run": ' + _dump(None if document is None else document.model_dump(mode="json"))
    yield ',\n"summary": ' + _dump(summary)
    yield ',\n"tree": ['
    yield from _items(node for level in run.levels() for node in run.nodes(level))
    yield '],\n"chunks": ['
    yield from _items(run.chunks())
    yield '],\n"windows": ['
    yield from _items(run.heard())
    yield "]\n}\n"


def _items(rows: Iterable[HearRow] | Iterable[DescribeRow] | Iterable[NodeRow]) -> Iterator[str]:
    comma = ""
    for row in rows:
        yield f"{comma}\n{_dump(_in_seconds(dataclasses.asdict(row)))}"
        comma = ","


def _in_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _seconds(v) if k in _TICKS else _in_seconds(v) for k, v in value.items()}
    return [_in_seconds(one) for one in value] if isinstance(value, list) else value


def _seconds(ticks: int) -> float:
    return ticks / TICKS_PER_SECOND


def _dump(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))
