"""A recording in the order of its time, as a page shows it: what was said, what was seen, and what is missing."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.series import Series
from pipeline.store import Run
from pipeline.store.coverage import Coverage
from pipeline.store.structs import KeyFrame
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue
from pipeline.text.sentences import ended

_LONG = 40 * TICKS_PER_SECOND
"""A block that lasts so long ends with its sentence."""

_LONGEST = 90 * TICKS_PER_SECOND
"""It ends here although no sentence does."""

_PAUSE = 5 * TICKS_PER_SECOND
"""A pause of so many ticks ends a block."""


@dataclass(frozen=True, slots=True)
class Block:
    """What one speaker says, as much of it as is easily read at once."""

    kind: ClassVar[str] = "said"
    speaker: str
    """Empty where nobody was told apart."""
    begins: bool
    """Whether another one spoke before."""
    cues: tuple[Cue, ...]

    @property
    def span(self) -> Span:
        """From its first word to its last."""
        return Span(self.cues[0].start, max(cue.end for cue in self.cues))


@dataclass(frozen=True, slots=True)
class View:
    """A segment of the picture: its key frames, the lines on the screen, how numbers run, and what is said of it."""

    kind: ClassVar[str] = "seen"
    span: Span
    frames: tuple[KeyFrame, ...]
    lines: tuple[str, ...]
    values: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A span that is not covered, and why."""

    kind: ClassVar[str] = "missing"
    span: Span
    status: str
    reason: str


Item = Block | View | Missing


def stream(run: Run, heard: Iterable[HearRow], looked: Looked, total: Coverage) -> Iterator[Item]:
    """Everything in order of its start; a part of the store in memory at a time.

    `heard` are the windows with their speakers, `looked` is what was seen, `total` the coverage.
    """
    missing = (Missing(span, status, reason) for span, status, reason in total.gaps)
    sources: list[Iterator[Item]] = [missing, _views(run, looked), blocks(heard)]
    yield from heapq.merge(*sources, key=lambda item: item.span.start)


def blocks(heard: Iterable[HearRow]) -> Iterator[Block]:
    """The cues of windows in blocks of one speaker, over the borders of windows."""
    waiting: list[Cue] = []
    last: str | None = None
    for cue in _cues(heard):
        if waiting and _ends(waiting, cue):
            speaker = waiting[0].speaker or ""
            yield Block(speaker, speaker != last, tuple(waiting))
            last, waiting = speaker, []
        waiting.append(cue)
    if waiting:
        speaker = waiting[0].speaker or ""
        yield Block(speaker, speaker != last, tuple(waiting))


def _cues(heard: Iterable[HearRow]) -> Iterator[Cue]:
    for row in heard:
        if row.cues:
            yield from row.cues
        elif row.transcript:
            yield Cue(row.start, row.end, row.transcript)


def _ends(block: Sequence[Cue], cue: Cue) -> bool:
    length = block[-1].end - block[0].start
    return (
        cue.speaker != block[-1].speaker
        or cue.start - block[-1].end >= _PAUSE
        or length >= _LONGEST
        or (length >= _LONG and ended(block[-1].text))
    )


def _views(run: Run, looked: Looked) -> Iterator[View]:
    """The segments in which something was seen."""
    summaries = {chunk.start: chunk.summary for chunk in run.chunks()} if looked.segments else {}
    for row in run.seen():
        lines = dict.fromkeys(text.text for text in looked.texts if text.start < row.end and text.end > row.start)
        values = tuple(_values(looked.series, row.span))
        view = View(row.span, tuple(row.key_frames), tuple(lines), values, summaries.get(row.start, ""))
        if view.frames or view.lines or view.values or view.summary:
            yield view


def _values(found: Sequence[Series], span: Span) -> Iterator[str]:
    """Of each series its first and last value within a span."""
    for series in found:
        first, last = (bisect_left(series.points, tick, key=lambda point: point.at) for tick in (span.start, span.end))
        written = [point.written for point in series.points[first:last] if not point.doubtful]
        if written:
            ends = written[0] if written[0] == written[-1] else f"{written[0]} → {written[-1]}"
            yield f"{series.label} {ends} {series.unit}".strip()
