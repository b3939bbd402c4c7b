"""A whole recording at a glance: who speaks when, what is covered, what happens in the picture, how numbers run. Pure.

A lane is drawn as a row that is `WIDTH` wide, whatever the recording's length; what is nearer together than a tenth of
a unit is drawn as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chunkers.picture_events import PictureEvent
from chunkers.spans import Span, stamp
from pipeline.reports.outline_types import Chapter
from pipeline.stages.see.findings import Finding
from pipeline.stages.see.series import Series
from pipeline.stages.see.statements import of_event
from pipeline.stages.speakers.spoken import Person
from pipeline.store.coverage import Coverage
from pipeline.store.tables import DescribeRow, HearRow, SeeRow

WIDTH = 1000
"""How wide a lane is, in units of its own."""

HEIGHT = 40
"""How high a curve is."""

_LEAST = 2.5
"""A mark is at least so wide: a moment can be seen."""

_PEOPLE = 8
"""Speakers with a lane of their own; the others share one."""

_CURVES = 6
"""Series that are drawn."""

_POINTS = 600
"""Points of a curve at most: of more, every so many are left out."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a lane, from `x`, in units; `kind` decides its colour, `title` says what it is."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of marks; `about` says in words what it shows."""

    label: str
    about: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """How a number on the screen runs: `points` as an SVG polyline takes them, and its lowest and highest value."""

    label: str
    about: str
    points: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a moment stands in a lane."""

    end: int
    """Ticks of the whole recording."""

    def mark(self, span: Span, kind: str, title: str = "") -> Mark:
        """A span as a mark; a moment is as wide as can be seen."""
        x, width = self.at(span.start), max(_LEAST, self.at(span.end) - self.at(span.start))
        return Mark(round(min(x, WIDTH - width), 2), round(width, 2), kind, title)

    def at(self, tick: int) -> float:
        """How far from the beginning a moment is, in units."""
        return min(WIDTH, WIDTH * tick / max(self.end, 1))

    def joined(self, spans: Iterable[Span]) -> list[Span]:
        """The spans in order, those that cannot be told apart as one."""
        near = self.end // (WIDTH * 10)
        found: list[Span] = []
        for span in sorted(spans):
            if found and span.start <= found[-1].end + near:
                found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
            else:
                found.append(span)
        return found


def chapters(scale: Scale, found: Sequence[Chapter]) -> list[Lane]:
    """A lane of the chapters, where there are any."""
    marks = tuple(
        scale.mark(one.span, f"chapter-{number % 2}", f"{one.span} {one.title}".strip())
        for number, one in enumerate(found)
    )
    return [Lane("Chapters", _count(found, "chapter"), marks)] if found else []


def speech(scale: Scale, people: Sequence[Person], words: Iterable[Span]) -> list[Lane]:
    """A lane a speaker with who speaks most first; where nobody was told apart, one of all `words`."""
    total = sum(person.ticks for person in people)
    if len(people) < 2:
        spoken = scale.joined(words)
        whole = f"speech from {stamp(spoken[0].start)} to {stamp(spoken[-1].end)}" if spoken else ""
        return [Lane("Speech", whole, tuple(scale.mark(span, "speech") for span in spoken))] if spoken else []
    ranked = sorted(people, key=lambda person: -person.ticks)
    lanes = [_of_people(scale, [person], person.name, total) for person in ranked[:_PEOPLE]]
    others = ranked[_PEOPLE:]
    return [*lanes, _of_people(scale, others, _count(others, "other"), total)] if others else lanes


def _of_people(scale: Scale, people: Sequence[Person], name: str, total: int) -> Lane:
    spans = scale.joined(Span(voice.start, voice.end) for person in people for voice in person.voices)
    kind = f"speech s{people[0].number % 8}" if len(people) == 1 else "speech"
    share = sum(person.ticks for person in people) / max(total, 1)
    return Lane(name, f"{name}: {share:.0%} of the speech", tuple(scale.mark(span, kind) for span in spans))


