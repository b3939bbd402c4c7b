"""Speech that repeats itself, such as the announcements of a telephone system: its text looks like a loop.

A recogniser that loops does so because of what it has written before. Heard in short parts, each by itself, people
still say what they said, and a loop is gone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chunkers.silence import quiet_point
from chunkers.spans import TICKS_PER_SECOND, Span

LONGEST = 10 * TICKS_PER_SECOND
"""Ticks of a part, at most."""

_SHORTEST = 5 * TICKS_PER_SECOND
"""Ticks behind which a part may end, where it is quiet."""


def parts(samples: NDArray[np.int16], own: Span) -> list[Span]:
    """`own`, whose `samples` are given, in parts of `LONGEST` ticks or less, cut at pauses where there are some."""
    found: list[Span] = []
    start = 0
    while len(samples) - start > LONGEST:
        cut = quiet_point(samples[start : start + LONGEST], _SHORTEST) or LONGEST
        found.append(Span(own.start + start, own.start + start + cut))
        start += cut
    return [*found, Span(own.start + start, own.end)]
