"""One clock: gaps, late tracks and changes in mid-stream do not move what comes after them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers import Windows, probe, windows

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
