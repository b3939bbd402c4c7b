"""Numbers that change in one place on the screen: gauges, counters, clocks and time codes, as series over time.

Pure. What was read is kept as it was written; a value that its neighbours make doubtful is marked, never mended.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Box
from pipeline.stages.see.boxes import across, around, same_place, shared, upright
from pipeline.stages.see.spelling import key
from pipeline.stages.see.tracks import BRIDGE
from pipeline.stages.see.values import Short, Value, numbers, plain, seconds, values
from pipeline.store.structs import ScreenText

Kind = Literal["number", "clock", "counter", "timecode"]

LEAST = 3
"""Values that make a series."""

_GAP = 10 * TICKS_PER_SECOND
"""How long a bare number may be away and still be the same one; with words beside it, as long as it likes."""

_LOOSE_S = 2.0
"""Seconds by which a clock that is read once a second may seem to be off."""

_TRIM = " \t:=-–—|·•,;.()[]<>→"
_RATES = (24, 25, 30, 50, 60)
_DAY, _HOUR = 86_400.0, 3_600.0


@dataclass(frozen=True, slots=True)
class Point:
    """A value, and as long as it was shown: from `at` until `until`, ticks.

    A clock's value is in seconds, and goes on counting over midnight. `doubtful`: it was probably misread.
    """

    at: int
    until: int
    value: float
    written: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one thing on the screen, in order of time; `label` and `unit` are empty where none are shown."""

    label: str
    unit: str
    kind: Kind
    points: tuple[Point, ...]
    box: Box


@dataclass(slots=True)
class _Chain:
    """Texts in one place that differ only in their numbers."""

    pattern: str
    texts: list[ScreenText] = field(default_factory=list)

    def takes(self, text: ScreenText) -> bool:
        last = self.texts[-1]
        gap = text.start - last.end
        lasting = any(char.isalpha() for char in self.pattern)
        return same_place(last.box, text.box) and gap >= 0 and (lasting or gap <= _GAP)


def series(texts: Iterable[ScreenText]) -> list[Series]:
    """The series among the texts of a recording, ordered by start and place."""
    ordered = sorted((replace(text, text=plain(text.text)) for text in texts), key=lambda text: (text.start, text.box))
    chains: dict[str, list[_Chain]] = defaultdict(list)
    others: list[ScreenText] = []
    for text in ordered:
        pattern, found = values(text.text)
        if not found:
            others.append(text)
            continue
        mine = chains[key(pattern)]
        chain = next((one for one in reversed(mine) if one.takes(text)), None)
        if chain is None:
            chain = _Chain(pattern)
            mine.append(chain)
        chain.texts.append(text)
    made = [one for group in chains.values() for chain in group for one in _of_chain(chain, others)]
    return sorted(_whole(made), key=lambda one: (one.points[0].at, one.box, one.label, one.unit))


def _of_chain(chain: _Chain, others: Sequence[ScreenText]) -> list[Series]:
    rows = [values(text.text)[1] for text in chain.texts]
    # Spaces come and go with readers: `1 234` may be one number in one line and two in the next.
    slots = Counter(len(row) for row in rows).most_common(1)[0][0]
    pairs = [(text, row) for text, row in zip(chain.texts, rows, strict=True) if len(row) == slots]
    if len(pairs) < LEAST:
        return []
    changing = [slot for slot in range(slots) if len({row[slot].written for _, row in pairs}) > 1]
    made = []
    for slot in changing:
        kind, points = _points([(text, row[slot]) for text, row in pairs])
        if kind is None:
            continue
        box = pairs[0][0].box
        for text, _ in pairs:
            box = around(box, text.box)
        before = max((other for other in changing if other < slot), default=-1)
        labels = Counter(text.text[row[before].end if before >= 0 else 0 : row[slot].start] for text, row in pairs)
        label = labels.most_common(1)[0][0].strip(_TRIM)
        unit = Counter(row[slot].unit for _, row in pairs).most_common(1)[0][0]
        label = label or (_label_beside(box, points, others) if slot == changing[0] else "")
        unit = unit or (_unit_beside(box, points, others) if kind in {"number", "counter"} and slots == 1 else "")
        made.append(Series(label, unit, kind, points, box))
    return made


