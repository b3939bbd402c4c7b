"""Where nobody speaks no words stay, whatever is heard; where somebody does none is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import Window, windows
from chunkers.probing import probe
from chunkers.spans import TICKS_PER_SECOND, Span
from data.sounds import SOUNDS, level, noise, without_voice
from pipeline.models.voice import voice_seconds
from pipeline.models.whisper import Whisper
from pipeline.stages.hear import HearWorker
from pipeline.stages.protocol import Part
from pipeline.text.ghosts import is_ghost

ROOT = Path(__file__).parents[3]
SECONDS = 10


@pytest.fixture(scope="module")
def whisper(whisper_base: Path) -> Whisper:
    return Whisper(whisper_base, beam=1)


@pytest.fixture(scope="module")
def worker(whisper: Whisper) -> HearWorker:
    return HearWorker(whisper, voice_seconds)


def test_what_is_no_voice_is_none() -> None:
    assert {name: voice_seconds(without_voice(name, SECONDS)) for name in SOUNDS} == dict.fromkeys(SOUNDS, 0.0)


def test_no_words_without_a_voice(whisper: Whisper, worker: HearWorker) -> None:
    """The recogniser makes words of some of these sounds; of which depends on the processor."""
    sounds = [without_voice(name, seconds) for name in ("breath", "clicks") for seconds in (SECONDS, 2 * SECONDS)]
    assert any(heard.pieces for heard in whisper.hear(sounds))
    spans = [Span(0, len(samples)) for samples in sounds]
    items = [
        Window(n, span, span, samples, silent=False)
        for n, (span, samples) in enumerate(zip(spans, sounds, strict=True))
    ]
    for made in worker.work(Part("r", items)):
        assert (made.row.status, made.row.transcript, made.row.voice_seconds) == ("silent", "", 0.0)


def test_a_voice_without_words_is_given_none(whisper: Whisper) -> None:
    """Speech that is played backwards, as laughter does, sounds like a voice; words of it the recogniser makes up."""
    with windows(probe(ROOT / "data" / "meeting.opus")) as stream:
        spoken = np.concatenate([next(stream).samples for _ in range(2)])
    backwards = np.ascontiguousarray(spoken[20 * TICKS_PER_SECOND : 30 * TICKS_PER_SECOND][::-1])
    assert voice_seconds(backwards) > 5
    (heard,) = whisper.hear([backwards], language="en")
    assert heard.text == ""
    assert heard.no_speech is not None
    assert heard.no_speech < 0.6, "it is sure that somebody speaks"


def test_no_word_of_a_voice_is_lost(worker: HearWorker) -> None:
    with windows(probe(ROOT / "data" / "meeting.opus")) as stream:
        window = next(iter(stream))
    noisy = window.samples + level(noise(len(window.samples) / TICKS_PER_SECOND, 1), -40)
    items = [
        Window(n, window.span, window.heard, np.asarray(samples, np.float32), silent=False)
        for n, samples in enumerate((window.samples, noisy))
    ]
    said = [made.row for made in worker.work(Part("r", items))]
    assert all(row.status == "processed" and row.voice_seconds > 10 for row in said)
    counts = [len(row.transcript.split()) for row in said]
    assert min(counts) > 0.9 * counts[0] > 40


@pytest.mark.parametrize(
    "text", ["you", " Thank you. ", "Thanks for watching!", "Untertitel im Auftrag des ZDF",
             "ご視聴ありがとうございました",
             "Продолжение следует...", "Sous-titrage ST' 501", "¡Gracias por ver el video!", "..."],
)  # fmt: skip
def test_ghost_phrases(text: str) -> None:
    assert is_ghost(text)


@pytest.mark.parametrize(
    "text", ["You are late.", "Thank you for the pump.", "So we begin.", "Die Untertitelung fehlt."]
)
def test_what_people_say_is_none(text: str) -> None:
    assert not is_ghost(text)
