"""The voices: text in, sound out. `tone` needs nothing; the others need the extra `voices`."""

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


class VoiceMissingError(RuntimeError):
    """The packages of a voice are not installed."""


class Voice(Protocol):
    """A speaking engine. The same sentences in the same order give the same samples in every process."""

    name: str
    rate: int

    def say(self, text: str, speaker: int) -> Samples:
        """Speak a sentence, mono at `rate`; `speaker` counts the people of a recording from 0."""
        ...


def _opener(kind: str) -> Callable[[], Voice]:
    """Import a voice's module only when it is asked for: each needs other packages."""

    def opened() -> Voice:
        voice: Voice = getattr(import_module(f"data.voices.{kind}"), kind.capitalize())()
        return voice

    return opened


VOICES: dict[str, Callable[[], Voice]] = {kind: _opener(kind) for kind in ("kokoro", "espeak", "tone")}


def trim(samples: Samples, rate: int, floor: float = 0.01, margin_s: float = 0.03) -> Samples:
    """Cut what is quieter than `floor` of the peak off both ends, but for a margin."""
    loudness = np.abs(samples.astype(np.int32))
    loud = np.flatnonzero(loudness > floor * max(1, int(loudness.max(initial=0))))
    if not loud.size:
        return samples
    margin = round(margin_s * rate)
    return samples[max(0, loud[0] - margin) : loud[-1] + 1 + margin]


def level(samples: NDArray[np.float32], rms: float = 0.08, peak: float = 0.9) -> Samples:
    """Bring float sound to one loudness, so that no speaker is louder than another."""
    if not samples.size:
        return np.zeros(0, np.int16)
    loudness = float(np.sqrt(np.mean(np.square(samples)))) or 1.0
    gain = min(rms / loudness, peak / (float(np.abs(samples).max()) or 1.0))
    return np.round(samples * gain * 32767).astype(np.int16)
