"""A clock in the picture, held against the recording's own: what it is ahead, whether it drifts, stops or jumps."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND, stamp
from pipeline.stages.see.series import Point, Series

_LOOSE_S = 2.0
"""A picture a second, and a display that rounds down: less than this is no difference."""

_LONG_S = 600.0
"""Below this a drift cannot be told from rounding."""


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """At `at` (ticks) a clock stopped for so many seconds, or jumped by so many."""

    at: int
    what: Literal["stopped", "jumped"]
    seconds: float


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """How a clock in the picture compares with the recording's.

    `offset_s`: what it showed at the recording's zero, seconds (to one second, where it shows no frames).
    `drift_s`: seconds that it gains in an hour; None where the recording is too short to tell, or the clock jumps.
    `backwards`: it counts down.
    """

    offset_s: float
    drift_s: float | None
    backwards: bool
    events: tuple[ClockEvent, ...]

    def __str__(self) -> str:
        """One sentence without a full stop: `differs by 1:00:00 from the recording's clock; jumps once`."""
        near = abs(self.offset_s) < _LOOSE_S
        said = [
            "agrees with the recording's clock"
            if near
            else f"differs by {_clock(self.offset_s)} from the recording's clock"
        ]
        if self.backwards:
            said = [f"counts down from {_clock(self.offset_s)}"]
        if self.drift_s is not None and abs(self.drift_s) >= 1:
            said.append(f"{'gains' if self.drift_s > 0 else 'loses'} {abs(self.drift_s):.0f} s an hour")
        for what, verb in (("stopped", "stops"), ("jumped", "jumps")):
            count = sum(event.what == what for event in self.events)
            if count:
                said.append(f"{verb} {'once' if count == 1 else f'{count} times'}")
        return "; ".join(said)


def check_clock(clock: Series) -> ClockCheck:
    """Hold a series of the kind `clock` or `timecode` against the recording's clock; doubtful values are left out.

    Raises `ValueError` for another kind.
    """
    if clock.kind not in {"clock", "timecode"}:
        raise ValueError(f"no clock: {clock.kind}")
    points = [point for point in clock.points if not point.doubtful]
    steps = [after.value - before.value for before, after in itertools.pairwise(points)]
    backwards = statistics.median(steps) < 0
    sign = -1 if backwards else 1
    unit = 60.0 if all(point.value % 60 == 0 for point in points) else 1.0
    rests = [sign * point.value - point.at / TICKS_PER_SECOND for point in points]
    events = _events(points, rests, unit)
    long_enough = (points[-1].at - points[0].at) / TICKS_PER_SECOND >= _LONG_S
    drift = _drift(points, rests) if long_enough and not events else None
    offset = sign * (rests[0] if events or drift else statistics.median(rests))
    return ClockCheck(round(offset, 2), drift, backwards, events)


def _events(points: Sequence[Point], rests: Sequence[float], unit: float) -> tuple[ClockEvent, ...]:
    events = []
    for n, point in enumerate(points):
        shown = (point.until - point.at) / TICKS_PER_SECOND
        stopped = shown >= unit + _LOOSE_S
        if stopped:
            events.append(ClockEvent(point.at, "stopped", round(shown - unit, 2)))
        if n + 1 == len(points):
            break
        jump = rests[n + 1] - rests[n]
        went_on = stopped and abs(jump + shown - unit) <= unit + _LOOSE_S - 1
        if abs(jump) > unit + _LOOSE_S - 1 and not went_on:
            events.append(ClockEvent(points[n + 1].at, "jumped", round(jump, 2)))
    return tuple(events)


def _drift(points: Sequence[Point], rests: Sequence[float]) -> float:
    """Seconds an hour, from the first quarter to the last: medians, so that no single value decides."""
    quarter = max(1, len(points) // 4)
    late = statistics.median(rests[-quarter:]) - statistics.median(rests[:quarter])
    apart = statistics.median(p.at for p in points[-quarter:]) - statistics.median(p.at for p in points[:quarter])
    return round(late * 3600 * TICKS_PER_SECOND / apart, 2) if apart else 0.0


def _clock(seconds: float) -> str:
    return ("-" if seconds < 0 else "") + stamp(round(abs(seconds)) * TICKS_PER_SECOND)
