"""Picture segments: known pictures at known moments, whatever the container does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.errors import DecodeError, NoVideoError
from chunkers.frames import changed_blocks
from chunkers.pictures import PictureCutter, PictureSegment, picture_size, pictures
from chunkers.probing import probe
from chunkers.signals import HEIGHT, WIDTH, concatenated
from chunkers.spans import to_ticks, union

Film = Callable[..., Path]
NumberOf = Callable[..., int]
H264 = ("-c:v", "libx264", "-preset", "ultrafast")
SECOND = 16_000


def shown(found: list[PictureSegment], number_of: NumberOf) -> dict[float, int]:
    """Second to the number of the frame that is shown."""
    return {picture.at / SECOND: number_of(picture.gray) for segment in found for picture in segment.pictures}


def tiles(found: list[PictureSegment]) -> int:
    """Checks that spans touch and hold their pictures and samples; where the last one ends."""
    for segment in found:
        assert all(segment.span.holds(picture.at) for picture in segment.pictures)
        assert all(segment.span.holds(int(tick)) for tick in segment.signals.tick)
    assert [segment.index for segment in found] == list(range(len(found)))
    assert found[0].span.start == 0
    return union(segment.span for segment in found).end


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", H264), ("a.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")), ("a.ts", H264)],
)
def test_the_picture_at_each_second(name: str, codec: tuple[str, ...], film: Film, number_of: NumberOf) -> None:
    decoding = pictures(probe(film(name, 95, *codec)), length_s=4)
    found = list(decoding)
    assert shown(found, number_of) == {second: second * 10 for second in range(10)}
    assert tiles(found) == decoding.report.duration == pytest.approx(9.5 * SECOND, abs=0.1 * SECOND)
    assert [segment.span.end // SECOND for segment in found] == [4, 8, 9]
    assert not decoding.report.truncated
    ticks = concatenated([segment.signals for segment in found]).tick
    assert list(ticks) == [to_ticks(Fraction(n, 10)) for n in range(95)]


def test_segments_end_where_windows_do_and_then_at_their_length(film: Film, number_of: NumberOf) -> None:
    ends = [31_999, 48_001, 100_000]
    found = list(pictures(probe(film("a.mp4", 95, *H264)), ends, length_s=2))
    assert [segment.span.end for segment in found] == [*ends, 132_000, 152_000]
    assert tiles(found) == 9.5 * SECOND
    assert shown(found, number_of) == {second: second * 10 for second in range(10)}


def test_a_picture_shorter_than_its_sound(film: Film) -> None:
    decoding = pictures(probe(film("a.mp4", 95, *H264)), [5 * SECOND, 9 * SECOND, 20 * SECOND, 31 * SECOND])
    found = list(decoding)
    assert tiles(found) == 31 * SECOND
    assert [len(segment.pictures) for segment in found] == [5, 4, 1, 0]
    assert [len(segment.signals) for segment in found] == [50, 40, 5, 0]
    assert decoding.report.duration == 9.5 * SECOND


def test_a_still_film_keeps_one_picture_a_segment(encode: Film) -> None:
    path = encode("still.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=5", "-vf", "loop=-1:1,trim=end=12", *H264)
    found = list(pictures(probe(path), length_s=4))
    assert [len(segment.pictures) for segment in found] == [1, 1, 1]
    assert [segment.pictures[0].at for segment in found] == [0, 4 * SECOND, 8 * SECOND]


def test_colours_are_those_of_jpeg(encode: Film) -> None:
    path = encode(
        "red.mp4", "-f", "lavfi", "-i", "color=red:s=1920x1080:d=1,format=yuv420p", *H264, "-color_range", "tv"
    )
    ((segment,),) = [list(pictures(probe(path)))]
    yuv = segment.pictures[0].yuv
    assert yuv.shape == (1080, 1280)
    assert segment.pictures[0].gray.mean() == pytest.approx(76, abs=3)
    assert yuv[720:900].mean() == pytest.approx(85, abs=3)
    assert yuv[900:].mean() == pytest.approx(255, abs=3)


@pytest.mark.parametrize(
    ("size", "side", "wanted"),
    [
        ((1920, 1080), 1280, (1280, 720)),
        ((1080, 1920), 1280, (720, 1280)),
        ((640, 481), 1280, (640, 480)),
        ((5000, 3), 1280, (1280, 2)),
    ],
)
def test_sizes(size: tuple[int, int], side: int, wanted: tuple[int, int]) -> None:
    assert picture_size(*size, side) == wanted


def test_one_single_frame(film: Film, number_of: NumberOf) -> None:
    found = list(pictures(probe(film("one.mkv", 1, *H264))))
    assert shown(found, number_of) == {0: 0}
    assert 0 < tiles(found) <= 0.1 * SECOND


@pytest.mark.parametrize("name", ["late.mkv", "late.ts"])
def test_a_start_time_of_five_seconds_is_zero_here(name: str, film: Film, number_of: NumberOf) -> None:
    sound = ("-f", "lavfi", "-i", "sine=440:r=48000")
    path = film(name, 60, "-t", "6", "-output_ts_offset", "5", *H264, "-c:a", "aac", inputs=sound)
    recording = probe(path)
    found = list(pictures(recording))
    offset = recording.video[0].start
    assert all(number == int((Fraction(second) - offset) * 10) for second, number in shown(found, number_of).items())
    assert tiles(found) == pytest.approx(6 * SECOND, abs=0.15 * SECOND)


def test_a_picture_that_changes_its_size_and_starts_again_after_a_gap(film: Film, number_of: NumberOf) -> None:
    first = film("first.ts", 45, *H264)
    second = film("second.ts", 30, *H264, "-s", "288x144", "-output_ts_offset", "7")
    joined = first.parent / "joined_pictures.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    found = list(pictures(probe(joined)))
    # Filters that are built anew lose what they hold: the last picture, and the last tenth of a second of signals.
    assert shown(found, number_of) == {0: 0, 1: 10, 2: 20, 3: 30, 7: 0, 8: 10, 9: 20}
    assert [int(tick) // 1600 for tick in found[0].signals.tick] == [*range(44), *range(70, 100)]
    tiles(found)


def test_variable_frame_rate(film: Film, number_of: NumberOf) -> None:
    moments = "if(lt(N,20),N/10,2+(N-20)*0.7)"
    path = film("vfr.mkv", 30, "-vf", f"settb=1/1000,setpts='({moments})/TB'", "-fps_mode", "vfr", *H264)
    times = [Fraction(n, 10) if n < 20 else 2 + (n - 20) * Fraction(7, 10) for n in range(30)]
    found = shown(list(pictures(probe(path))), number_of)
    assert list(found) == list(range(len(found)))
    for second, number in found.items():
        assert number == max(n for n, time in enumerate(times) if time <= second + Fraction(1, 1000))


def test_rotation(film: Film, encode: Film, number_of: NumberOf) -> None:
    upright = film("upright.mp4", 30, *H264)
    turned = encode("turned.mp4", "-display_rotation", "90", "-i", str(upright), "-c", "copy")
    found = list(pictures(probe(turned)))
    assert found[0].pictures[0].gray.shape == (576, 288)
    assert [number_of(np.rot90(picture.gray, -1)) for picture in found[0].pictures] == [0, 10, 20]


def test_a_damaged_middle_keeps_what_comes_behind_it(film: Film, number_of: NumberOf) -> None:
    data = bytearray(film("a.ts", 300, *H264, "-g", "10").read_bytes())
    start = len(data) * 2 // 5
    data[start : start + len(data) // 5] = bytes(len(data) // 5)
    damaged = film("a.ts", 300, *H264, "-g", "10").parent / "damaged.ts"
    damaged.write_bytes(data)
    decoding = pictures(probe(damaged), length_s=10)
    found = list(decoding)
    numbers = shown(found, number_of)
    assert {second: number for second, number in numbers.items() if not 11 <= second < 20} == {
        second: second * 10 for second in [*range(11), *range(20, 30)]
    }
    tiles(found)


def test_no_picture_at_all(encode: Film, spoken: Film, film: Film) -> None:
    cover = encode("cover.png", "-f", "lavfi", "-i", "color=s=64x64", "-frames:v", "1")
    art = encode("c.mp3", "-i", str(spoken("s.wav")), "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy")
    with pytest.raises(NoVideoError, match="cover art"):
        pictures(probe(art))
    whole = film("a.mkv", 95, *H264)
    recording = probe(whole)
    empty = whole.parent / "empty.mkv"
    empty.write_bytes(whole.read_bytes()[:800])
    with pytest.raises(DecodeError, match="no video could be decoded"):
        list(pictures(replace(recording, path=empty)))


@given(st.lists(st.integers(1, 4000), max_size=12), st.lists(st.integers(1, 90_000), max_size=6, unique=True))
def test_pieces_of_any_length_give_the_same(pieces: list[int], ends: list[int]) -> None:
    rng = np.random.default_rng(1)
    size = (16, 16)
    frames = [rng.integers(0, 255, 16 * 24, np.uint8).tobytes() for _ in range(5)]
    smalls = [np.full(HEIGHT * WIDTH, 10 * n % 256, np.uint8).tobytes() for n in range(50)]
    streams = {
        "frames": b"".join(frames),
        "stamps": b"".join(b"frame:%d pts:%d x\nk=1\n" % (n, n) for n in range(5)),
        "small": b"".join(smalls),
        "small_stamps": b"".join(b"frame:%d pts:%d x\nk=1\n" % (n, n) for n in range(50)),
    }
    cutter = PictureCutter(size, sorted(ends), rate=Fraction(1), length=2 * SECOND)
    found: list[PictureSegment] = []
    for name, stream in streams.items():
        at = 0
        for piece in [*pieces, len(stream)]:
            getattr(cutter, f"feed_{name}")(stream[at : at + piece])
            at += piece
            found.extend(cutter.segments())
    cutter.end(None)
    found.extend(cutter.segments())
    assert tiles(found) == max([5 * SECOND, *ends])
    assert set(ends) <= {segment.span.end for segment in found}
    assert [picture.yuv.tobytes() for segment in found for picture in segment.pictures] == frames
    signals = concatenated([segment.signals for segment in found])
    assert len(signals) == 50
    assert signals.change[1:] == pytest.approx(np.abs(np.diff([10 * n % 256 for n in range(50)])) / 255, abs=1e-5)
    assert all(after > before for before, after in pairwise(signals.tick))


def test_changed_blocks_of_a_size_that_is_no_multiple() -> None:
    before = np.zeros((40, 50), np.uint8)
    after = before.copy()
    after[39, 49] = 255
    mask = changed_blocks(before, after)
    assert mask.shape == (3, 4)
    assert np.argwhere(mask).tolist() == [[2, 3]]
