"""Where a window may be cut, and whether anything was said in it."""

from __future__ import annotations

import functools
import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND

with warnings.catch_warnings():
    # pydub warns that it sees no ffmpeg; it is given samples only.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_silence

Samples = NDArray[np.int16]
"""1-D, 16 kHz mono."""

_STEP: Final = TICKS_PER_SECOND // 100
_PAUSE_STEPS: Final = 30
_PAUSE_DB: Final = 10.0
_FLOOR_DB: Final = -70.0


def quiet_point(samples: Samples, first: int) -> int | None:
    """The sample, at or behind `first`, at which a cut hurts least; None where there is no pause.

    A pause is 300 ms that are 10 dB below what is loud in `samples`. The cut is in its middle.
    """
    steps = len(samples) // _STEP
    blocks = samples[: steps * _STEP].reshape(steps, _STEP).astype(np.float32) / 32768
    power = np.einsum("ij,ij->i", blocks, blocks) / _STEP
    start = -(-first // _STEP)
    if steps - start < _PAUSE_STEPS:
        return None
    total = np.concatenate(([0.0], np.cumsum(power[start:], dtype=np.float64)))
    pauses = (total[_PAUSE_STEPS:] - total[:-_PAUSE_STEPS]) / _PAUSE_STEPS
    quietest = int(np.argmin(pauses))
    quiet_db = _decibels(pauses[quietest])
    if quiet_db > max(_decibels(np.quantile(power, 0.9)) - _PAUSE_DB, _FLOOR_DB):
        return None
    centre = (start + quietest + _PAUSE_STEPS // 2) * _STEP
    return _middle_of_pause(samples, first, centre, max(quiet_db, _FLOOR_DB) + 6)


def _middle_of_pause(samples: Samples, first: int, centre: int, threshold_db: float) -> int:
    """The middle of the silent stretch around `centre`: as far from either word as can be."""
    left = max(first, centre - TICKS_PER_SECOND)
    near = samples[left : centre + TICKS_PER_SECOND]
    segment = AudioSegment(near.tobytes(), sample_width=2, frame_rate=TICKS_PER_SECOND, channels=1)
    # Every 10 ms: every 1 ms would cost four times the decoding.
    stretches = detect_silence(segment, min_silence_len=100, silence_thresh=threshold_db, seek_step=10)
    for start_ms, end_ms in stretches:
        start, end = (left + int(ms) * TICKS_PER_SECOND // 1000 for ms in (start_ms, end_ms))
        if start <= centre <= end:
            return (start + end) // 2
    return centre


def _decibels(power: float | np.floating) -> float:
    return 10 * float(np.log10(max(float(power), 1e-12)))


_FRAME: Final = 512
_HOP: Final = 320
_BAND_EDGES_HZ: Final = (150, 300, 500, 800, 1200, 1800, 2600, 3800, 6000)
_RISE: Final = 10 ** (5 / 10)
_ACTIVE_BANDS: Final = 2
_STRETCH: Final = 10
_ACTIVE_FRAMES: Final = 4
_AUDIBLE: Final = 10 ** (-90 / 10)
_DITHER: Final = 4


@functools.cache
def _hann() -> NDArray[np.float32]:
    return (np.hanning(_FRAME) / 32768).astype(np.float32)


def is_silent(samples: Samples) -> bool:
    """Whether nothing can have been said in `samples`."""
    if not len(samples) or max(int(samples.max()), -int(samples.min())) <= _DITHER:
        return True
    if len(samples) < 4 * _FRAME:
        return False
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP] * _hann()
    spectrum = np.fft.rfft(frames)
    power = spectrum.real**2 + spectrum.imag**2
    edges = [round(hz * _FRAME / TICKS_PER_SECOND) for hz in _BAND_EDGES_HZ]
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1) / _FRAME**2
    floor = np.quantile(bands, 0.1, axis=0)
    active = ((bands > floor * _RISE) & (bands > _AUDIBLE)).sum(axis=1) >= _ACTIVE_BANDS
    counts = np.convolve(active.astype(np.int32), np.ones(_STRETCH, np.int32))
    return bool(counts.max() < _ACTIVE_FRAMES)
