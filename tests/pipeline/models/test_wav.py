"""Sound as an engine gets it."""

from __future__ import annotations

import io
import wave

import numpy as np

from pipeline.models.endpoint.messages import wav


def test_sound_of_16_bits_is_sent_as_it_was() -> None:
    steps = np.arange(-32_768, 32_768, dtype="<i2")
    with wave.open(io.BytesIO(wav((steps / np.float32(32_768)).astype(np.float32)))) as sent:
        assert (sent.getframerate(), sent.getnchannels(), sent.getsampwidth()) == (16_000, 1, 2)
        assert sent.readframes(steps.size) == steps.tobytes()


def test_other_sound_is_rounded_and_never_wraps() -> None:
    samples = np.array([1.0, -1.0, 0.6 / 32_768, -0.6 / 32_768, 1.5, -1.5], np.float32)
    with wave.open(io.BytesIO(wav(samples))) as sent:
        read = np.frombuffer(sent.readframes(6), "<i2")
    assert read.tolist() == [32_767, -32_768, 1, -1, 32_767, -32_768]
