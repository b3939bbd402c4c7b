"""Where a window may be cut, and whether anything was said in it."""

from __future__ import annotations

import functools
import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND

Samples = NDArray[np.int16]
"""1-D, 16 kHz mono."""

_STEP: Final = TICKS_PER_SECOND // 100
_PAUSE_STEPS: Final = 30
_PAUSE_DB: Final = 10.0
_FLOOR_DB: Final = -70.0


def quiet_point(samples: Samples, first: int) -> int | None:
    """The sample, at or behind `first`, at which a cut hurts least; None where there is no pause.

    A pause is 300 ms that are 10 dB below what is loud in `samples`. The cut is in its middle. A constant offset, as
    cheap sound cards add, and a rumble below all voices count for nothing.
    """
    power = _step_variances(samples)
    start = -(-first // _STEP)
    if len(power) - start < _PAUSE_STEPS:
        return None
    total = np.concatenate(([0.0], np.cumsum(power[start:], dtype=np.float64)))
    pauses = (total[_PAUSE_STEPS:] - total[:-_PAUSE_STEPS]) / _PAUSE_STEPS
    # The last of equals: the longer the window, the fewer there are.
    quietest = len(pauses) - 1 - int(np.argmin(pauses[::-1]))
    quiet_db = _decibels(pauses[quietest])
    if quiet_db > max(_decibels(np.quantile(power, 0.9)) - _PAUSE_DB, _FLOOR_DB):
        return None
    centre = (start + quietest + _PAUSE_STEPS // 2) * _STEP
    return _middle_of_pause(samples, first, centre, max(quiet_db, _FLOOR_DB) + 6)


def _middle_of_pause(samples: Samples, first: int, centre: int, threshold_db: float) -> int:
    """The middle of the silent stretch around `centre`: as far from either word as can be."""
    left = max(first, centre - TICKS_PER_SECOND // 2)
    offset = samples[left : centre + TICKS_PER_SECOND // 2].astype(np.int32)
    near = np.clip(offset - round(float(offset.mean())), -32768, 32767).astype(np.int16)
    for start_ms, end_ms in _silences(near, threshold_db):
        start, end = (left + int(ms) * TICKS_PER_SECOND // 1000 for ms in (start_ms, end_ms))
        if start <= centre <= end:
            return (start + end) // 2
    return centre


def _silences(samples: Samples, threshold_db: float) -> list[list[int]]:
    """Stretches of at least 100 ms below a threshold, in ms, by pydub, which is imported where something is cut."""
    with warnings.catch_warnings():
        # pydub warns that it sees no ffmpeg; it is given samples only.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.silence import detect_silence

    segment = AudioSegment(samples.tobytes(), sample_width=2, frame_rate=TICKS_PER_SECOND, channels=1)
    # Every 10 ms: every 1 ms would cost four times the decoding.
    found: list[list[int]] = detect_silence(segment, min_silence_len=100, silence_thresh=threshold_db, seek_step=10)
    return found


def _decibels(power: float | np.floating) -> float:
    return 10 * float(np.log10(max(float(power), 1e-12)))


_FRAME: Final = 512
_HOP: Final = 320
_BAND_EDGES_HZ: Final = (150, 300, 500, 800, 1200, 1800, 2600, 3800, 6000)
_SMOOTHED_FRAMES: Final = 5
_RISE: Final = 10 ** (7 / 10)
_PLAIN_RISE: Final = 10 ** (20 / 10)
_INAUDIBLE: Final = 8


def is_silent(samples: Samples) -> bool:
    """Whether nothing was said in `samples`: built to never lose a word, and to let music pass rather than that.

    A voice comes and goes within a second; hum, hiss and a held tone do not. A window is silent when no band of the
    voice's frequencies rises for 100 ms by 7 dB above its own floor (its 10th percentile in this window), or when its
    samples lie within 8 of 65536 steps, wherever an offset puts them. Words in digital silence are kept down to
    -75 dBFS, in noise, hum and held chords down to a signal-to-noise ratio of 0 dB; `benchmarks/chunkers_silence.py`
    measures it. 0.5 ms for a window with plain speech, 11 ms for any other.
    """
    if not len(samples) or int(samples.max()) - int(samples.min()) <= _INAUDIBLE:
        return True
    if len(samples) < 2 * _SMOOTHED_FRAMES * _FRAME:
        return False
    # Most windows hold plain speech: a look at the loudness spares them the spectrum.
    power = _step_powers(samples)
    if np.quantile(power, 0.95) > np.quantile(power, 0.1) * _PLAIN_RISE:
        return False
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP] * _hann()
    spectrum = np.fft.rfft(frames)
    edges = [round(hz * _FRAME / TICKS_PER_SECOND) for hz in _BAND_EDGES_HZ]
    bands = np.add.reduceat((spectrum.real**2 + spectrum.imag**2)[:, : edges[-1]], edges[:-1], axis=1)
    total = np.cumsum(bands, axis=0, dtype=np.float64)
    smooth = total[_SMOOTHED_FRAMES:] - total[:-_SMOOTHED_FRAMES]
    return bool((smooth <= np.quantile(smooth, 0.1, axis=0) * _RISE).all())


@functools.cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(_FRAME).astype(np.float32)


def _step_powers(samples: Samples) -> NDArray[np.float32]:
    """The mean power of every 10 ms, full scale being 1."""
    return _mean_squares(_steps(samples))


def _step_variances(samples: Samples) -> NDArray[np.float32]:
    """The mean power of every 10 ms around its own mean, full scale being 1."""
    steps = _steps(samples)
    return _mean_squares(steps - steps.mean(axis=1, keepdims=True))


def _steps(samples: Samples) -> NDArray[np.float32]:
    count = len(samples) // _STEP
    return samples[: count * _STEP].reshape(count, _STEP).astype(np.float32) / np.float32(32768)


def _mean_squares(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    power: NDArray[np.float32] = np.einsum("ij,ij->i", steps, steps) / np.float32(_STEP)
    return power
