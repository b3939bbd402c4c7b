"""What small grey frames say of a picture over time: a few numbers a sample, ten samples a second.

The frames are `WIDTH` x `HEIGHT`; each is reduced at once and forgotten half a second later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND

RATE = 10
"""Samples a second."""

SAMPLE = TICKS_PER_SECOND // RATE
"""How long a sample lasts, in ticks."""

WIDTH, HEIGHT = 160, 90

LAG = 5
"""Movement is what changed within so many samples: a slow one hardly shows from one sample to the next."""

_BLOCK = 10
"""The side of the squares that noise is measured in."""

_STEPS = (6.0, 20.0)
"""Grey levels by which a moved pixel changes, at least and at most: ten times the noise, between these."""

_FLAT = 1.0
"""A picture whose grey levels deviate by less holds nothing that could be compared."""

_UNLIKE = 0.8
"""Samples less like each other are tried with one of them shifted."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """One value a sample in each array, ascending by `tick`. Shares of white, or of the picture, are within 0..1."""

    tick: NDArray[np.int64]
    luminance: Values
    """The mean of the grey levels."""
    contrast: Values
    """Their standard deviation."""
    change: Values
    """The mean absolute difference to the sample before; 0 of the first."""
    noise: Values
    """The same in the quietest quarter of the picture, a change of brightness and contrast taken off."""
    moved: Values
    """The share of the picture that differs from half a second before by more than noise, brightness taken off."""
    likeness: Values
    """The correlation with the sample before, -1..1; 1 where one of them is flat, as black is."""
    aligned: Values
    """The same at the best shift of the picture; `likeness` itself where that is high."""

    def __len__(self) -> int:
        return len(self.tick)


def concatenated(parts: Sequence[Signals]) -> Signals:
    """The signals of touching segments as one: 10 hours are 360,000 samples, 13 MB."""
    if not parts:
        return SignalReducer().take(0)
    return Signals(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Signals)))


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    deviation: Values
    """Grey levels, less their mean."""
    mean: float
    spread: float


class SignalReducer:
    """Reduces small frames, in order, to `Signals`."""

    def __init__(self) -> None:
        self._last: deque[_Sample] = deque(maxlen=LAG)
        self._noises: deque[float] = deque(maxlen=LAG)
        self._rows: deque[tuple[float, ...]] = deque()

    def feed(self, number: int, frame: NDArray[np.uint8]) -> None:
        """Take in the frame (`HEIGHT`, `WIDTH`) that is shown at `number` / `RATE` seconds."""
        grey = frame.astype(np.float32)
        mean = float(grey.mean())
        deviation = grey - np.float32(mean)
        sample = _Sample(deviation, mean, float(np.sqrt(np.vdot(deviation, deviation) / deviation.size)))
        before = self._last[-1] if self._last else sample
        change = float(np.abs(deviation - before.deviation + np.float32(mean - before.mean)).mean())
        blocks = _residual(sample, before).reshape(HEIGHT // _BLOCK, _BLOCK, WIDTH).sum(1)
        means = np.sort(blocks.reshape(-1, _BLOCK).sum(1)) / _BLOCK**2
        noise = float(means[len(means) // 4])
        earlier = self._last[0] if self._last else sample
        # What little a darker picture held was made brighter with its noise.
        self._noises.append(noise)
        step = min(max(10 * max(self._noises), _STEPS[0]), _STEPS[1]) * max(1.0, _gain(sample, earlier))
        moved = np.count_nonzero(_residual(sample, earlier) > step) / grey.size
        likeness = _likeness(sample.deviation, before.deviation)
        aligned = _aligned(sample.deviation, before.deviation) if likeness < _UNLIKE else likeness
        self._rows.append(
            (
                number * SAMPLE,
                mean / 255,
                sample.spread / 255,
                change / 255,
                noise / 255,
                moved,
                likeness,
                max(likeness, aligned),
            )
        )
        self._last.append(sample)

    def take(self, end: int) -> Signals:
        """The samples before tick `end` that were not taken yet."""
        rows = []
        while self._rows and self._rows[0][0] < end:
            rows.append(self._rows.popleft())
        table = np.array(rows, np.float64).reshape(len(rows), len(fields(Signals)))
        return Signals(table[:, 0].astype(np.int64), *table[:, 1:].T.astype(np.float32))


def _gain(sample: _Sample, before: _Sample) -> float:
    return sample.spread / before.spread if min(sample.spread, before.spread) >= _FLAT else 1.0


def _residual(sample: _Sample, before: _Sample) -> Values:
    """How far each grey level is from where a mere change of brightness and contrast would have brought it."""
    residual: Values = np.abs(sample.deviation - np.float32(_gain(sample, before)) * before.deviation)
    return residual


def _likeness(one: Values, other: Values) -> float:
    scale = float(np.sqrt(float(np.vdot(one, one)) * float(np.vdot(other, other))))
    return float(np.vdot(one, other)) / scale if scale >= _FLAT**2 * one.size else 1.0


def _aligned(one: Values, other: Values) -> float:
    """The likeness of the parts that the two share where one is shifted; by phase correlation, at least a quarter."""
    # A window: the borders would otherwise be the strongest edges that the two have in common, at no shift.
    window = np.outer(np.hanning(HEIGHT), np.hanning(WIDTH)).astype(np.float32)
    spectrum = np.fft.rfft2(one * window) * np.conj(np.fft.rfft2(other * window))
    peak = int(np.argmax(np.fft.irfft2(spectrum / (np.abs(spectrum) + 1e-6), one.shape)))
    down, right = divmod(peak, WIDTH)
    down, right = (down + HEIGHT // 2) % HEIGHT - HEIGHT // 2, (right + WIDTH // 2) % WIDTH - WIDTH // 2
    mine = one[max(down, 0) : HEIGHT + min(down, 0), max(right, 0) : WIDTH + min(right, 0)]
    theirs = other[max(-down, 0) : HEIGHT + min(-down, 0), max(-right, 0) : WIDTH + min(-right, 0)]
    return _likeness(mine - mine.mean(), theirs - theirs.mean())
