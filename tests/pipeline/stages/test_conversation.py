"""Several people on tracks or channels of their own become one conversation, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.conversation import Heard, conversation
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue

SECOND = TICKS_PER_SECOND
LENGTH = 10


def row(words: Sequence[Cue] = (), **more: object) -> HearRow:
    values: dict[str, object] = {"recording": "r", "index": 0, "start": 0, "end": LENGTH * SECOND, "heard_start": 0}
    return HearRow(**{**values, "status": "processed", "words": list(words), **more})  # type: ignore[arg-type]


def said(speaker: str, text: str, start: float, *, every: float = 0.3, loud: float = 0.1, also: float = 0.0) -> Heard:
    """One word every so many seconds from `start` on, `loud` while they are said and `also` all the time."""
    words = [
        Cue(round((start + n * every) * SECOND), round((start + (n + 1) * every) * SECOND), f" {word}")
        for n, word in enumerate(text.split())
    ]
    samples = np.full(LENGTH * SECOND, also, np.float32)
    samples[words[0].start : words[-1].end] = loud
    return Heard(speaker, row(words, language="en"), samples, 0)


def told(found: HearRow) -> list[tuple[str, str]]:
    """Who said what, cue by cue."""
    return [(cue.speaker or "", cue.text) for cue in found.cues]


def test_what_is_said_at_once_is_told_speaker_by_speaker() -> None:
    anna = said("Anna", "The pump at Halden is worn.", 1)
    bob = said("Bob", "Yes, I saw it.", 2)
    found = conversation(row(status="silent"), [bob, anna])
    assert told(found) == [("Anna", "The pump at Halden is worn."), ("Bob", "Yes, I saw it.")]
    assert found.transcript == "The pump at Halden is worn. Yes, I saw it."
    assert (found.status, found.language) == ("processed", "en")


@pytest.mark.parametrize("bleed_db", [-6, -12, -30])
def test_a_voice_in_the_microphone_beside_is_written_once(bleed_db: int) -> None:
    anna = said("Anna", "The pump at Halden is worn.", 1)
    bleed = said("Bob", "The pump at Holden is worn.", 1.05, loud=0.1 * 10 ** (bleed_db / 20))
    assert told(conversation(row(), [anna, bleed])) == [("Anna", "The pump at Halden is worn.")]


def test_who_agrees_at_the_same_time_is_heard() -> None:
    """The same word at the same moment, each loud on their own track."""
    both = [said("Anna", "Yes, we do.", 1), said("Bob", "Yes.", 1)]
    assert told(conversation(row(), both)) == [("Anna", "Yes, we do."), ("Bob", "Yes.")]


def test_a_quiet_speaker_is_not_taken_for_the_echo_of_a_loud_one() -> None:
    loud = said("Anna", "The pump at Halden is worn.", 1, loud=0.3)
    quiet = said("Bob", "Who will order a new one?", 2, loud=0.06)
    assert [who for who, _ in told(conversation(row(), [loud, quiet]))] == ["Anna", "Bob"]


def test_one_who_could_not_be_heard_does_not_take_the_others_words() -> None:
    anna = said("Anna", "The pump at Halden is worn.", 1)
    loop = Heard("Bob", row(status="failed", error="loop"), np.zeros(LENGTH * SECOND, np.float32), 0)
    found = conversation(row(), [anna, loop])
    assert (found.status, found.error) == ("failed", "Bob: loop")
    assert told(found) == [("Anna", "The pump at Halden is worn.")]


def test_nobody_says_anything() -> None:
    assert conversation(row(status="silent"), []).status == "silent"
