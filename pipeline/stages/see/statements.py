"""What was measured and read in a picture, in plain sentences: each is true of its spans, and says no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from chunkers.picture_events import PictureEvent
from chunkers.spans import TICKS_PER_SECOND, Span, stamp
from pipeline.stages.see.clocks import check_clock
from pipeline.stages.see.series import Point, Series
from pipeline.store.structs import ScreenText

MOST_TEXTS = 8
"""Lines of text that one sentence names; the rest is counted."""

MOST_MOMENTS = 5
"""Moments that one sentence names; the rest is counted."""

_LEAST_STILL = 2 * TICKS_PER_SECOND
"""Shorter times without movement are not worth a word."""

_AT_AN_END = 5 * TICKS_PER_SECOND
"""What is shown so near to the beginning or the end stands there."""

_NOTABLE = ("black", "frozen", "changed", "lights", "flicker")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence about the picture and the spans that it is about; `notable` ones are events of their own."""

    kind: str
    text: str
    spans: tuple[Span, ...]
    notable: bool = False

    @property
    def span(self) -> Span:
        """From its first moment to its last."""
        return Span(self.spans[0].start, max(span.end for span in self.spans))


def of_events(events: Sequence[PictureEvent], *, text: bool = False) -> list[Statement]:
    """What happens in the picture: what is notable one by one, scenes and movement kind by kind; by time.

    `text`: whether text comes, goes or changes meanwhile, which is no movement.
    """
    found = [
        Statement(event.kind, of_event(event), (event.span,), notable=True)
        for event in events
        if event.kind in _NOTABLE
    ]
    for kind, one, many in (
        ("cut", "Another scene begins", "Other scenes begin"),
        ("camera", "The view shifts", "The view shifts"),
        ("fade", "The picture fades", "The picture fades"),
    ):
        spans = [event.span for event in events if event.kind == kind]
        if spans:
            found.append(Statement(kind, f"{one if len(spans) == 1 else many} {_moments(spans)}.", tuple(spans)))
    found += _movement(events, text=text)
    return sorted(found, key=lambda statement: (statement.span.start, statement.kind))


def of_event(event: PictureEvent) -> str:
    """One event in a sentence."""
    return _SENTENCES[event.kind](event)


def of_text(text: ScreenText) -> str:
    """One line on the screen in a sentence."""
    return f'The screen reads "{text.text}" {_from_to(Span(text.start, text.end))}.'


def of_texts(texts: Sequence[ScreenText]) -> list[Statement]:
    """What the screen reads: lines that come and go together in one sentence."""
    ordered = sorted(texts, key=lambda text: (text.start, text.end, text.box[1], text.box[0]))
    found = []
    for (start, end), group in groupby(ordered, key=lambda text: (text.start, text.end)):
        lines = list(dict.fromkeys(text.text for text in group))
        text = f"The screen reads {_quoted(lines)} {_from_to(Span(start, end))}."
        found.append(Statement("text", text, (Span(start, end),)))
    return found


