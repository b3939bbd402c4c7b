"""Sound and pictures for tests, made of seeded noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from chunkers.audio import Window
from chunkers.spans import TICKS_PER_SECOND, Span


def noise(seconds: float, seed: int = 0) -> Any:
    """Quiet noise, float32 in [-1, 1]."""
    return np.random.default_rng(seed).uniform(-0.1, 0.1, round(seconds * TICKS_PER_SECOND)).astype(np.float32)


def talk(seconds: float, *pauses: tuple[float, float], seed: int = 0) -> Any:
    """Something as loud as a voice and as quick to change, with silence from one second to another in it."""
    at = np.arange(round(seconds * TICKS_PER_SECOND)) / TICKS_PER_SECOND
    noise = np.random.default_rng(seed).uniform(-1, 1, at.size)
    sound = 0.3 * noise * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))
    for start, end in pauses:
        sound[round(start * TICKS_PER_SECOND) : round(end * TICKS_PER_SECOND)] = 0
    return sound.astype(np.float32)


def syllables(seconds: float) -> Any:
    """A tone of 220 Hz that comes and goes twice a second, so that it is not taken for silence."""
    at = np.arange(round(seconds * TICKS_PER_SECOND)) / TICKS_PER_SECOND
    return (0.4 * np.sin(440 * np.pi * at) * np.sin(2 * np.pi * at) ** 2).astype(np.float32)


def pictures(count: int, height: int = 72, width: int = 128, seed: int = 0) -> Any:
    """Random frames, shape (count, height, width, 3)."""
    return np.random.default_rng(seed).integers(0, 255, (count, height, width, 3), dtype=np.uint8)


def seconds(count: int) -> tuple[int, ...]:
    """A frame a second, in ticks."""
    return tuple(range(0, count * TICKS_PER_SECOND, TICKS_PER_SECOND))


def window(index: int, start_s: float, length_s: float, *, lead_s: float = 0, silent: bool = False) -> Window:
    """An audio window of noise, which hears `lead_s` before its own span."""
    start, lead = round(start_s * TICKS_PER_SECOND), round(lead_s * TICKS_PER_SECOND)
    span = Span(start, start + round(length_s * TICKS_PER_SECOND))
    return Window(index, span, Span(start - lead, span.end), noise(lead_s + length_s, index), silent)
