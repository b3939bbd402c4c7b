"""The one clock of a recording, and spans on it.

Time is an integer count of ticks of 1/16000 s: a tick is one audio sample as the models hear it, so
that audio needs no rounding at all and whole seconds of video are exact. Zero is the moment at which
a player starts the file (the container's `start_time`), for audio and video alike.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

TICKS_PER_SECOND = 16_000
"""Ticks in a second; equal to the sample rate that the models want."""


def to_ticks(seconds: Fraction | int | float) -> int:
    """The tick nearest to `seconds` (ties away from zero for positive values)."""
    return (Fraction(seconds) * TICKS_PER_SECOND * 2 + 1).__floor__() // 2


def to_seconds(ticks: int) -> Fraction:
    """`ticks` as an exact number of seconds."""
    return Fraction(ticks, TICKS_PER_SECOND)


def stamp(ticks: int, *, millis: bool = False, separator: str = ".") -> str:
    """`ticks` as `H:MM:SS`, or `HH:MM:SS.mmm` with `millis`.

    Rounds down, so that a stamp never points behind its moment.
    """
    whole, rest = divmod(max(ticks, 0), TICKS_PER_SECOND)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    if millis:
        return f"{hour:02d}:{minute:02d}:{second:02d}{separator}{rest * 1000 // TICKS_PER_SECOND:03d}"
    return f"{hour}:{minute:02d}:{second:02d}"


def from_stamp(text: str) -> int | None:
    """The tick that `H:MM:SS`, `MM:SS` or `SS` means, a fraction behind the seconds or none; None for other text."""
    found = re.fullmatch(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d{1,6})?)", text.strip(), re.ASCII)
    if found is None:
        return None
    hours, minutes, seconds = (Fraction(part or 0) for part in found.groups())
    return to_ticks(hours * 3600 + minutes * 60 + seconds)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The half-open interval `[start, end)`, in ticks."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    @property
    def ticks(self) -> int:
        """Its length, in ticks."""
        return self.end - self.start

    @property
    def seconds(self) -> float:
        """Its length in seconds, for people; arithmetic uses ticks."""
        return self.ticks / TICKS_PER_SECOND

    def holds(self, tick: int) -> bool:
        """Whether the moment lies inside."""
        return self.start <= tick < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a moment."""
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{stamp(self.start)}-{stamp(self.end)}"


def union(spans: Iterable[Span]) -> Span:
    """The span of contiguous spans, given in order.

    Raises `ValueError` where there is a gap or an overlap, or no span at all.
    """
    ordered = list(spans)
    if not ordered:
        raise ValueError("the union of no spans")
    for before, after in itertools.pairwise(ordered):
        if before.end != after.start:
            raise ValueError(f"{before} and {after} do not touch")
    return Span(ordered[0].start, ordered[-1].end)
