"""One clock: gaps, late tracks and changes in mid-stream do not move what comes after them."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers.audio import Windows, windows
from chunkers.probing import probe

Make = Callable[..., Path]
CLICKS = "aevalsrc='if(lt(mod(t,1),0.002),0.6,0)':s=48000"


def joined(decoding: Windows) -> NDArray[np.float32]:
    return np.concatenate([window.samples[window.span.start - window.heard.start :] for window in decoding])


def clicks(samples: NDArray[np.float32]) -> list[int]:
    """The first tick of each click."""
    loud = np.flatnonzero(np.abs(samples) > 0.2)
    return [int(tick) for tick, before in zip(loud, [-9999, *loud], strict=False) if tick - before > 4000]


@pytest.mark.parametrize("name", ["gap.mkv", "gap.ts", "gap.mp4"])
def test_clicks_stay_where_they_are_after_a_gap(name: str, encode: Make) -> None:
    """Packets from 10.5 s to 15.5 s are missing; the clicks behind it must not move forward."""
    codec = ("-c:a", "flac") if name == "gap.mkv" else ("-c:a", "mp2")
    drop = "select='lt(t,10.5)+gt(t,15.5)'"
    path = encode(name, "-f", "lavfi", "-i", f"{CLICKS}:d=30", "-af", f"a{drop}", *codec)
    found = clicks(joined(windows(probe(path))))
    seconds = [*range(11), *range(16, 30)]
    assert len(found) == len(seconds)
    assert found == pytest.approx([second * 16_000 for second in seconds], abs=80 if codec[1] == "flac" else 900)


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4", "late.ts"])
def test_a_track_that_starts_late_keeps_its_place(name: str, encode: Make) -> None:
    pictures = ("-f", "lavfi", "-i", "color=s=64x64:r=10:d=12")
    sound = ("-itsoffset", "3", "-f", "lavfi", "-i", f"{CLICKS}:d=8")
    path = encode(name, *pictures, *sound, "-c:v", "libx264", "-c:a", "aac")
    decoding = windows(probe(path))
    found = clicks(joined(decoding))
    assert len(found) == 8
    assert found == pytest.approx([second * 16_000 for second in range(3, 11)], abs=100)
    assert decoding.report.duration == pytest.approx(11 * 16_000, abs=1600)


def test_a_mix_keeps_each_track_in_its_place(encode: Make) -> None:
    early = ("-f", "lavfi", "-i", f"{CLICKS}:d=6")
    late = ("-itsoffset", "2.5", "-f", "lavfi", "-i", f"{CLICKS}:d=6")
    path = encode("mix.mkv", *early, *late, "-map", "0", "-map", "1", "-c:a", "flac")
    recording = probe(path)
    found = clicks(joined(windows(recording, track="mix")) * 2)
    assert found == pytest.approx(
        [0, 16_000, 32_000, 40_000, 48_000, 56_000, 64_000, 72_000, 80_000, 88_000, 104_000, 120_000], abs=40
    )


def test_sound_that_changes_its_rate_is_not_padded_from_zero(encode: Make) -> None:
    """ffmpeg builds its filters anew at each change: what came before must not be filled in again."""
    parts = [
        encode(
            f"{rate}.ts", "-f", "lavfi", "-i", f"{CLICKS}:d=10", "-ar", rate, "-output_ts_offset", offset, "-c:a", "mp2"
        )
        for rate, offset in (("48000", "0"), ("44100", "10"), ("32000", "20"))
    ]
    path = parts[0].parent / "changes.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    found = clicks(joined(windows(probe(path))))
    assert found == pytest.approx([second * 16_000 for second in range(30)], abs=2500)
    assert len(found) == 30


def test_digital_silence_and_a_voice(spoken: Make, encode: Make) -> None:
    path = encode("half.wav", "-i", str(spoken("s.wav")), "-af", "atrim=end=20,apad=whole_dur=100")
    flags = [window.silent for window in windows(probe(path))]
    assert flags[0] is False
    assert flags[1:] == [True] * (len(flags) - 1)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("hour.mkv", "flac"),
        ("hour.webm", "libopus"),
        ("hour.nut", "mp2"),
        ("hour.wma", "wmav2"),
        ("hour.flv", "libmp3lame"),
        ("hour.ts", "mp2"),
        ("hour.mpg", "mp2"),
        ("hour.ogg", "libopus"),
        ("hour.mp4", "aac"),
    ],
)
def test_stamps_that_begin_at_an_hour_are_no_hour(name: str, codec: str, encode: Make) -> None:
    offset = ("-output_ts_offset", "3600")
    path = encode(name, "-f", "lavfi", "-i", f"{CLICKS}:d=11", "-ar", "48000", "-c:a", codec, *offset)
    recording = probe(path)
    assert recording.start_time == pytest.approx(3600, abs=1.5)
    assert recording.duration == pytest.approx(11 * 16_000, abs=2000)
    decoding = windows(recording)
    assert len(clicks(joined(decoding))) >= 10, "an encoder may lose the first one"
    assert decoding.report.duration == pytest.approx(11 * 16_000, abs=2000)
    assert not decoding.report.truncated


@pytest.mark.parametrize("name", ["late.webm", "late.mkv", "late.nut"])
def test_a_late_track_ends_where_the_recording_does(name: str, encode: Make) -> None:
    pictures = ("-f", "lavfi", "-i", "color=s=64x64:r=10:d=16")
    sound = ("-itsoffset", "4", "-f", "lavfi", "-i", f"{CLICKS}:d=12")
    codec = ("-c:v", "libvpx", "-c:a", "libopus") if name == "late.webm" else ("-c:v", "libx264", "-c:a", "flac")
    path = encode(name, *pictures, *sound, *codec, "-output_ts_offset", "100")
    recording = probe(path)
    decoding = windows(recording)
    assert clicks(joined(decoding)) == pytest.approx([second * 16_000 for second in range(4, 16)], abs=200)
    assert recording.duration == pytest.approx(16 * 16_000, abs=2000)
    assert decoding.report.header == pytest.approx(16 * 16_000, abs=2000)
    assert not decoding.report.truncated


def test_a_length_that_counts_from_its_start_is_taken_as_it_is(encode: Make, tmp_path: Path) -> None:
    """mkvmerge writes lengths where ffmpeg writes stamps of ends."""
    offset = ("-output_ts_offset", "3600")
    content = encode("o.mkv", "-f", "lavfi", "-i", f"{CLICKS}:d=11", "-c:a", "flac", *offset).read_bytes()
    writer = re.search(rb"Lavf[\d.]+", content)
    assert writer is not None
    length = struct.pack(">d", 3_611_000), struct.pack(">d", 11_000)
    assert content.count(length[0]) == 1
    path = tmp_path / "merged.mkv"
    path.write_bytes(content.replace(writer[0], b"libebml v1.4"[: len(writer[0])]).replace(*length))
    assert probe(path).duration == 11 * 16_000


def test_a_late_track_of_a_recording_without_a_length_keeps_its_place(encode: Make, tmp_path: Path) -> None:
    """A browser that streams what it records never writes how long it was."""
    pictures = ("-f", "lavfi", "-i", "color=s=64x64:r=10:d=6")
    sound = ("-itsoffset", "3", "-f", "lavfi", "-i", f"{CLICKS}:d=3")
    path = encode("live.webm", *pictures, *sound, "-c:v", "libvpx", "-c:a", "libopus", "-live", "1")
    recording = probe(path)
    assert recording.duration == 0
    assert clicks(joined(windows(recording))) == pytest.approx([48_000, 64_000, 80_000], abs=200)
