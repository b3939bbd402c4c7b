"""A moment as people write it is the tick that a stamp of it shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import from_stamp, stamp


@given(st.integers(0, 10**6))
def test_a_stamp_is_read_back(seconds: int) -> None:
    assert from_stamp(stamp(seconds * S)) == seconds * S


@pytest.mark.parametrize(
    ("text", "tick"),
    [("83", 83 * S), ("1:23", 83 * S), (" 1:02:03.5 ", 3723 * S + S // 2), ("90:00", 5400 * S)],
)
def test_what_people_write(text: str, tick: int) -> None:
    assert from_stamp(text) == tick


@pytest.mark.parametrize("text", ["", "soon", "-1", "1:", ":1", "1:2:3:4", "1e3", "١:٢", "1:23\n4", "9" * 400])
def test_what_is_no_moment(text: str) -> None:
    assert from_stamp(text) is None
