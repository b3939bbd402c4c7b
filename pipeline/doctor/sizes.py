"""How much memory and time the models of the recipe `cascade` need, and Whisper: arithmetic on published shapes.

What Gemma needs is in `pipeline.models.gemma.memory` and `gguf_memory`. Times are estimates for a CPU, from what was
measured on two old cores (AVX2, no AVX-512): Whisper base hears 11.6 times as fast as speech, Qwen2.5 1.5B in 4 bits
reads 62 tokens a second and writes 15.8.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.models.gemma.memory import Need
from pipeline.models.hardware import GIB


@dataclass(frozen=True, slots=True)
class WhisperShape:
    """What shapes the memory and the time of a Whisper; numbers as its configuration has them."""

    width: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int = 51_866
    bands: int = 128

    @property
    def encoder(self) -> int:
        """Weights of the encoder: two convolutions of width 3, positions, layers."""
        convolutions = 3 * self.width * (self.bands + self.width)
        return convolutions + 1500 * self.width + self.encoder_layers * 12 * self.width**2

    @property
    def decoder(self) -> int:
        """Weights of the decoder: tokens, positions, layers that also look at the encoder."""
        return (self.vocabulary + 448) * self.width + self.decoder_layers * 16 * self.width**2

    @property
    def parameters(self) -> int:
        """All weights; norms and biases are left out."""
        return self.encoder + self.decoder


BASE = WhisperShape(512, 6, 6, vocabulary=51_865, bands=80)

_HEARD = 11.6
_READ, _WRITTEN, _WRITER = 62.0, 15.8, 1.54e9
"""Tokens a second of a text model of so many weights."""
_MEASURED_CORES = 2
_SEEN_S = 1.0
"""Seconds that those cores take for the encoder of one frame, from its operations beside those of the text model."""
_WRITING_CORES = 4
"""Cores beyond which writing, which waits for the memory, is no faster."""

_HOUR = 3600
_WINDOWS = (300, 60, 144)
"""Tokens in and out for a window of words, and how many an hour has."""
_SEGMENTS = (4700, 150, 60)
"""Tokens in and out for a segment with its frames, and how many an hour has."""


@dataclass(frozen=True, slots=True)
class TextShape:
    """A text model in a GGUF file of the catalogue."""

    parameters: int
    layers: int
    kv_width: int
    """Heads for keys times their width."""

    def need(self, file: int, context: int) -> Need:
        """What it needs with a cache of `context` tokens in 16 bits; `file` is the size of its file, in bytes."""
        return Need(file, 2 * 2 * self.layers * self.kv_width * context, 0, GIB // 2)


def whisper_need(shape: WhisperShape, bytes_a_weight: int) -> Need:
    """What a batch of windows needs: the allowance is the measured one of base, and grows with the width."""
    return Need(shape.parameters * bytes_a_weight, 0, 0, GIB * shape.width // (2 * BASE.width))


def hearing_hours(shape: WhisperShape, cores: int) -> float:
    """Hours that an hour of speech takes on a CPU."""
    return _hearing_cost(shape) / _hearing_cost(BASE) / _HEARD * _MEASURED_CORES / cores


def _hearing_cost(shape: WhisperShape) -> int:
    """Products of a window of 30 s: 1,500 positions, and 100 tokens in a beam of 5."""
    return 1500 * shape.encoder + 500 * shape.decoder


def writing_hours(parameters: int, cores: int, *, frames: bool) -> float:
    """Hours that describing and merging an hour takes on a CPU: of film with `frames`, else of words only."""
    tokens_in, tokens_out, calls = _SEGMENTS if frames else _WINDOWS
    faster = cores / _MEASURED_CORES
    smaller = _WRITER / parameters
    reading = tokens_in / (_READ * smaller * faster)
    writing = tokens_out / (_WRITTEN * smaller * min(cores, _WRITING_CORES) / _MEASURED_CORES)
    looking = _HOUR * _SEEN_S / faster if frames else 0.0
    return (calls * (reading + writing) + looking) / _HOUR
