"""Files of one recording on one clock: their order, their times, and the gaps between them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.joining import moment, natural, placed

SECOND = TICKS_PER_SECOND


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cam1_2026-03-14_22-05-00.mp4", "2026-03-14 22:05:00"),
        ("20260314_220500.mp4", "2026-03-14 22:05:00"),
        ("VID_20260314220500.mkv", "2026-03-14 22:05:00"),
        ("ch01-2026.03.14-22.05.mp4", "2026-03-14 22:05:00"),
        ("2026-03-14T22:05:09.ts", "2026-03-14 22:05:09"),
        ("part 12.mp4", None),
        ("2026-03-14.mp4", None),
        ("20269914_996699.mp4", None),
        ("dashcam_0001.mp4", None),
    ],
)
def test_a_moment_in_a_name(name: str, expected: str | None) -> None:
    found = moment(name)
    assert (str(found) if found else None) == expected


def test_numbers_count_as_numbers() -> None:
    names = ["part10.mp4", "part9.mp4", "Part1.mp4"]
    assert sorted(names, key=lambda name: natural(Path(name))) == ["Part1.mp4", "part9.mp4", "part10.mp4"]


def test_times_in_names_leave_gaps() -> None:
    files = [(Path(f"c_20260314_2205{second:02}.mp4"), 10 * SECOND) for second in (40, 0, 11)]
    found = placed(files)
    assert [one.span.start // SECOND for one in found.files] == [0, 10, 40]
    assert found.gaps == [Span(20 * SECOND, 40 * SECOND)]


def test_what_begins_too_early_is_put_behind_and_said() -> None:
    found = placed([(Path("c_20260314_220500.mp4"), 60 * SECOND), (Path("c_20260314_220530.mp4"), 60 * SECOND)])
    assert [one.span.start // SECOND for one in found.files] == [0, 60]
    assert any("220530" in note for note in found.notes)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=20), st.booleans())
def test_files_never_overlap_and_keep_their_lengths(lengths: list[int], timed: bool) -> None:
    names = [f"c_20260314_22{n:02}00.mp4" if timed else f"c{n}.mp4" for n in range(len(lengths))]
    found = placed([(Path(name), length) for name, length in zip(names, lengths, strict=True)])
    assert [one.span.ticks for one in found.files] == lengths
    spans = [one.span for one in found.files]
    assert all(before.end <= after.start for before, after in itertools.pairwise(spans))
    assert spans[0].start == 0
