"""Sounds in which nobody speaks, drawn by formula: what a recogniser must write no word about."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Wave = NDArray[np.float64]


def level(wave: Wave, decibels: float) -> NDArray[np.float32]:
    """A wave at a loudness, in dBFS (root mean square)."""
    return np.asarray(wave / np.sqrt((wave**2).mean()) * 10 ** (decibels / 20), np.float32)


def noise(seconds: float, seed: int = 0) -> Wave:
    """White noise of standard deviation 1."""
    return np.random.default_rng(seed).normal(size=round(seconds * RATE))


def without_voice(name: str, seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """One of `SOUNDS`, 16 kHz mono; the same for the same seed. Raises `KeyError` for any other name."""
    draw, decibels = SOUNDS[name]
    white = noise(seconds, seed)
    if draw is None:
        return np.zeros(len(white), np.float32)
    return level(draw(white, np.arange(len(white)) / RATE), decibels)


def _white(white: Wave, t: Wave) -> Wave:
    del t
    return white


def _faint(white: Wave, t: Wave) -> Wave:
    return white * (1 + 0.5 * _sine(0.1, t))


def _hum(white: Wave, t: Wave) -> Wave:
    del white
    return _sine(50, t) + 0.3 * _sine(150, t)


def _music(white: Wave, t: Wave) -> Wave:
    """Three notes that swell at their own pace, and a chord that moves every two seconds."""
    del white
    step = 2 ** (np.array([0, 5, 7, 3, 0, 8, 5, 7])[(t // 2).astype(int) % 8] / 12)
    phase = np.cumsum(step) / RATE
    return np.asarray(
        sum(np.sin(2 * np.pi * f * phase) * (1 + _sine(r, t)) for f, r in ((220, 0.5), (277, 0.7), (330, 2)))
    )


def _wind(white: Wave, t: Wave) -> Wave:
    brown = np.cumsum(white)
    slow = np.convolve(brown, np.ones(400) / 400, "same")
    return (brown - slow) * (1 + 0.8 * _sine(0.2, t))


def _engine(white: Wave, t: Wave) -> Wave:
    return np.sign(_sine(35, t)) * (1 + 0.3 * white)


def _clicks(white: Wave, t: Wave) -> Wave:
    del t
    return white * (np.random.default_rng(len(white)).random(len(white)) < 1 / 8000)


def _breath(white: Wave, t: Wave) -> Wave:
    return white * np.clip(_sine(0.3, t), 0, 1)


def _sine(hertz: float, t: Wave) -> Wave:
    return np.asarray(np.sin(2 * np.pi * hertz * t))


SOUNDS: dict[str, tuple[Callable[[Wave, Wave], Wave] | None, float]] = {
    "silence": (None, 0),
    "noise": (_white, -30),
    "faint noise": (_faint, -66),
    "hum": (_hum, -30),
    "music": (_music, -25),
    "wind": (_wind, -30),
    "engine": (_engine, -25),
    "clicks": (_clicks, -40),
    "breath": (_breath, -40),
}
"""How each sound is drawn, and how loud it is, in dBFS."""
