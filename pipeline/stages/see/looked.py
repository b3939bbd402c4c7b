"""What was seen in a whole recording, and in any stretch of it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chunkers.picture_events import PictureEvent, picture_events
from chunkers.signals import Signals, concatenated
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.stages.see.boxes import around
from pipeline.stages.see.rows import signals_of
from pipeline.stages.see.series import Point, Series, series
from pipeline.stages.see.statements import Statement, of_ends, of_events, of_series, of_texts
from pipeline.stages.see.tracks import joined
from pipeline.stages.see.values import plain
from pipeline.store.structs import ScreenText
from pipeline.store.tables import SeeRow

_LEAST_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in a stretch: the sentences about it, and the lines of text as they were read."""

    statements: tuple[Statement, ...]
    screen: tuple[str, ...]
    values: tuple[str, ...]
    """What was read of numbers that change, each with its label and unit."""

    @property
    def beside_words(self) -> tuple[Statement, ...]:
        """What is worth saying of a stretch without words, where elsewhere in the recording something is said."""
        return tuple(one for one in self.statements if one.notable or one.kind == "text")

    @property
    def notable(self) -> tuple[Statement, ...]:
        """What is worth saying beside the words."""
        return tuple(one for one in self.statements if one.notable)


@dataclass(frozen=True, slots=True)
class SeenSegment:
    """A segment of the stage `see`, without what was seen in it."""

    index: int
    span: Span
    skipped: str
    """Why nothing was; empty otherwise."""


class Looked:
    """The rows of the stage `see` of one recording, as one: events are told over all of it, texts go on over borders.

    Key frames are not kept; twelve hours of signals are some 16 MB.
    """

    def __init__(self, rows: Iterable[SeeRow]) -> None:
        """`rows` in order."""
        signals: list[list[Signals]] = [[]]
        parts: list[list[ScreenText]] = []
        self.segments: list[SeenSegment] = []
        for row in rows:
            self.segments.append(SeenSegment(row.index, row.span, row.error if row.status == "skipped" else ""))
            if row.status == "skipped":
                signals.append([])
            else:
                signals[-1].append(signals_of(row))
            parts.append(row.texts)
        texts = joined(*parts)
        self.series: list[Series] = series(texts)
        values = defaultdict[int, list[tuple[Series, Point]]](list)
        for one in self.series:
            for point in one.points:
                values[point.at].append((one, point))
        self.texts: list[ScreenText] = [
            text
            for text in texts
            if _says(text) and not any(_is_value(text, *pair) for pair in values.get(text.start, ()))
        ]
        # What nobody saw is neither still nor moving: events are told on either side of it.
        events = [event for some in signals if some for event in picture_events(concatenated(some))]
        self.events = _without_texts(events, self.texts, self.series)

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(0, self.segments[-1].span.end if self.segments else 0)

    def within(self, span: Span) -> Seen:
        """What was seen in `span`."""
        texts = [one for one in (_cut(text, span) for text in self.texts) if one is not None]
        events = [replace(event, span=_common(event.span, span)) for event in self.events if event.span.overlaps(span)]
        numbers = [one for one in (_points(one, span) for one in self.series) if one is not None]
        found = [
            *of_events(events, text=bool(texts or numbers)),
            *of_texts(texts),
            *of_series(numbers, whole=span == self.span),
        ]
        if span == self.span and len(self.segments) > 1:
            found += of_ends(texts, span)
        found.sort(key=lambda statement: statement.span.start)
        read = [f"{one.label} {point.written} {one.unit}".strip() for one in numbers for point in one.points]
        return Seen(tuple(found), tuple(dict.fromkeys(text.text for text in texts)), tuple(dict.fromkeys(read)))


def _without_texts(
    events: Sequence[PictureEvent], texts: Sequence[ScreenText], numbers: Sequence[Series]
) -> list[PictureEvent]:
    """The events, without changes of the picture that are a text that comes, goes or changes; clocks always do."""
    values = [point.at for one in numbers if one.kind == "number" for point in one.points]
    moments = sorted({*values, *(tick for text in texts for tick in (text.start, text.end))})

    def is_text(event: PictureEvent) -> bool:
        at = bisect_left(moments, event.span.start - TICKS_PER_SECOND)
        return event.kind == "changed" and at < len(moments) and moments[at] <= event.span.start + TICKS_PER_SECOND

    return [event for event in events if not is_text(event)]


def _cut(text: ScreenText, span: Span) -> ScreenText | None:
    start, end = max(text.start, span.start), min(text.end, span.end)
    return replace(text, start=start, end=end) if start < end else None


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))


def _says(text: ScreenText) -> bool:
    """Whether a text is more than a mark in which a reader saw a letter."""
    return sum(char.isalnum() for char in text.text) >= _LEAST_CHARACTERS


def _is_value(text: ScreenText, one: Series, point: Point) -> bool:
    """Whether a text that begins with a point of a series is what was read there."""
    return around(one.box, text.box) == one.box and point.written in plain(text.text)


def _points(one: Series, span: Span) -> Series | None:
    points = tuple(point for point in one.points if span.holds(point.at))
    return replace(one, points=points) if points else None
