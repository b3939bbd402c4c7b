"""A window that looked like a loop, cut into parts."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.stages.repeated import LONGEST, parts


@given(st.integers(1, 30 * S), st.integers(0, 10**9), st.integers(0, 9))
def test_parts_are_short_touch_and_are_the_whole(length: int, start: int, seed: int) -> None:
    samples = np.random.default_rng(seed).integers(-9000, 9000, length).astype(np.int16)
    found = parts(samples, Span(start, start + length))
    assert (found[0].start, found[-1].end) == (start, start + length)
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
    assert all(0 < one.ticks <= LONGEST for one in found)


def test_a_part_ends_in_a_pause() -> None:
    samples = np.random.default_rng(1).integers(-9000, 9000, 15 * S).astype(np.int16)
    samples[7 * S : 8 * S] = 0
    first, second = parts(samples, Span(0, 15 * S))
    assert 7 * S < first.end == second.start < 8 * S
