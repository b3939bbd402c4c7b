"""What a window is heard as rests on that window alone, and each is encoded once."""

from __future__ import annotations

import gc
import itertools
from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import windows
from chunkers.probing import probe
from pipeline.models.protocol import Samples
from pipeline.models.whisper import Whisper
from tests.meeting import MEETING

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def sounds() -> list[Samples]:
    """Two windows of the meeting, the beginning of one of them, and noise in which nobody speaks."""
    with windows(probe(MEETING)) as stream:
        first, second = (window.samples for window in itertools.islice(stream, 2))
    noise = np.random.default_rng(1).normal(0, 0.01, len(first)).astype(np.float32)
    return [first, second, second[: len(second) // 5].copy(), noise]


def test_neighbours_in_a_batch_change_nothing(whisper_base: Path, sounds: list[Samples]) -> None:
    whisper = Whisper(whisper_base, beam=5)
    together = whisper.hear(sounds, language="en")
    assert "14th of March" in together[0].text
    for other, samples in zip(together, sounds, strict=True):
        (alone,) = whisper.hear([samples], language="en")
        assert other.pieces == alone.pieces
        assert other.log_probability == pytest.approx(alone.log_probability, abs=1e-4)
        assert other.no_speech == pytest.approx(alone.no_speech, abs=1e-4)


def test_a_window_is_encoded_once(whisper_base: Path, sounds: list[Samples], monkeypatch: pytest.MonkeyPatch) -> None:
    whisper = Whisper(whisper_base, beam=1)
    encoded: list[int] = []
    encode = whisper._encode

    def counted(samples: Samples) -> object:
        encoded.append(id(samples))
        return encode(samples)

    monkeypatch.setattr(whisper, "_encode", counted)
    found = whisper.language_probabilities(sounds[:2])
    assert [max(one, key=lambda language: one[language]) for one in found] == ["en", "en"]
    after = whisper.hear(sounds[:2], language="en")
    assert encoded == [id(one) for one in sounds[:2]]
    assert all(one.seconds > 0 for one in after)
    again = whisper.hear(sounds[:2])
    assert len(encoded) == 4, "nothing is kept of what was heard"
    assert [(one.language, one.pieces) for one in again] == [("en", one.pieces) for one in after]


def test_nothing_is_kept_of_windows_that_are_gone(whisper_base: Path, sounds: list[Samples]) -> None:
    whisper = Whisper(whisper_base, beam=1)
    copy = sounds[2].copy()
    whisper.language_probabilities([copy])
    assert len(whisper._kept) == 1
    del copy
    gc.collect()
    assert whisper._kept == {}
