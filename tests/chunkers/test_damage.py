"""Damaged media: what is whole is given, what is not is said, whatever the damage."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import windows
from chunkers.errors import MediaError, NotMediaError
from chunkers.probing import probe
from chunkers.video import segments
from tests.chunkers.conftest import seeded

Spoken = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("nothing_stays_behind")


def test_a_film_without_its_index(film: Spoken, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    whole = film("a.mp4", 30, "-c:v", "libx264").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotMediaError, match="index") as raised:
        probe(path)
    assert "moov" in raised.value.cure


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.flac", "flac")])
def test_a_truncated_file_gives_what_it_has_and_says_so(name: str, codec: str, spoken: Spoken, tmp_path: Path) -> None:
    whole = spoken(name, "-c:a", codec).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) // 2])
    decoding = windows(probe(path))
    found = list(decoding)
    report = decoding.report
    assert 20 * 16_000 < found[-1].span.end == report.duration < 55 * 16_000
    assert report.truncated
    assert report.missing is not None
    assert report.missing.end == report.header == pytest.approx(75 * 16_000, abs=2000)
    assert "Truncated" in " ".join(report.notes)


@pytest.mark.parametrize("name", ["a.mp3", "a.flac"])
def test_damage_in_the_middle_is_counted_and_the_rest_is_kept(name: str, spoken: Spoken, tmp_path: Path) -> None:
    content = bytearray(spoken(name).read_bytes())
    rng = seeded("middle")
    for _ in range(30):
        at = rng.randrange(len(content) // 4, len(content) // 2)
        content[at : at + 50] = rng.randbytes(50)
    path = tmp_path / name
    path.write_bytes(content)
    decoding = windows(probe(path))
    assert list(decoding)[-1].span.end > 70 * 16_000
    assert decoding.report.error_lines > 0
    assert 0 < len(decoding.report.errors) <= 20
    assert "Damaged" in " ".join(decoding.report.notes)
    assert " @ 0x" not in " ".join(decoding.report.errors)  # where in memory the decoder stood, another at every run


FUZZED = {
    "f.wav": (),
    "f.flac": (),
    "f.mp3": (),
    "f.m4a": ("-c:a", "aac"),
    "f.opus": ("-c:a", "libopus"),
    "f.ogg": ("-c:a", "libvorbis"),
    "f.ts": ("-c:a", "aac"),
    "f.mkv": ("-c:a", "aac"),
    "f.aac": ("-c:a", "aac"),
    "f.avi": ("-c:a", "mp3"),
}

CASES = int(os.environ.get("FUZZ_CASES", "24"))
"""For each container; `FUZZ_CASES=2000 pytest tests/chunkers/test_damage.py -k fuzz` is the longer run."""


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes flipped (half of the time near the head), a stretch removed, or the end cut off."""
    data = bytearray(content)
    kind = rng.randrange(4)
    if kind == 3:
        return bytes(data[: rng.randrange(1, len(data))])
    if kind == 2:
        at = rng.randrange(len(data))
        del data[at : at + rng.randrange(1, 2000)]
        return bytes(data) or b"x"
    for _ in range(rng.choice([1, 5, 50])):
        data[rng.randrange(min(len(data), 600) if kind else len(data))] = rng.randrange(256)
    return bytes(data)


def check(path: Path, *, video: bool) -> str:
    """Decode what can be decoded; anything but chunks that tile or one of our errors raises."""
    try:
        recording = probe(path)
        decoding = segments(recording, stall_s=20) if video else windows(recording, stall_s=20)
        end = 0
        for chunk in decoding:
            assert chunk.span.start == end
            end = chunk.span.end
            assert end <= 3600 * 16_000, "a few seconds grew to an hour"
        assert decoding.report.duration == end
    except MediaError as error:
        if "exit code" in str(error):
            # A native crash is the file's; an exception in our own code that ends the process is not.
            raise AssertionError(str(error)) from error
        return type(error).__name__
    return "decoded"


@pytest.mark.parametrize("name", FUZZED)
def test_fuzzed_audio(name: str, spoken: Spoken, tmp_path: Path) -> None:
    content = spoken(name, "-t", "4", "-ar", "24000", *FUZZED[name]).read_bytes()
    rng = seeded(name)
    path = tmp_path / name
    outcomes = []
    for _ in range(CASES):
        path.write_bytes(damaged(content, rng))
        outcomes.append(check(path, video=False))
    assert "decoded" in outcomes


@pytest.mark.parametrize(("name", "codec"), [("f.mp4", "libx264"), ("f.webm", "libvpx"), ("f.mpg", "mpeg2video")])
def test_fuzzed_video(name: str, codec: str, encode: Spoken, tmp_path: Path) -> None:
    pictures = ("-f", "lavfi", "-i", "testsrc=s=96x96:r=25:d=3")
    sound = ("-f", "lavfi", "-i", "sine=d=3:r=48000")
    content = encode(name, *pictures, *sound, "-c:v", codec).read_bytes()
    rng = seeded(name)
    path = tmp_path / name
    outcomes = []
    for _ in range(CASES):
        path.write_bytes(damaged(content, rng))
        outcomes.append(check(path, video=True))
    assert "decoded" in outcomes


def test_noise_lines_do_not_grow_the_memory(spoken: Spoken, tmp_path: Path) -> None:
    """Thousands of error lines: the first are kept, all are counted."""
    rng = np.random.default_rng(0)
    content = np.frombuffer(spoken("a.mp3", "-b:a", "64k").read_bytes(), np.uint8).copy()
    content[rng.integers(2000, len(content), 20_000)] = rng.integers(0, 256, 20_000)
    path = tmp_path / "a.mp3"
    path.write_bytes(content.tobytes() * 5)
    decoding = windows(probe(path))
    list(decoding)
    assert decoding.report.error_lines > 1000
    assert len(decoding.report.errors) == 20
