"""A transcript that another tool, or a person, has made, as rows of hearing. Pure planning.

Its cues are laid into windows like those that are cut from sound, so that the stages behind do not know the
difference. Where it says nothing for a while, the windows are silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.stages.protocol import Made, Part
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue
from pipeline.text.transcript_files import ImportedCue, ImportedTranscript

VERSION = 1
"""Raised when the same transcript would now give other rows."""


class Untouched:
    """A `Worker` that has nothing to do: no model sees a row that was imported."""

    def begin(self, item: HearRow) -> HearRow:
        """The row itself."""
        return item

    def work(self, *parts: Part[HearRow]) -> list[Made[HearRow]]:
        """The rows themselves."""
        return [Made(row) for part in parts for row in part.items]


@dataclass(frozen=True)
class ImportedStage:
    """A `Stage` of rows that are there already."""

    worker: Untouched = field(default_factory=Untouched)

    def inputs(self, item: HearRow) -> str:
        """Nothing."""
        del item
        return ""

    def without_model(self, item: HearRow) -> HearRow:
        """The row itself."""
        return item


_PAUSE = 5 * TICKS_PER_SECOND
"""A pause of so many ticks between cues ends a window."""


def imported_rows(recording: str, words: ImportedTranscript, duration: int, length: int) -> list[HearRow]:
    """The rows of `words` for a recording of `duration` ticks, each of at most `length` ticks.

    The spans touch and reach from 0 to the duration, or to the end of the last cue where that is later.
    """
    pieces = [piece for cue in words.cues for piece in _short(cue, length)]
    rows = []
    for index, (span, inside) in enumerate(_windows(pieces, duration, length)):
        cues = [cue for cue, _ in inside]
        rows.append(
            HearRow(
                recording=recording,
                index=index,
                start=span.start,
                end=span.end,
                heard_start=span.start,
                status="processed" if cues else "silent",
                language=words.language if cues else "",
                transcript=" ".join(cue.text for cue in cues),
                cues=cues,
                words=[word for _, own in inside for word in own],
                model=words.form,
                source="imported",
            )
        )
    return rows


_Piece = tuple[Cue, tuple[Cue, ...]]
"""A cue and its words."""


def _short(cue: ImportedCue, length: int) -> Iterator[_Piece]:
    """The cue in pieces of at most `length` ticks: its words shared out evenly, which is all that is known of them."""
    words = tuple(Cue(start, end, text, cue.speaker) for start, end, text in cue.words)
    count = -(-(cue.end - cue.start) // length)
    if count <= 1:
        yield Cue(cue.start, cue.end, cue.text, cue.speaker), words
        return
    texts = cue.text.split()
    borders = [cue.start + (cue.end - cue.start) * number // count for number in range(count + 1)]
    for number in range(count):
        own = texts[len(texts) * number // count : len(texts) * (number + 1) // count]
        if own:
            inside = tuple(word for word in words if borders[number] <= word.start < borders[number + 1])
            yield Cue(borders[number], borders[number + 1], " ".join(own), cue.speaker), inside


def _windows(pieces: Sequence[_Piece], duration: int, length: int) -> Iterator[tuple[Span, list[_Piece]]]:
    """Windows that touch, with the pieces that begin in them."""
    start = end = 0
    waiting: list[_Piece] = []
    for piece in sorted(pieces, key=lambda one: one[0].start):
        cue = piece[0]
        full = bool(waiting) and (cue.start - end >= _PAUSE or max(end, cue.end) - start > length)
        if full:
            border = min(max(end, start + 1), cue.start) if cue.start > start else start
            if border > start:
                yield Span(start, border), [one for one in waiting if one[0].start < border]
                start, waiting = border, [one for one in waiting if one[0].start >= border]
        if not waiting and (cue.start - start >= _PAUSE or cue.end - start > length):
            for silence in _silences(start, cue.start, length):
                yield silence, []
            start = cue.start
        waiting.append(piece)
        end = max(end, cue.end)
    if waiting:
        yield Span(start, max(end, start + 1)), waiting
        start = max(end, start + 1)
    for silence in _silences(start, duration, length):
        yield silence, []


def _silences(start: int, end: int, length: int) -> Iterable[Span]:
    return [Span(at, min(at + length, end)) for at in range(start, end, length)]
