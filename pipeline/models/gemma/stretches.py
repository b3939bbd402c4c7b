"""A window as stretches that are short enough for one request. Pure planning.

They are cut as windows are, by the same cutter: at the quietest pause, and where there is none, so that the next
stretch hears the end of the one before it again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chunkers.audio import WindowCutter, WindowRules
from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Samples

_RANGE = 1 / 3
"""Share of the longest stretch in which the pause is sought."""

_LEAD_IN = 1 / 10
_LONGEST_LEAD_IN_S = 1.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples `[start, end)` of a window, which it owns, and from `heard` on what is sent with them."""

    heard: int
    start: int
    end: int
    silent: bool
    """Nothing was said in it, though something was said in its window."""


def stretches(samples: Samples, longest: int) -> list[Stretch]:
    """`samples` in stretches that touch and are of like length, each of at most `longest` with what it hears again.

    What fits at once is one stretch, which is never silent: whether anything was said in a window is known before.
    """
    total = samples.size
    if total <= longest:
        return [Stretch(0, 0, total, silent=False)]
    sought = longest * _RANGE
    like = total / math.ceil(total / (longest - sought / 2))
    rules = WindowRules(
        length_s=math.floor(min(longest, like + sought / 2)) / TICKS_PER_SECOND,
        cut_range_s=sought / TICKS_PER_SECOND,
        lead_in_s=min(longest * _LEAD_IN / TICKS_PER_SECOND, _LONGEST_LEAD_IN_S),
    )
    cutter = WindowCutter(rules)
    cutter.feed(np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes())
    return [Stretch(one.heard.start, one.span.start, one.span.end, one.silent) for one in cutter.windows(final=True)]
