"""The voices: text in, sound out. `tone` needs nothing; the others need the extra `voices`."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


class VoiceMissing(RuntimeError):
    """The packages of a voice are not installed."""


class Voice(Protocol):
    """A speaking engine. The same text and speaker give the same samples."""

    name: str
    rate: int

    def say(self, text: str, speaker: int) -> Samples:
        """Speak a sentence, mono at `rate`; `speaker` counts the people of a recording from 0."""
        ...


def _tone() -> Voice:
    from data.voices.tone import Tone

    return Tone()


def _espeak() -> Voice:
    from data.voices.espeak import Espeak

    return Espeak()


def _kokoro() -> Voice:
    from data.voices.kokoro import Kokoro

    return Kokoro()


VOICES: dict[str, Callable[[], Voice]] = {"kokoro": _kokoro, "espeak": _espeak, "tone": _tone}


def trim(samples: Samples, rate: int, floor: float = 0.01, margin_s: float = 0.03) -> Samples:
    """Cut what is quieter than `floor` of the peak off both ends, but for a margin."""
    loud = np.flatnonzero(
        np.abs(samples.astype(np.int32)) > floor * max(1, int(np.abs(samples.astype(np.int32)).max()))
    )
    if not loud.size:
        return samples
    margin = round(margin_s * rate)
    return samples[max(0, loud[0] - margin) : loud[-1] + 1 + margin]


def level(samples: NDArray[np.float32], rms: float = 0.08, peak: float = 0.9) -> Samples:
    """Bring float sound to one loudness, so that no speaker is louder than another."""
    loudness = float(np.sqrt(np.mean(np.square(samples)))) or 1.0
    gain = min(rms / loudness, peak / (float(np.abs(samples).max()) or 1.0))
    return np.round(samples * gain * 32767).astype(np.int16)
