"""Frames and the numbers that belong to them: they come through two pipes, either of them ahead."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


class NumberedFrames:
    """Raw frames of `shape` (uint8) and the stamps of `arguments.video_output`, taken in pieces of any length."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._pixels = bytearray()
        self._stamps = bytearray()
        self._numbers: deque[int] = deque()

    def feed_pixels(self, data: bytes) -> None:
        """Take in frames."""
        self._pixels += data

    def feed_stamps(self, data: bytes) -> None:
        """Take in lines that hold `pts:k` for each frame in turn."""
        *lines, self._stamps = (self._stamps + data).split(b"\n")
        self._numbers.extend(int(found[1]) for line in lines if (found := re.search(rb"\bpts:(-?\d+)", line)))

    def take(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Every whole frame whose number is here, once, with its number."""
        size = math.prod(self._shape)
        whole = min(len(self._pixels) // size, len(self._numbers))
        for position in range(0, whole * size, size):
            pixels = np.frombuffer(self._pixels[position : position + size], np.uint8)
            yield self._numbers.popleft(), pixels.reshape(self._shape)
        del self._pixels[: whole * size]
