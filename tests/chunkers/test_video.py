"""Video segments: known frames at known moments, with the sound that belongs to them."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from chunkers.errors import NoVideoError, TrackError
from chunkers.probing import probe
from chunkers.segments import Segment, SegmentRules
from chunkers.spans import union
from chunkers.video import segments

Film = Callable[..., Path]
NumberOf = Callable[..., int]
H264 = ("-c:v", "libx264", "-preset", "ultrafast")
CLICKS = ("-f", "lavfi", "-i", "aevalsrc='if(lt(mod(t,1),0.01),0.5,0)':s=48000")


def shown(found: list[Segment], number_of: NumberOf, turns: int = 0) -> dict[Fraction, int]:
    """Moment to the number of the frame that is shown."""
    return {
        pts: number_of(np.rot90(frame, turns))
        for segment in found
        for pts, frame in zip(segment.pts, segment.frames, strict=True)
    }


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", H264),
        ("b.mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")),
        ("a.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")),
        ("a.ts", H264),
        ("a.avi", ("-c:v", "mpeg4", "-q:v", "3")),
    ],
)
def test_the_frame_at_each_second(name: str, codec: tuple[str, ...], film: Film, number_of: NumberOf) -> None:
    decoding = segments(probe(film(name, 95, *codec)))
    found = list(decoding)
    assert shown(found, number_of) == {Fraction(second): second * 10 for second in range(10)}
    assert decoding.report.duration == pytest.approx(9.5 * 16_000, abs=1600)
    assert not decoding.report.truncated
    assert all(segment.windows == () for segment in found)


def test_variable_frame_rate(film: Film, number_of: NumberOf) -> None:
    """Twenty frames in two seconds, then one every 0.7 s: what is shown at 5 s is what came last before it."""
    moments = "if(lt(N,20),N/10,2+(N-20)*0.7)"
    path = film("vfr.mkv", 30, "-vf", f"settb=1/1000,setpts='({moments})/TB'", "-fps_mode", "vfr", *H264)
    times = [Fraction(n, 10) if n < 20 else 2 + (n - 20) * Fraction(7, 10) for n in range(30)]
    found = shown(list(segments(probe(path))), number_of)
    assert list(found) == list(range(len(found)))
    assert len(found) in {9, 10}
    for second, number in found.items():
        assert number == max(n for n, time in enumerate(times) if time <= second + Fraction(1, 1000))


@pytest.mark.parametrize("name", ["late.mkv", "late.ts"])
def test_a_start_time_of_five_seconds_is_zero_here(name: str, film: Film, number_of: NumberOf) -> None:
    path = film(name, 60, "-t", "6", "-output_ts_offset", "5", *H264, "-c:a", "aac", inputs=CLICKS)
    recording = probe(path)
    assert recording.start_time >= Fraction(49, 10)
    found = list(segments(recording))
    # In a transport stream the sound's first packet comes 21 ms before the picture, and zero is there.
    offset = recording.video[0].start
    assert 0 <= offset < Fraction(1, 20)
    numbers = {second: int((second - offset) * 10) for second in range(math.ceil(offset), math.ceil(6 + offset))}
    assert shown(found, number_of) == {Fraction(second): number for second, number in numbers.items()}
    heard = np.concatenate([window.samples for segment in found for window in segment.windows])
    for second in range(1, 6):
        loud = np.flatnonzero(np.abs(heard[second * 16_000 - 8000 : second * 16_000 + 8000]) > 0.1) - 8000
        assert abs(loud[0] - offset * 16_000) < 16_000 * 0.005


def test_a_picture_that_changes_its_size_and_starts_again_after_a_gap(
    encode: Film, film: Film, number_of: NumberOf
) -> None:
    """As in broadcast recordings: the clock goes on, and there is no picture in the gap."""
    first = film("first.ts", 45, *H264)
    second = film("second.ts", 30, *H264, "-s", "288x144", "-output_ts_offset", "7")
    joined = first.parent / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    found = shown(list(segments(probe(joined))), number_of)
    assert found == {0: 0, 1: 10, 2: 20, 3: 30, 4: 40, 7: 0, 8: 10, 9: 20}


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (180, 2), (270, 3)])
def test_rotation(degrees: int, turns: int, film: Film, encode: Film, number_of: NumberOf) -> None:
    upright = film("upright.mp4", 30, *H264)
    turned = encode("turned.mp4", "-display_rotation", str(degrees), "-i", str(upright), "-c", "copy")
    recording = probe(turned)
    width, height = (576, 288) if degrees == 180 else (288, 576)
    assert (recording.video[0].width, recording.video[0].height) == (width, height)
    found = list(segments(recording))
    assert (found[0].frames.shape[2] > found[0].frames.shape[1]) == (width > height)
    # The picture is turned counter-clockwise; turning it back brings the numbers.
    assert shown(found, number_of, -turns) == {Fraction(second): second * 10 for second in range(3)}


def test_segments_tile_the_recording_and_windows_tile_the_segments(
    film: Film, spoken: Film, number_of: NumberOf
) -> None:
    path = film("long.mp4", 800, *H264, "-c:a", "aac", inputs=("-i", str(spoken("s.wav"))))
    decoding = segments(probe(path))
    found = list(decoding)
    assert union(segment.span for segment in found).end == decoding.report.duration == 80 * 16_000
    for segment in found:
        assert segment.span.ticks <= 60 * 16_000
        assert union(window.span for window in segment.windows) == segment.span
        assert all(segment.span.holds(int(pts * 16_000)) for pts in segment.pts)
    assert [window.index for segment in found for window in segment.windows] == list(range(len(found) + 1))
    assert shown(found, number_of) == {Fraction(second): second * 10 for second in range(80)}
    assert found[-1].windows[-1].span.end == 80 * 16_000  # the sound lasts 75 s: silence is filled in


def test_two_frames_a_second(film: Film, number_of: NumberOf) -> None:
    found = list(segments(probe(film("a.mp4", 95, *H264)), SegmentRules(fps=2, length_s=3, scene_range_s=0)))
    assert shown(found, number_of) == {Fraction(half, 2): half * 5 for half in range(19)}
    assert [segment.span.seconds for segment in found] == [3, 3, 3, 0.5]


def test_a_new_scene_moves_the_border(encode: Film) -> None:
    scenes = [f"color=c={colour}:s=96x96:r=5:d={length}" for colour, length in (("red", 50), ("blue", 70))]
    inputs = [part for scene in scenes for part in ("-f", "lavfi", "-i", scene)]
    path = encode("scenes.mp4", *inputs, "-filter_complex", "concat", *H264)
    found = list(segments(probe(path)))
    assert [segment.span.end // 16_000 for segment in found] == [50, 110, 120]
    assert [segment.frames[..., 0].mean() > 128 for segment in found] == [True, False, False]


def test_cover_art_is_no_video(encode: Film, spoken: Film) -> None:
    picture = encode("cover.png", "-f", "lavfi", "-i", "color=s=64x64", "-frames:v", "1")
    sound = spoken("s.wav")
    path = encode("c.mp3", "-i", str(sound), "-i", str(picture), "-map", "0", "-map", "1", "-c:v", "copy")
    recording = probe(path)
    assert [track.cover_art for track in recording.video] == [True]
    with pytest.raises(NoVideoError, match="cover art"):
        segments(recording)


def test_tracks_that_are_not_there(film: Film) -> None:
    recording = probe(film("a.mp4", 95, *H264))
    with pytest.raises(TrackError, match="no video track 3"):
        segments(recording, video=3)
    with pytest.raises(TrackError, match="no audio track 0"):
        segments(recording, track=0)
