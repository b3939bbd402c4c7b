"""Time stamps that begin anew, jump or overlap: what is stamped by them is heard, or named."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers.audio import Windows, windows
from chunkers.probing import probe
from chunkers.video import segments

Make = Callable[..., Path]
NumberOf = Callable[[NDArray[np.uint8]], int]
CLICKS = "aevalsrc='if(lt(mod(t,1),0.002),0.6,0)':s=48000"


def clicks(decoding: Windows) -> list[float]:
    """When each click is heard, in seconds."""
    samples = np.concatenate([window.samples[window.span.start - window.heard.start :] for window in decoding])
    loud = np.flatnonzero(np.abs(samples) > 0.2)
    return [tick / 16_000 for tick, before in zip(loud, [-9999, *loud], strict=False) if tick - before > 4000]


def joined(encode: Make, name: str, *arguments: str, header: int = 0) -> Path:
    """Five seconds and eleven; `header` is how many bytes of the second are left out."""
    parts = [encode(f"{d}.{name}", "-f", "lavfi", "-i", f"{CLICKS}:d={d}", *arguments).read_bytes() for d in (5, 11)]
    path = encode(f"5.{name}", "-f", "lavfi", "-i", f"{CLICKS}:d=5", *arguments).parent / f"joined.{name}"
    path.write_bytes(parts[0] + parts[1][header:])
    return path


def restamped(flv: Path, stamp: Callable[[int], int], tmp_path: Path) -> Path:
    """`flv` with other time stamps, in milliseconds; each tag has its own in four bytes."""
    content = bytearray(flv.read_bytes())
    at = 13
    while at + 11 <= len(content):
        old = int.from_bytes(content[at + 4 : at + 7], "big") | content[at + 7] << 24
        new = stamp(old)
        content[at + 4 : at + 8] = (new & 0xFFFFFF).to_bytes(3, "big") + bytes([new >> 24])
        at += 11 + int.from_bytes(content[at + 1 : at + 4], "big") + 4
    path = tmp_path / "restamped.flv"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def flv(encode: Make) -> Path:
    return encode("a.flv", "-f", "lavfi", "-i", f"{CLICKS}:d=12", "-ar", "22050", "-c:a", "libmp3lame")


@pytest.mark.parametrize(
    ("name", "arguments", "header"),
    [
        ("flv", ("-ar", "22050", "-c:a", "libmp3lame"), 13),
        ("mkv", ("-c:a", "flac"), 0),
        ("webm", ("-c:a", "libopus"), 0),
        ("live.webm", ("-c:a", "libopus", "-live", "1"), 0),
        ("flac", (), 0),
        ("ogg", ("-c:a", "libvorbis"), 0),
        ("ts", ("-c:a", "mp2"), 0),
    ],
)
def test_stamps_that_begin_anew_go_on(name: str, arguments: tuple[str, ...], header: int, encode: Make) -> None:
    decoding = windows(probe(joined(encode, name, *arguments, header=header)))
    found = clicks(decoding)
    # The Opus encoder swallows the click with which the second part begins.
    expected = [second for second in range(16) if second != 5 or len(found) == 16]
    assert found == pytest.approx(expected, abs=0.25)
    assert decoding.report.duration == pytest.approx(16 * 16_000, abs=4000)
    assert not decoding.report.truncated


def test_one_early_stamp_moves_nothing_behind_it(flv: Path, tmp_path: Path) -> None:
    path = restamped(flv, lambda ms: ms - 3000 if 5900 < ms < 5930 else ms, tmp_path)
    assert clicks(windows(probe(path))) == pytest.approx(clicks(windows(probe(flv))), abs=0.05)


def test_one_late_stamp_loses_nothing_behind_it(flv: Path, tmp_path: Path) -> None:
    path = restamped(flv, lambda ms: ms + 20_000 if 5900 < ms < 5930 else ms, tmp_path)
    assert len(clicks(windows(probe(path)))) == 12


def test_a_gap_behind_a_new_beginning_is_filled(flv: Path, tmp_path: Path) -> None:
    """Stamps: 0 to 4 s, 0 to 4 s again, then from 9 s on."""
    path = restamped(flv, lambda ms: ms if ms < 4000 else ms - 4000 if ms < 8000 else ms + 1000, tmp_path)
    assert clicks(windows(probe(path)))[-3:] == pytest.approx([10, 11, 12], abs=0.1)


def test_sound_that_is_left_out_is_named(flv: Path, tmp_path: Path) -> None:
    """A third of a second back at each second: too little for a new beginning, and trimmed by the resampler."""
    path = restamped(flv, lambda ms: ms - 300 * (ms // 1000), tmp_path)
    decoding = windows(probe(path))
    length = list(decoding)[-1].span.end / 16_000
    (note,) = [note for note in decoding.report.notes if "left out" in note]
    assert float(note.split()[0]) == pytest.approx(12 - length, abs=0.4)


def test_a_whole_recording_leaves_nothing_out(flv: Path) -> None:
    decoding = windows(probe(flv))
    list(decoding)
    assert decoding.report.notes == ()


@pytest.mark.parametrize("name", ["film.mkv", "film.flv"])
def test_pictures_and_sound_go_on_together(name: str, film: Make, number_of: NumberOf) -> None:
    sound = ("-f", "lavfi", "-i", f"{CLICKS}:d=9", "-ar", "22050", "-c:a", "libmp3lame", "-shortest")
    part = film(name, 90, "-c:v", "libx264" if name == "film.mkv" else "flv1", inputs=sound[:4])
    path = part.parent / f"joined.{name}"
    content = part.read_bytes()
    path.write_bytes(content + content[13 if name == "film.flv" else 0 :])
    found = list(segments(probe(path)))
    shown = [pair for segment in found for pair in zip(segment.pts, segment.frames, strict=True)]
    frames = {pts: number_of(frame) for pts, frame in shown}
    first, second = range(1, 9), range(10, 18)
    assert [frames[Fraction(s)] for s in first] == pytest.approx([10 * s for s in first], abs=1)
    assert [frames[Fraction(s)] for s in second] == pytest.approx([10 * s - 90 for s in second], abs=2)
    samples = np.concatenate([w.samples[w.span.start - w.heard.start :] for segment in found for w in segment.windows])
    assert len(samples) == pytest.approx(18 * 16_000, abs=6000)