def of_ends(texts: Sequence[ScreenText], span: Span) -> list[Statement]:
    """Which lines stand on the screen at the end of `span` but not at its beginning, and the other way round."""
    near = min(_AT_AN_END, span.ticks // 2)
    first, last = Span(span.start, span.start + near), Span(span.end - near, span.end)
    begun = list(dict.fromkeys(text.text for text in texts if text.start < first.end))
    ended = list(dict.fromkeys(text.text for text in texts if text.end > last.start))
    parts = [
        f"{where} the screen reads {_quoted(lines)}"
        for where, lines in (
            ("At the beginning only", [text for text in begun if text not in ended]),
            ("at the end only", [text for text in ended if text not in begun]),
        )
        if lines
    ]
    if not parts:
        return []
    said = "; ".join(parts)
    return [Statement("ends", f"{said[0].upper()}{said[1:]}.", (first, last))]


def _quoted(lines: Sequence[str]) -> str:
    more = f" and {len(lines) - MOST_TEXTS} more lines" if len(lines) > MOST_TEXTS else ""
    return ", ".join(f'"{line}"' for line in lines[:MOST_TEXTS]) + more


def of_series(found: Sequence[Series], *, whole: bool) -> list[Statement]:
    """How each series of numbers on the screen runs: where it begins and ends, its lowest and highest value.

    Values that were probably misread are left out. Of a clock, `whole` says how it compares with the recording's own.
    """
    made = []
    for series in found:
        points = [point for point in series.points if not point.doubtful]
        if len({point.written for point in points}) < 2:
            continue
        if series.kind in ("clock", "timecode"):
            made.append(_of_clock(series, points, whole=whole))
        else:
            made.append(_of_numbers(series, points))
    return made


def _of_clock(series: Series, points: Sequence[Point], *, whole: bool) -> Statement:
    span = Span(points[0].at, points[-1].until)
    compared = f"; it {check_clock(series)}" if whole else ""
    name = "A time code" if series.kind == "timecode" else "A clock"
    return Statement(
        "clock", f"{name} on the screen runs from {points[0].written} to {points[-1].written}{compared}.", (span,)
    )


def _of_numbers(series: Series, points: Sequence[Point]) -> Statement:
    def shown(point: Point) -> str:
        return f"{point.written} {series.unit}".strip()

    first, last = points[0], points[-1]
    low, high = min(points, key=lambda point: point.value), max(points, key=lambda point: point.value)
    span = Span(first.at, last.until)
    text = f'"{series.label}" on the screen' if series.label else "A number on the screen"
    text += f" goes from {shown(first)} to {shown(last)} {_from_to(span)}"
    extremes = [
        f"{word} {shown(point)} at {_clock(point.at)}"
        for word, point in (("lowest", low), ("highest", high))
        if point.value not in (first.value, last.value)
    ]
    return Statement("series", f"{'; '.join([text, *extremes])}.", (span,), notable=series.kind == "number")


def _movement(events: Sequence[PictureEvent], *, text: bool) -> list[Statement]:
    """Where something moves and where nothing does."""
    moving = [event.span for event in events if event.kind == "moving"]
    still = [event.span for event in events if event.kind == "still" and event.span.ticks >= _LEAST_STILL]
    if not moving:
        apart = ["new scenes"] * any(event.kind == "cut" for event in events) + ["text"] * text
        nothing = f"Apart from {_and(apart)}, nothing" if apart else "Nothing"
        return [Statement("still", f"{nothing} moves {_stretches(still)}.", tuple(still))] if still else []
    found = [Statement("moving", f"Something moves {_stretches(moving)}.", tuple(moving))]
    if still:
        longest = max(still, key=lambda span: (span.ticks, -span.start))
        found.append(Statement("still", f"The longest time without movement is {_from_to(longest)}.", (longest,)))
    return found


def _moments(spans: Sequence[Span]) -> str:
    """When something happens: each moment, or of many the first and the last."""
    if len(spans) > MOST_MOMENTS:
        return f"{len(spans)} times, first at {_clock(spans[0].start)} and last at {_clock(spans[-1].start)}"
    return "at " + _and([_clock(span.start) for span in spans])


def _stretches(spans: Sequence[Span]) -> str:
    if len(spans) > MOST_MOMENTS:
        whole = _clock(sum(span.ticks for span in spans))
        return f"in {len(spans)} stretches, {whole} in all, first {_from_to(spans[0])} and last {_from_to(spans[-1])}"
    return _and([_from_to(span) for span in spans])


def _from_to(span: Span) -> str:
    """From when to when, or the moment where both are within one second."""
    start, end = _clock(span.start), _clock(span.end)
    return f"at {start}" if start == end else f"from {start} to {end}"


def _clock(tick: int) -> str:
    """A moment to the nearest second."""
    return stamp((tick + TICKS_PER_SECOND // 2) // TICKS_PER_SECOND * TICKS_PER_SECOND)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


_SENTENCES: dict[str, Callable[[PictureEvent], str]] = {
    "black": lambda event: f"The picture is black {_from_to(event.span)}.",
    "frozen": lambda event: f"The picture is frozen {_from_to(event.span)}: not even its noise changes.",
    "cut": lambda event: f"Another scene begins at {_clock(event.span.start)}.",
    "camera": lambda event: f"The view shifts at {_clock(event.span.start)}.",
    "fade": lambda event: f"The picture fades {_from_to(event.span)}.",
    "moving": lambda event: f"Something moves {_from_to(event.span)}.",
    "still": lambda event: f"Nothing moves {_from_to(event.span)}.",
    "changed": lambda event: f"A part of the picture ({event.value:.0%}) changes at {_clock(event.span.start)}.",
    "flicker": lambda event: f"The light flickers {_from_to(event.span)}.",
    "lights": lambda event: f"It gets {'brighter' if event.value > 0 else 'darker'} {_when(event.span)}.",
}


def _when(span: Span) -> str:
    """A moment where it is one, else from when to when."""
    return f"at {_clock(span.start)}" if span.seconds <= 1 else _from_to(span)
