"""Where nobody speaks no words stay, whatever is heard; where somebody does none is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chunkers import Span, Window, probe, windows
from chunkers.spans import TICKS_PER_SECOND
from data.sounds import SOUNDS, level, noise, without_voice
from pipeline.models.voice import voice_seconds
from pipeline.models.whisper import Whisper
from pipeline.stages.hear import HearWorker
from pipeline.stages.protocol import Part
from pipeline.text.ghosts import is_ghost

ROOT = Path(__file__).parents[3]
SECONDS = 10


@pytest.fixture(scope="module")
def worker(whisper_base: Path) -> HearWorker:
    return HearWorker(Whisper(whisper_base, beam=1), voice_seconds)


@pytest.mark.parametrize("name", sorted(SOUNDS))
def test_no_words_without_a_voice(worker: HearWorker, name: str) -> None:
    samples = without_voice(name, SECONDS)
    span = Span(0, len(samples))
    (made,) = worker.work(Part("r", [Window(0, span, span, samples, silent=False)]))
    assert (made.row.status, made.row.transcript, made.row.voice_seconds) == ("silent", "", 0.0)


def test_no_word_of_a_voice_is_lost(worker: HearWorker) -> None:
    with windows(probe(ROOT / "data" / "meeting.opus")) as stream:
        window = next(iter(stream))
    alone, *mixed = (
        window.samples,
        *(window.samples + level(noise(len(window.samples) / TICKS_PER_SECOND, 1), d) for d in (-50, -40)),
    )
    said = [
        worker.work(Part("r", [Window(0, window.span, window.heard, np.asarray(one, np.float32), silent=False)]))[0].row
        for one in (alone, *mixed)
    ]
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
