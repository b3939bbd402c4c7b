"""Media for the tests, made by the real ffmpeg; nothing is stored in the project."""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from chunkers.ffmpeg import find_ffmpeg

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def ffmpeg() -> Path:
    return find_ffmpeg()


@pytest.fixture(scope="session")
def encode(ffmpeg: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """`encode("a.mp3", "-f", "lavfi", ...)`: runs ffmpeg once for each set of arguments."""
    made: dict[tuple[object, ...], Path] = {}

    def run(name: str, *arguments: str, stdin: bytes = b"") -> Path:
        key = (name, arguments, stdin)
        if key not in made:
            path = tmp_path_factory.mktemp("media") / name
            command = [ffmpeg, "-nostdin", "-v", "error", *arguments, path]
            if stdin:
                command.remove("-nostdin")
            subprocess.run(command, input=stdin, check=True, timeout=120)
            made[key] = path
        return made[key]

    return run


@pytest.fixture(scope="session")
def speechlike() -> NDArray[np.int16]:
    """75 s at 16 kHz: bursts of harmonics with pauses, so that there is something to cut between."""
    rng = np.random.default_rng(7)
    sound = rng.normal(0, 3, 75 * 16_000)
    at = 0
    while at < len(sound) - 32_000:
        length = int(rng.integers(16_000, 28_000))
        t = np.arange(length) / 16_000
        pitch = rng.uniform(90, 220)
        voice = sum(np.sin(2 * np.pi * pitch * k * t + k) / k for k in range(1, 12))
        syllables = np.clip(np.sin(2 * np.pi * 4 * t), 0, None)
        sound[at : at + length] += 4000 * voice * syllables
        at += length + int(rng.integers(5_000, 12_000))
    return np.clip(sound, -32768, 32767).astype(np.int16)


@pytest.fixture(scope="session")
def spoken(encode: Make, speechlike: NDArray[np.int16]) -> Callable[..., Path]:
    """`spoken("a.mp3", "-c:a", ...)`: the speech-like sound in any container."""

    def make(name: str, *arguments: str) -> Path:
        source = ("-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "pipe:0")
        return encode(name, *source, *arguments, stdin=speechlike.tobytes())

    return make


def seeded(seed: str) -> random.Random:
    """The same damage in every run."""
    return random.Random(seed)  # noqa: S311 - nothing secret


def children() -> list[psutil.Process]:
    """The ffmpegs that this process has started and that are still there."""
    return [child for child in psutil.Process().children() if "ffmpeg" in child.name()]


@pytest.fixture
def nothing_stays_behind() -> Iterator[None]:
    """Fails a test that leaves an ffmpeg or a thread behind."""
    threads = threading.active_count()
    yield
    assert children() == []
    assert threading.active_count() == threads


BITS = 12
WIDTH, HEIGHT = 48 * BITS, 288


def numbered(count: int) -> bytes:
    """Grey frames that carry their number: white columns are ones, highest bit on the left; the top is white."""
    frames = np.zeros((count, HEIGHT, WIDTH), np.uint8)
    for bit in range(BITS):
        ones = (np.arange(count) >> (BITS - 1 - bit)) & 1
        frames[:, :, bit * 48 : (bit + 1) * 48] = (ones * 255)[:, None, None]
    frames[:, : HEIGHT // 4] = 255
    return frames.tobytes()


def _number_of(frame: NDArray[np.uint8]) -> int:
    """The number that a frame, in any size, carries."""
    height, width = frame.shape[:2]
    assert frame[height // 8].mean() > 200, "the top of the frame is not at the top"
    columns = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return int(sum(1 << (BITS - 1 - bit) for bit, x in enumerate(columns) if frame[height * 3 // 4, x].mean() > 128))


@pytest.fixture(scope="session")
def film(encode: Make) -> Callable[..., Path]:
    """`film("a.mp4", 95, "-c:v", ...)`: numbered frames at 10 a second in any container."""

    def make(name: str, count: int, *arguments: str, inputs: tuple[str, ...] = ()) -> Path:
        source = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", "10", "-i", "pipe:0")
        return encode(name, *source, *inputs, "-pix_fmt", "yuv420p", *arguments, stdin=numbered(count))

    return make


@pytest.fixture(scope="session")
def number_of() -> Callable[[NDArray[np.uint8]], int]:
    """The number that a frame carries."""
    return _number_of
