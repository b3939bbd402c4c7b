"""Sound and pictures as they come from a decoder, given to the cutters in pieces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chunkers.segments import Segment, SegmentCutter


def sound(seed: int, length: int) -> bytes:
    """Noise with pauses at random places."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(0, 3000, length)
    for at in rng.integers(0, max(1, length), 1 + length // 80_000):
        samples[at : at + int(rng.integers(2000, 16_000))] *= 0.001
    return np.clip(samples, -32768, 32767).astype("<i2").tobytes()


def fed(cutter: SegmentCutter, audio: bytes, seen: int, scenes: set[int], order: Sequence[bool]) -> list[Segment]:
    """The segments of `seen` frames of one grey each, which changes at every scene, and of sound.

    `order` says, again and again, whether a frame comes next or a piece of sound. The size of the frames is 48 x 48.
    """
    greys = np.cumsum([number in scenes for number in range(seen)]) % 2 * 200
    found: list[Segment] = []
    frame = at = step = 0
    while frame < seen or at < len(audio):
        if (order[step % len(order)] or at >= len(audio)) and frame < seen:
            cutter.feed_stamps(f"frame:{frame} pts:{frame} pts_time:{frame}\nk=1\n".encode())
            cutter.feed_frames(bytes([greys[frame]]) * (48 * 48 * 3))
            frame += 1
        else:
            cutter.feed_audio(audio[at : at + 40_001])
            at += 40_001
        found += cutter.segments()
        step += 1
    cutter.end(None)
    return [*found, *cutter.segments()]
