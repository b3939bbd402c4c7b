"""What an inspection is about: the events of the picture that a profile's rules call bad, the worst first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.prompts.severity import SEVERITIES, EventKind, Severity, SeverityRule
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.series import Point, Series
from pipeline.stages.see.statements import of_event, of_text
from pipeline.stages.see.values import numbers, values
from pipeline.store.structs import ScreenText

_APART = 5 * TICKS_PER_SECOND
"""Values beyond a limit that are so far apart at most are one event: some seconds of a gauge cannot be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An event, judged over all of its span, and a sentence that says what it is."""

    severity: Severity
    event: EventKind
    span: Span
    text: str


def findings(looked: Looked, rules: Sequence[SeverityRule]) -> list[Finding]:
    """Every event that a rule gives a severity other than `none`, the worst first, then by time."""
    found = [*_of_events(looked, rules), *_of_texts(looked.texts, rules), *_of_numbers(looked, rules)]
    bad = [one for one in found if one.severity != "none"]
    return sorted(bad, key=lambda one: (SEVERITIES.index(one.severity), one.span.start, one.span.end, one.text))


def _of_events(looked: Looked, rules: Sequence[SeverityRule]) -> Iterator[Finding]:
    for event in looked.events:
        rule = next((one for one in rules if one.event == event.kind and _lasts(event.span, one)), None)
        if rule is not None:
            yield Finding(rule.severity, event.kind, event.span, of_event(event))


def _of_texts(texts: Sequence[ScreenText], rules: Sequence[SeverityRule]) -> Iterator[Finding]:
    for text in texts:
        span = Span(text.start, text.end)
        fits = (one for one in rules if one.event == "text" and one.names(text.text) and _lasts(span, one))
        rule = next(fits, None)
        if rule is not None:
            yield Finding(rule.severity, "text", span, of_text(text))


def _of_numbers(looked: Looked, rules: Sequence[SeverityRule]) -> Iterator[Finding]:
    """Stretches in which a number is beyond a limit; a value that an earlier rule judged is not judged again."""
    found = [*looked.series, *(one for text in looked.texts for one in _unchanging(text))]
    for series in found:
        left = [point for point in series.points if not point.doubtful] if series.kind == "number" else []
        for rule in rules:
            if rule.event != "number" or not rule.names(series.label, series.unit):
                continue
            stretches = _beyond_limits(left, rule)
            left = [point for point in left if not _is_beyond(point, rule)]
            for points in stretches:
                span = Span(points[0].at, points[-1].until)
                if _lasts(span, rule):
                    yield Finding(rule.severity, "number", span, _out_of_limits(series, points, rule))


def _unchanging(text: ScreenText) -> Iterator[Series]:
    """The numbers of a line that does not change, each as a series of one value."""
    for one in values(text.text)[1]:
        if one.kind == "number":
            point = Point(text.start, text.end, numbers([one.written])[0], one.written, doubtful=False)
            yield Series(text.text[: one.start].strip(" :="), one.unit, "number", (point,), text.box)


def _lasts(span: Span, rule: SeverityRule) -> bool:
    return span.seconds >= rule.seconds


def _is_beyond(point: Point, rule: SeverityRule) -> bool:
    over = rule.above is not None and point.value > rule.above
    return over or (rule.below is not None and point.value < rule.below)


def _beyond_limits(points: Sequence[Point], rule: SeverityRule) -> list[list[Point]]:
    """The points beyond the rule's limits; those that follow each other closely, with none within them, together."""
    made: list[list[Point]] = []
    for beyond, some in groupby(points, key=lambda point: _is_beyond(point, rule)):
        for number, point in enumerate(some if beyond else ()):
            if number and point.at - made[-1][-1].until <= _APART:
                made[-1].append(point)
            else:
                made.append([point])
    return made


def _out_of_limits(series: Series, points: Sequence[Point], rule: SeverityRule) -> str:
    """The worst value of a stretch, and the limit that it passes."""
    over = [point for point in points if rule.above is not None and point.value > rule.above]
    worst = max(over, key=lambda point: point.value) if over else min(points, key=lambda point: point.value)
    limit = f"above {rule.above:g}" if over else f"below {rule.below:g}"
    name = f'"{series.label}" on the screen' if series.label else "A number on the screen"
    return f"{name} is {limit}: {f'{worst.written} {series.unit}'.strip()}."
