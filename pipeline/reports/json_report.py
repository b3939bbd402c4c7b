"""Everything as one JSON document, written as a stream: times in seconds on the recording's clock."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chunkers.spans import TICKS_PER_SECOND
from pipeline.reports.by_speaker import told_by_speaker
from pipeline.reports.expected import expected_words
from pipeline.reports.json_types import (
    IN_SECONDS,
    LEFT_OUT,
    VERSION,
    JudgedEvent,
    PictureSentence,
    SpeakingTime,
    SummarySentence,
    moment,
)
from pipeline.reports.kept_outline import outline
from pipeline.reports.outline import Length
from pipeline.reports.reading import root, traced
from pipeline.stages.see.findings import Finding, findings
from pipeline.stages.see.looked import Looked
from pipeline.stages.speakers.spoken import Person, Spoken
from pipeline.store import Run
from pipeline.text.markup import escaped

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def report(run: Run, length: Length = "normal", *, by_speaker: bool = False) -> Iterator[str]:
    """One object, as `json_types.JsonReport` describes it."""
    document, node, spoken, looked = run.document(), root(run), Spoken(run), Looked(run.seen())
    yield f'{{\n"version": {VERSION}'
    yield ',\n"run": ' + _dump(None if document is None else document.model_dump(mode="json"))
    told = outline(run, length, spoken)
    yield ',\n"outline": ' + _dump(_in_seconds(dataclasses.asdict(told)))
    if by_speaker:
        yield from _listed("by_speaker", map(_record, told_by_speaker(spoken, told, length)))
    sentences = traced(node) if node else []
    yield from _listed(
        "summary", (dataclasses.asdict(SummarySentence(one.text, tuple(map(moment, one.moments)))) for one in sentences)
    )
    yield from _listed("tree", (_record(node) for level in run.levels() for node in run.nodes(level)))
    yield from _listed("chunks", map(_record, run.chunks()))
    yield from _listed("windows", map(_record, spoken.heard()))
    yield from _listed("segments", (_record(row, without=LEFT_OUT) for row in run.seen()))
    said = looked.within(looked.span).statements
    yield from _listed(
        "picture",
        (dataclasses.asdict(PictureSentence(one.kind, one.text, tuple(map(moment, one.spans)))) for one in said),
    )
    found = findings(looked, () if document is None else document.severity)
    yield from _listed("findings", (dataclasses.asdict(_judged(one)) for one in found))
    yield from _listed("series", map(_record, looked.series))
    yield from _listed("speakers", (dataclasses.asdict(_speaking(person)) for person in spoken.people))
    yield from _listed("turns", map(_record, spoken.turns()))
    yield from _listed("expected_words", map(_record, expected_words(run, run.heard())))
    yield "\n}\n"


def _judged(one: Finding) -> JudgedEvent:
    return JudgedEvent(one.severity, one.event, *moment(one.span), one.text)


def _speaking(person: Person) -> SpeakingTime:
    return SpeakingTime(person.name, _seconds(person.ticks), _seconds(min(voice.start for voice in person.voices)))


def _listed(name: str, records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A field that is a list, a line an item."""
    yield f',\n"{name}": ['
    comma = ""
    for record in records:
        yield f"{comma}\n{_dump(record)}"
        comma = ","
    yield "]"


def _record(row: DataclassInstance, without: Sequence[str] = ()) -> dict[str, Any]:
    return {
        name: _seconds(value) if name in IN_SECONDS else _in_seconds(value)
        for name, value in dataclasses.asdict(row).items()
        if name not in without
    }


def _in_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _seconds(v) if k in IN_SECONDS else _in_seconds(v) for k, v in value.items()}
    return [_in_seconds(one) for one in value] if isinstance(value, list | tuple) else value


def _seconds(ticks: int) -> float:
    return ticks / TICKS_PER_SECOND


def _dump(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))
