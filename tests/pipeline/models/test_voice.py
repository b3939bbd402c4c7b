"""Where nobody speaks no words stay, whatever is heard; where somebody does none is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers import Span, Window, probe, windows
from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.voice import voice_seconds
from pipeline.models.whisper import Whisper
from pipeline.stages.hear import HearWorker
from pipeline.stages.protocol import Part
from pipeline.text.ghosts import is_ghost

ROOT = Path(__file__).parents[3]
RATE = TICKS_PER_SECOND
SECONDS = 10


def level(samples: NDArray[np.float64], decibels: float) -> NDArray[np.float32]:
    return np.asarray(samples / np.sqrt((samples**2).mean()) * 10 ** (decibels / 20), np.float32)


def sounds() -> dict[str, NDArray[np.float32]]:
    """Ten seconds each of what is no voice."""
    random, t = np.random.default_rng(0), np.arange(SECONDS * RATE) / RATE
    noise = random.normal(size=len(t))
    brown = np.cumsum(noise) - np.convolve(np.cumsum(noise), np.ones(400) / 400, "same")
    chord = [np.sin(2 * np.pi * f * t) * (1 + np.sin(2 * np.pi * r * t)) for f, r in ((220, 0.5), (277, 0.7), (330, 2))]
    return {
        "noise": level(noise, -30),
        "faint noise": level(noise * (1 + 0.5 * np.sin(2 * np.pi * 0.1 * t)), -66),
        "hum": level(np.sin(2 * np.pi * 50 * t) + 0.3 * np.sin(2 * np.pi * 150 * t), -30),
        "music": level(np.sum(chord, axis=0), -25),
        "wind": level(brown * (1 + 0.8 * np.sin(2 * np.pi * 0.2 * t)), -30),
        "engine": level(np.sign(np.sin(2 * np.pi * 35 * t)) * (1 + 0.3 * noise), -25),
        "clicks": level((random.random(len(t)) < 1 / 8000) * noise, -40),
        "breath": level(noise * np.clip(np.sin(2 * np.pi * 0.3 * t), 0, 1), -40),
    }


@pytest.fixture(scope="module")
def whisper(whisper_base: Path) -> Whisper:
    return Whisper(whisper_base, beam=1)


@pytest.fixture(scope="module")
def worker(whisper: Whisper) -> HearWorker:
    return HearWorker(whisper, voice_seconds)


def test_what_is_no_voice_is_none() -> None:
    assert {name: voice_seconds(samples) for name, samples in sounds().items()} == dict.fromkeys(sounds(), 0.0)


def test_no_words_without_a_voice(whisper: Whisper, worker: HearWorker) -> None:
    """Of these sounds the breath is the one that the recogniser makes words of."""
    samples = sounds()["breath"]
    assert whisper.hear([samples])[0].pieces
    span = Span(0, len(samples))
    (made,) = worker.work(Part("r", [Window(0, span, span, samples, silent=False)]))
    assert (made.row.status, made.row.transcript, made.row.voice_seconds) == ("silent", "", 0.0)


def test_no_word_of_a_voice_is_lost(worker: HearWorker) -> None:
    with windows(probe(ROOT / "data" / "meeting.opus")) as stream:
        window = next(iter(stream))
    noisy = window.samples + level(np.random.default_rng(1).normal(size=len(window.samples)), -40)
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
