"""Everything as one JSON document, written as a stream: times in seconds on the recording's clock."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chunkers.spans import TICKS_PER_SECOND
from pipeline.reports.outline import Length, outline
from pipeline.reports.reading import root, traced
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.rows import MEASURED
from pipeline.store import Run
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow
from pipeline.text.markup import escaped

_TICKS = ("start", "end", "heard_start", "at", "until")


def report(run: Run, length: Length = "normal") -> Iterator[str]:
    """`{"run", "outline", "summary", "tree", "chunks", "windows", "segments", "picture", "series"}`."""
    node = root(run)
    summary = [
        {"text": one.text, "moments": [[_seconds(m.start), _seconds(m.end)] for m in one.moments]}
        for one in (traced(node) if node else [])
    ]
    document = run.document()
    yield '{\n"run": ' + _dump(None if document is None else document.model_dump(mode="json"))
    yield ',\n"outline": ' + _dump(_in_seconds(dataclasses.asdict(outline(run, length))))
    yield ',\n"summary": ' + _dump(summary)
    yield ',\n"tree": ['
    yield from _items(node for level in run.levels() for node in run.nodes(level))
    yield '],\n"chunks": ['
    yield from _items(run.chunks())
    yield '],\n"windows": ['
    yield from _items(run.heard())
    yield '],\n"segments": ['
    yield from _items(run.seen(), without=("key_frames", "sampled", *MEASURED))
    looked = Looked(run.seen())
    yield '],\n"picture": ' + _dump(
        [
            {"kind": one.kind, "text": one.text, "moments": [[_seconds(m.start), _seconds(m.end)] for m in one.spans]}
            for one in looked.within(looked.span).statements
        ]
    )
    yield ',\n"series": ' + _dump([_in_seconds(dataclasses.asdict(one)) for one in looked.series])
    yield "\n}\n"


def _items(
    rows: Iterable[HearRow] | Iterable[SeeRow] | Iterable[DescribeRow] | Iterable[NodeRow], without: Sequence[str] = ()
) -> Iterator[str]:
    """`without` are columns that no text should hold: pictures, and ten numbers a second."""
    comma = ""
    for row in rows:
        yield f"{comma}\n{_dump(_in_seconds({k: v for k, v in dataclasses.asdict(row).items() if k not in without}))}"
        comma = ","


def _in_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _seconds(v) if k in _TICKS else _in_seconds(v) for k, v in value.items()}
    return [_in_seconds(one) for one in value] if isinstance(value, list | tuple) else value


def _seconds(ticks: int) -> float:
    return ticks / TICKS_PER_SECOND


def _dump(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))
