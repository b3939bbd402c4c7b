"""What CAM++ is given: the logarithm of 80 mel bands, a frame every 10 ms, as Kaldi computes them.

Frames of 25 ms without their mean, with pre-emphasis 0.97 and Povey's window, a spectrum of 512 points, triangular
bands from 20 Hz to 8000 Hz that are even on the mel scale, and of each band its mean over time taken away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Samples

FRAME, STEP = 400, 160
"""Samples of a frame, and from one frame to the next."""

BANDS = 80

_POINTS = 512
_PRE_EMPHASIS = 0.97
_LOW_HZ, _HIGH_HZ = 20.0, 8000.0
_SMALLEST = float(np.finfo(np.float32).eps)


def mel_bands(samples: Samples) -> NDArray[np.float32]:
    """The bands of 16 kHz samples, (frames, 80), each with mean 0 over time. At least `FRAME` samples."""
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), FRAME)[::STEP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    windowed = (frames - _PRE_EMPHASIS * before) * _WINDOW
    power = np.abs(np.fft.rfft(windowed, _POINTS)) ** 2
    bands = np.log(np.maximum(power[:, : _POINTS // 2] @ _BANDS.T, _SMALLEST))
    found: NDArray[np.float32] = (bands - bands.mean(axis=0)).astype(np.float32)
    return found


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    mel: NDArray[np.float64] = 1127.0 * np.log1p(hertz / 700.0)
    return mel


def _filters() -> NDArray[np.float64]:
    """The weight of each point of the spectrum in each band, (80, 256)."""
    points = _mel(np.arange(_POINTS // 2) * TICKS_PER_SECOND / _POINTS)
    low, high = _mel(np.array([_LOW_HZ, _HIGH_HZ]))
    edges = np.linspace(low, high, BANDS + 2)[:, None]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (points - left) / (centre - left), (right - points) / (right - centre)
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return weights


_WINDOW = np.hanning(FRAME) ** 0.85
_BANDS = _filters()