def covered(scale: Scale, rows: Iterable[HearRow] | Iterable[SeeRow] | Iterable[DescribeRow], total: Coverage) -> Lane:
    """The lane of what became of every second."""
    marks: list[Mark] = []
    for row in rows:
        last = marks[-1] if marks else None
        mark = scale.mark(row.span, row.status, row.status)
        if last is not None and last.kind == row.status:
            marks[-1] = Mark(last.x, round(scale.at(row.end) - last.x, 2), last.kind, last.title)
        else:
            marks.append(mark)
    shares = ", ".join(f"{name} {ticks / max(total.end, 1):.0%}" for name, ticks in total.ticks.items() if ticks)
    return Lane("Coverage", f"coverage: {shares or 'nothing yet'}", tuple(marks))


def marked(scale: Scale, label: str, about: str, spans: Iterable[Span]) -> list[Lane]:
    """A lane of spans of which one thing is to be known, where there are any."""
    joined = scale.joined(spans)
    marks = tuple(scale.mark(span, "marked", f"{about} {span}") for span in joined)
    return [Lane(label, f"{about}: {_count(joined, 'stretch', 'stretches')}", marks)] if joined else []


def picture(scale: Scale, events: Sequence[PictureEvent]) -> list[Lane]:
    """Where something moves, where scenes begin, and what else happens in the picture."""
    moving = scale.joined(event.span for event in events if event.kind == "moving")
    scenes = [event for event in events if event.kind in ("cut", "camera")]
    others = [event for event in events if event.kind not in ("moving", "still", "cut", "camera")]
    still = sum(event.span.ticks for event in events if event.kind == "still")
    lanes = []
    if any(event.kind in ("moving", "still") for event in events):
        marks = tuple(scale.mark(span, "moving", f"movement {span}") for span in moving)
        lanes.append(Lane("Movement", f"movement; nothing moves for {stamp(still)}", marks))
    if scenes:
        marks = tuple(scale.mark(event.span, "scene", of_event(event)) for event in scenes)
        lanes.append(Lane("Scenes", f"scene or view: {_count(scenes, 'change')}", marks))
    if others:
        marks = tuple(scale.mark(event.span, event.kind, of_event(event)) for event in others)
        lanes.append(Lane("Picture", f"picture: {_count(others, 'event')}", marks))
    return lanes


def judged(scale: Scale, found: Sequence[Finding]) -> list[Lane]:
    """A lane of the findings, where there are any."""
    marks = tuple(scale.mark(one.span, one.severity, f"{one.severity}: {one.text}") for one in reversed(found))
    return [Lane("Findings", _count(found, "finding"), marks)] if found else []


def curves(scale: Scale, found: Sequence[Series]) -> list[Curve]:
    """How the numbers on the screen run, those with most values; clocks run by themselves."""
    numbers = [one for one in found if one.kind in ("number", "counter")]
    numbers = sorted(numbers, key=lambda one: -len(one.points))[:_CURVES]
    return [one for one in (_curve(scale, series) for series in numbers) if one is not None]


def _curve(scale: Scale, series: Series) -> Curve | None:
    points = [point for point in series.points if not point.doubtful]
    if not points:
        return None
    low, high = min(points, key=lambda one: one.value), max(points, key=lambda one: one.value)
    unit = f" {series.unit}" if series.unit else ""
    label = series.label or series.unit or "Number"
    drawn: list[str] = []
    room = HEIGHT - 4
    for point in points[:: len(points) // _POINTS + 1]:
        y = 2 + room - room * (point.value - low.value) / ((high.value - low.value) or 1)
        drawn += [f"{scale.at(point.at):.1f},{y:.1f}", f"{scale.at(point.until):.1f},{y:.1f}"]
    about = f"{label}: from {points[0].written} to {points[-1].written}{unit}"
    about += f", lowest {low.written}, highest {high.written}"
    return Curve(label, about, " ".join(drawn), f"{low.written}{unit}", f"{high.written}{unit}")


def _count(found: Sequence[object], one: str, many: str = "") -> str:
    return f"{len(found)} {one if len(found) == 1 else many or one + 's'}"