def _points(pairs: Sequence[tuple[ScreenText, Value]]) -> tuple[Kind | None, tuple[Point, ...]]:
    """The kind of a series and its points; None where it is none: too few values, or a clock that does not run."""
    shape, _ = Counter(value.kind for _, value in pairs).most_common(1)[0]
    rows = [(text, value.written) for text, value in pairs if value.kind == shape]
    written = [one for _, one in rows]
    if len(rows) < LEAST or len(set(written)) < 2:
        return None, ()
    times = [text.start / TICKS_PER_SECOND for text, _ in rows]
    if shape == "number":
        found = numbers(written)
        whole = all(re.fullmatch(r"\D?\d+|\D?\d{1,3}([.,' ]\d{3})+", one) for one in written)
        kind, doubts = _counted(found, written, whole=whole)
    else:
        runs = _running(written, times)
        if runs is None:
            return None, ()
        kind, found, doubts = shape, runs, _off(runs, times)
    made = [
        Point(text.start, text.end, value, one, doubt)
        for (text, one), value, doubt in zip(rows, found, doubts, strict=True)
    ]
    return kind, tuple(made)


# -- numbers ----------------------------------------------------------------------------------------


def _counted(found: Sequence[float], written: Sequence[str], *, whole: bool) -> tuple[Kind, list[bool]]:
    """Whether numbers are a gauge's or a counter's, and which of them are doubtful.

    A counter counts upwards in whole numbers, and may begin anew; the one value that steps out of line is doubtful.
    """
    steps = [after - before for before, after in itertools.pairwise(found)]
    usual = statistics.median(abs(step) for step in steps)
    doubts = [False] * len(found)
    rising = [False] * len(found)
    for n in range(1, len(found) - 1):
        low, high = sorted((found[n - 1], found[n + 1]))
        apart = max(low - found[n], found[n] - high, 0.0)
        far = apart > 3 * (high - low) + 4 * usual
        doubts[n] = far and min(_edits(written[n], written[m]) for m in (n - 1, n + 1)) <= max(1, len(written[n]) // 2)
        rising[n] = found[n - 1] < found[n + 1] and apart > 0
    kept = [value for value, doubt, out in zip(found, doubts, rising, strict=True) if not (doubt or out)]
    falls = sum(after < before for before, after in itertools.pairwise(kept))
    if whole and len(kept) >= LEAST and falls <= len(kept) // 10 and sum(rising) <= len(found) // 5:
        return "counter", [doubt or out for doubt, out in zip(doubts, rising, strict=True)]
    return "number", doubts


def _edits(one: str, other: str) -> int:
    """Letters that must be changed, added or left out to make one of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for n, char in enumerate(one, 1):
        before, row[0] = row[0], n
        for m, another in enumerate(other, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (char != another))
    return row[-1]


# -- clocks -----------------------------------------------------------------------------------------


def _running(written: Sequence[str], times: Sequence[float]) -> list[float] | None:
    """The seconds that a clock showed; None where it does not run with the time, forwards or backwards.

    Two parts may be hours and minutes, or minutes and seconds: which of them runs is taken.
    """
    last = [int(parts[3]) for parts in (re.split(r"[:;.]", one) for one in written) if len(parts) == 4]
    frames = next((rate for rate in _RATES if rate > max(last, default=0)), 0)
    best: tuple[float, list[float]] = (0.5, [])
    shorts: tuple[Short, ...] = ("minutes", "hours")
    for short in shorts:
        found = _unwound([seconds(one, frames=frames, short=short) for one in written], short, written)
        unit = 60.0 if short == "hours" and ":" in written[0] and written[0].count(":") == 1 else 0.0
        for sign in (1, -1):
            good = [
                abs(sign * (found[n + 1] - found[n]) - (times[n + 1] - times[n])) <= _LOOSE_S + unit / 2
                for n in range(len(found) - 1)
            ]
            if sum(good) / len(good) > best[0]:
                best = (sum(good) / len(good), found)
    return best[1] or None


def _unwound(found: Sequence[float], short: Short, written: Sequence[str]) -> list[float]:
    """Seconds that go on counting where the clock begins anew, at midnight or at the full hour."""
    turn = _HOUR if short == "minutes" and all(len(re.split("[:;]", one)) == 2 for one in written) else _DAY
    unwound, more = [found[0]], 0.0
    for before, now in itertools.pairwise(found):
        more += turn * (-1 if now - before > turn * 0.9 else 1 if now - before < -turn * 0.9 else 0)
        unwound.append(now + more)
    return unwound


def _off(found: Sequence[float], times: Sequence[float]) -> list[bool]:
    """Which of a clock's values do not fit between their neighbours, while these fit each other."""
    rest = _rests(found, times)
    doubts = [False] * len(rest)
    for n in range(1, len(rest) - 1):
        alone = min(abs(rest[n] - rest[n - 1]), abs(rest[n] - rest[n + 1])) > _LOOSE_S
        doubts[n] = alone and abs(rest[n + 1] - rest[n - 1]) <= _LOOSE_S
    return doubts


def _rests(found: Sequence[float], times: Sequence[float]) -> list[float]:
    sign = -1 if statistics.median(after - before for before, after in itertools.pairwise(found)) < 0 else 1
    return [sign * value - time for value, time in zip(found, times, strict=True)]


# -- what stands beside them ------------------------------------------------------------------------


def _label_beside(box: Box, points: Sequence[Point], others: Sequence[ScreenText]) -> str:
    """The nearest text to the left on the same row, else just above, that is there most of the time."""
    high = box[3] - box[1]
    near = [
        (box[0] - text.box[2], text) for text in others
        if _row(text.box, box) and -high < box[0] - text.box[2] <= 6 * high and text.box[0] < box[0]
    ] or [
        (box[1] - text.box[3], text) for text in others
        if shared(across(text.box), across(box)) >= 0.5 and -high / 2 < box[1] - text.box[3] <= 1.5 * high
        and text.box[1] < box[1]
    ]  # fmt: skip
    return _nearest(near, points).strip(_TRIM)


def _unit_beside(box: Box, points: Sequence[Point], others: Sequence[ScreenText]) -> str:
    """A short text right beside a number, on the same row."""
    high = box[3] - box[1]
    near = [
        (text.box[0] - box[2], text) for text in others
        if _row(text.box, box) and -high < text.box[0] - box[2] <= 2 * high and len(text.text) <= 6
        and text.box[2] > box[2]
    ]  # fmt: skip
    return _nearest(near, points)


def _row(one: Box, other: Box) -> bool:
    return shared(upright(one), upright(other)) >= 0.5


def _nearest(near: Sequence[tuple[int, ScreenText]], points: Sequence[Point]) -> str:
    start, end = points[0].at, points[-1].until
    there = [one for one in near if 2 * (min(one[1].end, end) - max(one[1].start, start)) >= end - start]
    return min(there, key=lambda one: (one[0], one[1].start))[1].text if there else ""


def _whole(made: Sequence[Series]) -> list[Series]:
    """The series, with those made one that readers split: `Pressure 3.2` in one piece now, in two pieces then."""
    whole: list[Series] = []
    for one in sorted(made, key=lambda one: one.points[0].at):
        first = next((other for other in reversed(whole) if _goes_on(other, one)), None)
        if first is None:
            whole.append(one)
        else:
            whole[whole.index(first)] = replace(first, points=first.points + one.points, box=around(first.box, one.box))
    return whole


def _goes_on(before: Series, after: Series) -> bool:
    alike = (key(before.label), before.unit, before.kind) == (key(after.label), after.unit, after.kind)
    over = _row(before.box, after.box) and shared(across(before.box), across(after.box)) > 0.5
    return alike and before.label != "" and over and before.points[-1].until <= after.points[0].at + BRIDGE
