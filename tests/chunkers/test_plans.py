"""The arithmetic: spans, cuts, sizes and identities, for whatever comes in."""

from __future__ import annotations

import hashlib
import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chunkers.audio import WindowCutter, WindowRules
from chunkers.frames import BUDGETS, frame_size, scene_cut
from chunkers.identity import content_id
from chunkers.segments import SegmentCutter, SegmentRules
from chunkers.silence import is_silent, quiet_point
from chunkers.spans import Span, stamp, to_seconds, to_ticks, union
from tests.chunkers.feeding import fed, sound

ticks = st.integers(0, 10**12)


@given(ticks)
def test_ticks_survive_seconds(tick: int) -> None:
    assert to_ticks(to_seconds(tick)) == tick


@given(st.fractions(0, 10**6))
def test_the_nearest_tick_is_taken(seconds: Fraction) -> None:
    assert abs(to_seconds(to_ticks(seconds)) - seconds) <= Fraction(1, 32_000)


@given(ticks)
def test_a_stamp_reads_back_to_its_millisecond(tick: int) -> None:
    hours, minutes, seconds = stamp(tick, millis=True).split(":")
    back = int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    assert 0 <= to_seconds(tick) - back < Fraction(1, 1000)
    assert stamp(tick) == f"{int(hours)}:{minutes}:{seconds[:2]}"


@given(st.lists(ticks, min_size=2, max_size=20).map(sorted))
def test_touching_spans_add_up(borders: list[int]) -> None:
    spans = [Span(start, end) for start, end in itertools.pairwise(borders)]
    whole = union(spans)
    assert whole == Span(borders[0], borders[-1])
    assert whole.ticks == sum(span.ticks for span in spans)
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(spans))


@given(ticks, ticks, ticks, ticks)
def test_spans_overlap_when_they_share_a_tick(a: int, b: int, c: int, d: int) -> None:
    one, two = Span(min(a, b), max(a, b)), Span(min(c, d), max(c, d))
    shared = range(max(one.start, two.start), min(one.end, two.end))
    if one.ticks and two.ticks:
        assert one.overlaps(two) == two.overlaps(one) == bool(shared)
    if shared:
        assert one.holds(shared[0])
        assert two.holds(shared[-1])


