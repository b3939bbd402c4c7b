"""A second pass that is told where the first one cut: the same windows, whatever another decoder would have found."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunkers.audio import Cut, Window, WindowCutter, WindowRules, windows
from chunkers.probing import probe
from chunkers.segments import Segment, SegmentCutter, SegmentRules
from chunkers.spans import Span, union
from chunkers.video import segments
from tests.chunkers.feeding import fed, sound

RATE = 16_000
RULES = WindowRules(8, 2, 0.5)
SEGMENTS = SegmentRules(length_s=20, scene_range_s=5)


def cut(data: bytes, cuts: list[Cut], piece: int = 70_001) -> list[Window]:
    """The windows of samples that come in pieces."""
    cutter = WindowCutter(RULES, cuts)
    found: list[Window] = []
    for at in range(0, len(data), piece):
        cutter.feed(data[at : at + piece])
        found += cutter.windows()
    return [*found, *cutter.windows(final=True)]


def cuts_of(found: list[Window]) -> list[Cut]:
    """As a table of windows tells them, the last one included."""
    inner = [(before.span.end, after.span.start - after.heard.start) for before, after in itertools.pairwise(found)]
    return [*inner, (found[-1].span.end, 0)] if found else []


def places(found: list[Window]) -> list[tuple[int, Span, Span]]:
    return [(window.index, window.span, window.heard) for window in found]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    other=st.integers(0, 10**6),
    length=st.integers(1, 700_000),
    piece=st.integers(1, 200_001),
)
def test_other_sound_is_cut_where_the_first_was(seed: int, other: int, length: int, piece: int) -> None:
    first = cut(sound(seed, length), [])
    data = sound(other, length)
    again = cut(data, cuts_of(first), max(piece, length // 500))  # a long sound byte by byte takes half a minute
    assert places(again) == places(first)
    whole = np.frombuffer(data, "<i2")
    for window in again:
        assert np.array_equal(window.samples * 32768, whole[window.heard.start : window.heard.end])


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    length=st.integers(1, 700_000),
    more=st.integers(-200_000, 200_000),
    open_end=st.booleans(),
)
def test_more_or_less_sound_changes_the_end_alone(seed: int, length: int, more: int, open_end: bool) -> None:
    """Spans still touch and add up, none is longer than the rules say, and all that both have is the same."""
    data = sound(seed, max(length, length + more))
    first = cut(data[: 2 * length], [])
    given_cuts = cuts_of(first)
    again = cut(data[: 2 * max(0, length + more)], given_cuts[:-1] if open_end else given_cuts)
    assert sum(window.span.ticks for window in again) == max(0, length + more)
    assert [window.index for window in again] == list(range(len(again)))
    assert not again or union(window.span for window in again).start == 0
    assert all(0 < window.heard.ticks <= RULES.length for window in again)
    same = [window for window in first if window.span.end < length + more and window is not first[-1]]
    assert places(again[: len(same)]) == places(same)
    if more > 0 and not open_end:
        assert places(again[: len(first)]) == places(first), "the last one, too, ends where it did"


def test_cuts_behind_the_end_are_not_made() -> None:
    data = sound(1, 100_000)
    found = cut(data, [(40_000, 0), (90_000, 8000), (100_000, 0), (150_000, 0), (170_000, 0)])
    assert [window.span for window in found] == [Span(0, 40_000), Span(40_000, 90_000), Span(90_000, 100_000)]
    assert [window.heard.start for window in found] == [0, 40_000, 82_000]
    assert cut(b"", [(40_000, 0)]) == []


# -- with pictures -----------------------------------------------------------------------------------------


def film(audio: bytes, seen: int, scenes: set[int], cuts: list[Cut], order: list[bool]) -> list[Segment]:
    """Segments that end where the windows of these cuts do."""
    cutter = SegmentCutter(SEGMENTS, RULES, size=(48, 48), sound_start=0, cuts=cuts)
    return fed(cutter, audio, seen, scenes, order)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    heard=st.integers(1, 90),
    seen=st.integers(1, 90),
    rest=st.integers(0, RATE - 1),
    order=st.lists(st.booleans(), min_size=1, max_size=8),
    scenes=st.sets(st.integers(1, 89), max_size=4),
)
def test_segments_end_where_the_windows_of_the_first_pass_end(
    seed: int, heard: int, seen: int, rest: int, order: list[bool], scenes: set[int]
) -> None:
    """The sound was heard alone before; a new scene moves no border of it, and no window falls into two segments."""
    audio = sound(seed, heard * RATE + rest)
    first = cut(audio, [])
    found = film(audio, seen, scenes, cuts_of(first), order)
    end = union(segment.span for segment in found).end
    assert end >= heard * RATE + rest
    assert all(segment.span.ticks <= SEGMENTS.length for segment in found)
    again = [window for segment in found for window in segment.windows]
    assert places(again[: len(first)]) == places(first)
    assert all(window.silent for window in again[len(first) :]), "where only the picture goes on"
    for segment in found:
        assert union(window.span for window in segment.windows) == segment.span


def test_without_cuts_a_scene_moves_the_border_and_with_them_it_does_not() -> None:
    audio = sound(3, 60 * RATE)
    first = cut(audio, [])
    free = film(audio, 60, {13}, [], [True, False])
    assert 12 * RATE < free[0].span.end <= 13 * RATE
    bound = film(audio, 60, {13}, cuts_of(first), [True, False])
    ends = {window.span.end for window in first}
    assert {segment.span.end for segment in bound} <= ends
    assert bound[0].span.end != free[0].span.end


def test_a_window_that_is_longer_than_a_segment_is_cut_by_the_rules() -> None:
    """Windows of an imported transcript are as long as it says, not as the rules do."""
    audio = sound(5, 60 * RATE)
    found = film(audio, 60, set(), [(25 * RATE, 0), (30 * RATE, 0), (60 * RATE, 0)], [True, False])
    assert union(segment.span for segment in found) == Span(0, 60 * RATE)
    assert all(segment.span.ticks <= SEGMENTS.length for segment in found)
    again = [window for segment in found for window in segment.windows]
    assert all(window.heard.ticks <= RULES.length for window in again)
    assert {25 * RATE, 30 * RATE, 60 * RATE} <= {window.span.end for window in again}


# -- real files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.opus"])
def test_a_second_pass_over_a_file(spoken: Callable[..., Path], name: str) -> None:
    recording = probe(spoken(name))
    with windows(recording, RULES) as stream:
        first = list(stream)
    moved = [(end - 1000, min(keep + 400, 8000)) for end, keep in cuts_of(first)[:-1]]
    with windows(recording, RULES, cuts=moved) as stream:
        again = list(stream)
        duration = stream.report.duration
    assert [(window.span.end, after.span.start - after.heard.start) for window, after in itertools.pairwise(again)][
        : len(moved)
    ] == moved
    assert union(window.span for window in again) == Span(0, duration)
    with windows(recording, RULES, cuts=cuts_of(first)) as stream:
        assert places(list(stream)) == places(first)


def test_segments_of_a_file_end_where_windows_were_cut(film_with_sound: Path) -> None:
    recording = probe(film_with_sound)
    with windows(recording, RULES) as stream:
        first = list(stream)
    with segments(recording, SEGMENTS, RULES, cuts=cuts_of(first)) as shown:
        found = list(shown)
    again = [window for segment in found for window in segment.windows]
    assert places(again[: len(first)]) == places(first)
    assert {segment.span.end for segment in found[:-1]} <= {window.span.end for window in first}


@pytest.fixture
def film_with_sound(film: Callable[..., Path], spoken: Callable[..., Path]) -> Path:
    return film("a.mkv", 750, "-c:v", "libx264", "-c:a", "pcm_s16le", inputs=("-i", str(spoken("a.wav"))))
