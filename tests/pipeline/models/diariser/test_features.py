"""The bands are Kaldi's: compared with a calculation by the book, one number at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.models.diariser.features import BANDS, FRAME, STEP, mel_bands


def by_the_book(samples: np.ndarray, frame: int, band: int) -> float:  # type: ignore[type-arg]
    """The logarithm of one band of one frame, by sums over every sample and every point of the spectrum."""
    x = [float(one) for one in samples[frame * STEP : frame * STEP + FRAME]]
    mean = sum(x) / FRAME
    x = [one - mean for one in x]
    x = [one - 0.97 * x[max(0, at - 1)] for at, one in enumerate(x)]
    x = [one * (0.5 - 0.5 * math.cos(2 * math.pi * at / (FRAME - 1))) ** 0.85 for at, one in enumerate(x)]

    def mel(hertz: float) -> float:
        return 1127 * math.log(1 + hertz / 700)

    width = (mel(8000) - mel(20)) / (BANDS + 1)
    left = mel(20) + band * width
    total = 0.0
    for point in range(256):
        at = mel(point * 16000 / 512)
        weight = min((at - left) / width, (left + 2 * width - at) / width)
        if weight > 0:
            real = sum(one * math.cos(2 * math.pi * point * n / 512) for n, one in enumerate(x))
            imaginary = sum(one * math.sin(2 * math.pi * point * n / 512) for n, one in enumerate(x))
            total += weight * (real**2 + imaginary**2)
    return math.log(max(total, 1.1920929e-07))


def test_every_number_is_as_the_book_says() -> None:
    random = np.random.default_rng(3)
    samples = (0.1 * random.standard_normal(FRAME + 2 * STEP) + 0.02).astype(np.float32)
    found = mel_bands(samples)
    assert found.shape == (3, BANDS)
    for band in (0, 1, 17, 42, 79):
        expected = [by_the_book(samples, frame, band) for frame in range(3)]
        assert found[:, band] == pytest.approx(np.array(expected) - np.mean(expected), abs=1e-4)


def test_a_tone_is_in_its_band() -> None:
    """A tone of 1000 Hz in the second half: the 28th band (centre 992 Hz) rises most."""
    at = np.arange(16000) / 16000
    quiet = 1e-3 * np.random.default_rng(1).standard_normal(16000)
    found = mel_bands((quiet + 0.3 * np.sin(2 * np.pi * 1000 * at) * (at > 0.5)).astype(np.float32))
    rise = found[60:].mean(axis=0) - found[:40].mean(axis=0)
    assert int(rise.argmax()) == 27
    assert found.mean(axis=0) == pytest.approx(np.zeros(BANDS), abs=1e-5)


def test_loudness_does_not_count() -> None:
    samples = (0.1 * np.random.default_rng(5).standard_normal(4000)).astype(np.float32)
    assert mel_bands(samples * 3) == pytest.approx(mel_bands(samples), abs=1e-4)
