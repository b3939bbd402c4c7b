"""Everything as one JSON document, written as a stream: times in seconds on the recording's clock."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chunkers.spans import TICKS_PER_SECOND
from pipeline.reports.by_speaker import told_by_speaker
from pipeline.reports.outline import Length, outline
from pipeline.reports.reading import root, traced
from pipeline.stages.see.findings import findings
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.rows import MEASURED
from pipeline.stages.speakers.spoken import Person, Spoken
from pipeline.store import Run
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow
from pipeline.text.markup import escaped

_TICKS = ("start", "end", "heard_start", "at", "until")


def report(run: Run, length: Length = "normal", *, by_speaker: bool = False) -> Iterator[str]:
    """One object: `run`, `outline`, `summary`, `tree`, `chunks`, `windows`, `segments`, what was seen and who spoke."""
    node, spoken = root(run), Spoken(run)
    summary = [
        {"text": one.text, "moments": [[_seconds(m.start), _seconds(m.end)] for m in one.moments]}
        for one in (traced(node) if node else [])
    ]
    document = run.document()
    yield '{\n"run": ' + _dump(None if document is None else document.model_dump(mode="json"))
    told = outline(run, length, spoken)
    yield ',\n"outline": ' + _dump(_in_seconds(dataclasses.asdict(told)))
    if by_speaker:
        found = told_by_speaker(spoken, told, length)
        yield ',\n"by_speaker": ' + _dump([_in_seconds(dataclasses.asdict(one)) for one in found])
    yield ',\n"summary": ' + _dump(summary)
    yield ',\n"tree": ['
    yield from _items(node for level in run.levels() for node in run.nodes(level))
    yield '],\n"chunks": ['
    yield from _items(run.chunks())
    yield '],\n"windows": ['
    yield from _items(spoken.heard())
    yield '],\n"segments": ['
    yield from _items(run.seen(), without=("key_frames", "sampled", *MEASURED))
    looked = Looked(run.seen())
    yield '],\n"picture": ' + _dump(
        [
            {"kind": one.kind, "text": one.text, "moments": [[_seconds(m.start), _seconds(m.end)] for m in one.spans]}
            for one in looked.within(looked.span).statements
        ]
    )
    rules = () if document is None else document.severity
    yield ',\n"findings": ' + _dump(
        [
            {
                "severity": one.severity,
                "kind": one.event,
                "start": _seconds(one.span.start),
                "end": _seconds(one.span.end),
                "text": one.text,
            }
            for one in findings(looked, rules)
        ]
    )
    yield ',\n"series": ' + _dump([_in_seconds(dataclasses.asdict(one)) for one in looked.series])
    yield ',\n"speakers": ' + _dump([_person(person) for person in spoken.people])
    yield ',\n"turns": ['
    yield from _separated(_dump(_in_seconds(dataclasses.asdict(turn))) for turn in spoken.turns())
    yield "]\n}\n"


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "seconds": _seconds(person.ticks),
        "first": _seconds(min(voice.start for voice in person.voices)),
    }


def _items(
    rows: Iterable[HearRow] | Iterable[SeeRow] | Iterable[DescribeRow] | Iterable[NodeRow], without: Sequence[str] = ()
) -> Iterator[str]:
    """`without` are columns that no text should hold: pictures, and ten numbers a second."""
    return _separated(
        _dump(_in_seconds({k: v for k, v in dataclasses.asdict(row).items() if k not in without})) for row in rows
    )


def _separated(items: Iterable[str]) -> Iterator[str]:
    comma = ""
    for item in items:
        yield f"{comma}\n{item}"
        comma = ","


def _in_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _seconds(v) if k in _TICKS else _in_seconds(v) for k, v in value.items()}
    return [_in_seconds(one) for one in value] if isinstance(value, list | tuple) else value


def _seconds(ticks: int) -> float:
    return ticks / TICKS_PER_SECOND


def _dump(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))
