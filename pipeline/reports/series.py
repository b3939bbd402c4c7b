"""The numbers that were read in pictures, of one recording or of an archive, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.see.looked import Looked
from pipeline.store import SEE, Run


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One value of a series of numbers on the screen."""

    recording: str
    name: str
    """The file's."""
    series: int
    """Which series of the recording, from 0."""
    kind: str
    label: str
    unit: str
    seconds: float
    """When it was read, on the recording's clock."""
    value: float
    read: str
    """As it was read."""


def series_rows(runs: Iterable[Run], text: str = "") -> Iterator[SeriesRow]:
    """Every value of every series whose label, unit or reading holds `text`, upper and lower case alike.

    Of several runs of a recording only the last counts. Raises `StoreDamagedError`.
    """
    last = {run.key.recording: run for run in runs if run.has(SEE)}
    wanted = text.casefold()
    for recording, run in last.items():
        document = run.document()
        name = document.input.name if document else recording
        for number, one in enumerate(Looked(run.seen()).series):
            if wanted not in " ".join([one.label, one.unit, *(point.written for point in one.points)]).casefold():
                continue
            for point in one.points:
                seconds = point.at / TICKS_PER_SECOND
                yield SeriesRow(
                    recording, name, number, one.kind, one.label, one.unit, seconds, point.value, point.written
                )