@pytest.mark.parametrize("borders", [(5, 4), (-1, 4)])
def test_what_is_no_span(borders: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(*borders)


@pytest.mark.parametrize("spans", [[], [Span(0, 2), Span(3, 4)], [Span(0, 2), Span(1, 4)]])
def test_gaps_and_overlaps_have_no_union(spans: list[Span]) -> None:
    with pytest.raises(ValueError, match=r"touch|no spans"):
        union(spans)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    length=st.integers(0, 600_000),
    pieces=st.lists(st.integers(1, 200_001), min_size=1, max_size=5),
    rules=st.sampled_from([WindowRules(), WindowRules(20, 5, 2), WindowRules(3, 1, 0), WindowRules(45, 10, 1.5)]),
)
def test_windows_tile_whatever_the_pieces(seed: int, length: int, pieces: list[int], rules: WindowRules) -> None:
    data = sound(seed, length)
    found = []
    cutter = WindowCutter(rules)
    at = number = 0
    while at < len(data):
        cutter.feed(data[at : at + pieces[number % len(pieces)]])
        found += cutter.windows()
        at += pieces[number % len(pieces)]
        number += 1
    found += cutter.windows(final=True)
    whole = np.frombuffer(data, "<i2")
    assert sum(window.span.ticks for window in found) == length == cutter.received
    end = 0
    for index, window in enumerate(found):
        assert window.index == index
        assert window.span.start == end
        assert window.heard.ticks == len(window.samples) <= rules.length
        assert 0 <= window.span.start - window.heard.start <= rules.lead_in
        assert np.array_equal(window.samples * 32768, whole[window.heard.start : window.heard.end])
        end = window.span.end
    one_piece = WindowCutter(rules)
    one_piece.feed(data)
    assert [window.span for window in one_piece.windows(final=True)] == [window.span for window in found]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    heard=st.integers(0, 150),
    seen=st.integers(1, 150),
    order=st.lists(st.booleans(), min_size=1, max_size=8),
    scenes=st.sets(st.integers(1, 149), max_size=4),
)
def test_segments_tile_whatever_comes_first(
    seed: int, heard: int, seen: int, order: list[bool], scenes: set[int]
) -> None:
    """Sound of another length than the picture; pieces in any order."""
    audio = sound(seed, heard * 16_000)
    cutter = SegmentCutter(SegmentRules(), None, size=(48, 48), sound_start=0)
    found = fed(cutter, audio, seen, scenes, order)
    end = union(segment.span for segment in found).end
    assert end >= heard * 16_000
    assert all(segment.span.ticks <= 60 * 16_000 for segment in found)
    for segment in found:
        assert union(window.span for window in segment.windows) == segment.span
        assert all(segment.span.holds(to_ticks(pts)) for pts in segment.pts)
    assert [pts for segment in found for pts in segment.pts] == list(range(seen)) or cutter.notes


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.sampled_from(BUDGETS))
def test_frames_fit_the_budget_and_keep_their_aspect(width: int, height: int, budget: int) -> None:
    w, h = frame_size(width, height, budget)
    assert w % 48 == h % 48 == 0
    assert 1 <= (w // 48) * (h // 48) <= budget
    columns, rows = (budget * width / height) ** 0.5, (budget * height / width) ** 0.5
    if columns >= 1 and rows >= 1:
        assert columns - 1 < w / 48 <= columns + 1e-9
        assert rows - 1 < h / 48 <= rows + 1e-9


def test_sixty_frames_of_a_wide_film_are_3960_tokens() -> None:
    w, h = frame_size(1920, 1080, 70)
    assert 60 * (w // 48) * (h // 48) == 3960
    assert frame_size(w, h, 70) == (w, h)


def test_a_moving_picture_has_no_scene_cut() -> None:
    rng = np.random.default_rng(0)
    moving = rng.integers(0, 255, (20, 48, 48, 3)).astype(np.uint8)
    assert scene_cut(moving, 0, 0.1) is None
    still = np.zeros((20, 48, 48, 3), np.uint8)
    still[13:] = 200
    assert scene_cut(still, 5, 0.1) == 13
    assert scene_cut(still, 14, 0.1) is None


def test_the_quiet_point_is_the_middle_of_the_pause() -> None:
    samples = np.random.default_rng(0).normal(0, 3000, 480_000).astype(np.int16)
    assert quiet_point(samples, 400_000) is None
    samples[440_000:448_000] //= 1000
    point = quiet_point(samples, 400_000)
    assert point is not None
    assert abs(point - 444_000) < 500


@pytest.mark.parametrize("offset", [300, -3000, 12_000])
def test_a_constant_offset_moves_no_cut(offset: int, speechlike: NDArray[np.int16]) -> None:
    samples = speechlike[: 30 * 16_000] // 2
    point = quiet_point(samples, 25 * 16_000)
    assert point is not None
    assert quiet_point(samples + np.int16(offset), 25 * 16_000) == pytest.approx(point, abs=160)


def test_a_drift_and_a_rumble_below_all_voices_hide_no_pause(speechlike: NDArray[np.int16]) -> None:
    t = np.arange(30 * 16_000) / 16_000
    for hz in (0.1, 12):
        moved = speechlike[: len(t)] // 2 + (3000 * np.sin(2 * np.pi * hz * t)).astype(np.int16)
        point = quiet_point(moved, 25 * 16_000)
        assert point is not None
        assert np.abs(speechlike[point - 800 : point + 800]).max() < 100, "cut in a pause"


def test_an_offset_alone_is_silence_and_hides_no_voice(speechlike: NDArray[np.int16]) -> None:
    rng = np.random.default_rng(5)
    assert is_silent(np.full(480_000, 300, np.int16))
    assert is_silent(rng.integers(1980, 2020, 480_000).astype(np.int16))
    assert not is_silent(speechlike[:480_000] // 100 + np.int16(2000))


def test_hum_is_silent_and_a_word_in_it_is_not() -> None:
    t = np.arange(480_000) / 16_000
    hum = sum(3000 * np.sin(2 * np.pi * 50 * k * t) / k for k in range(1, 10))
    word = 1500 * np.sin(2 * np.pi * 150 * t[:4000]) + 1500 * np.sin(2 * np.pi * 700 * t[:4000])
    assert is_silent(hum.astype(np.int16))
    hum[200_000:204_000] += word * np.hanning(4000)
    assert not is_silent(hum.astype(np.int16))


def test_noise_is_silent_and_nothing_is() -> None:
    rng = np.random.default_rng(4)
    assert is_silent(rng.normal(0, 300, 480_000).astype(np.int16))
    assert is_silent(np.zeros(480_000, np.int16))
    assert is_silent(np.zeros(0, np.int16))


def test_the_identity_is_the_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a.mp3", tmp_path / "b.wav"
    content = bytearray(np.random.default_rng(0).bytes(20 << 20))
    first.write_bytes(content)
    second.write_bytes(content)
    assert content_id(first) == content_id(second)
    seen = {content_id(first)}
    for at in (0, len(content) - 1):
        content[at] ^= 1
        second.write_bytes(content)
        seen.add(content_id(second))
    second.write_bytes(content[:-1])
    seen.add(content_id(second))
    assert len(seen) == 4


@pytest.mark.parametrize("size", [1 << 20, 300 << 20])
def test_a_word_in_two_hours_of_silence_counts(size: int, tmp_path: Path) -> None:
    """Two hours of 16 kHz are 220 MiB: recordings of the same length differ by a few bytes among zeros."""
    path = tmp_path / "a.wav"
    with path.open("wb") as file:
        file.truncate(size)
        seen = {content_id(path)}
        for at in (size // 3 + 1, size // 2 + 77_777, size - 100_001):
            file.seek(at)
            file.write(b"x")
            file.flush()
            seen.add(content_id(path))
    assert len(seen) == 4


def test_of_more_than_a_gibibyte_no_gap_is_long(tmp_path: Path) -> None:
    """The files are sparse: they take no room on the disk."""
    path = tmp_path / "a.wav"
    size, seen = 10 << 30, set()
    with path.open("wb") as file:
        file.truncate(size)
        for at in (0, 3 << 30, size - 1):
            file.seek(at)
            file.write(b"x" * min(2_500_000, size - at))
            file.flush()
            seen.add(content_id(path))
    assert len(seen) == 3


def test_the_identity_of_what_was_stored_before_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(bytes(range(256)) * 4096)
    assert (
        content_id(path)
        == hashlib.blake2b((1 << 20).to_bytes(8, "little") + path.read_bytes(), digest_size=16).hexdigest()
    )


@pytest.mark.parametrize("rules", [{"length_s": 10}, {"fps": 0}, {"patches": 0}])
def test_segment_rules_that_do_not_fit(rules: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no segments"):
        SegmentRules(**rules)


def test_a_window_longer_than_a_segment_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        SegmentCutter(SegmentRules(length_s=25), None, size=(48, 48), sound_start=0)
