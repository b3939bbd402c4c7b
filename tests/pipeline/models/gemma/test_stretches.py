"""A window as stretches: they cover it, fit into a request, end in pauses, and words at a cut are one stretch's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.checkpoints.inputs import talk
from pipeline.models.gemma.hearing import GemmaHearer
from pipeline.models.gemma.inputs import Counts, Proof, Request
from pipeline.models.gemma.limits import audio_tokens, limits
from pipeline.models.gemma.multimodal import Answer
from pipeline.models.gemma.stretches import stretches
from pipeline.models.protocol import Written
from pipeline.prompts import load
from pipeline.text.cues import Cue

SECOND = 16_000
LIMIT = 15 * SECOND


@settings(max_examples=40, deadline=None)
@given(
    seconds=st.floats(0.5, 40),
    longest=st.floats(1, 20),
    pauses=st.lists(st.tuples(st.floats(0, 60), st.floats(0, 6)), max_size=6),
)
def test_stretches_cover_the_window_and_fit(
    seconds: float, longest: float, pauses: Sequence[tuple[float, float]]
) -> None:
    samples, most = talk(seconds, *((start, start + length) for start, length in pauses)), round(longest * SECOND)
    parts = stretches(samples, most)
    assert (parts[0].start, parts[-1].end) == (0, samples.size)
    assert all(before.end == after.start for before, after in pairwise(parts))
    assert all(one.heard <= one.start < one.end <= one.heard + most for one in parts)
    assert all(before.heard < after.heard for before, after in pairwise(parts))
    assert len(parts) == 1 or max(one.end - one.start for one in parts) > most / 4
    for one in parts:  # no word is shorter than 100 ms
        assert not one.silent or np.count_nonzero(samples[one.start : one.end]) < SECOND // 10


def test_half_a_minute_is_cut_in_its_pauses_and_nothing_is_heard_twice() -> None:
    parts = stretches(talk(30, (8.8, 9.6), (19, 19.8)), LIMIT)
    first, second, third = (one.end / SECOND for one in parts)
    assert 8.8 < first < 9.6
    assert 19 < second < 19.8
    assert third == 30
    assert all(one.heard == one.start for one in parts)


def test_without_a_pause_the_next_stretch_hears_the_end_of_the_one_before() -> None:
    parts = stretches(talk(30), LIMIT)
    assert len(parts) == 3
    assert [one.start - one.heard for one in parts] == [0, 1.5 * SECOND, 1.5 * SECOND]


def test_a_second_more_than_fits_is_no_scrap_of_a_second() -> None:
    assert min(one.end - one.start for one in stretches(talk(16), LIMIT)) > 5 * SECOND


def test_what_fits_is_one_stretch_however_quiet_it_is() -> None:
    (only,) = stretches(np.zeros(LIMIT, np.float32), LIMIT)
    assert (only.heard, only.start, only.end, only.silent) == (0, 0, LIMIT, False)


class _Parrot:
    """Stands for the model, which no test has: it notes what it is given and says what it was told to."""

    name = "parrot"
    limits = limits({"model_type": "gemma4_unified", "audio_config": {}})

    def __init__(self, *says: str) -> None:
        self.given: list[Any] = []
        self._says = iter(says)

    def ask(self, requests: Sequence[Request], *, max_tokens: int) -> list[Answer]:
        """An answer for each request."""
        self.given += [request.audio[0] for request in requests]
        counts = [Counts(audio_tokens=audio_tokens(request.audio[0].size)) for request in requests]
        return [Answer(Written(next(self._says), 9, 9, 0.5), Proof(one, one)) for one in counts]


def _heard(parrot: _Parrot, *batch: Any) -> Any:
    hearer = GemmaHearer(parrot, load("general", "gemma_hear"), longest_s=15, max_tokens=40)  # type: ignore[arg-type]
    return hearer.hear(batch, language="en")


def test_a_silent_stretch_is_not_sent() -> None:
    samples, parrot = talk(30, (8, 22)), _Parrot("the first words", "the last words")
    plan = stretches(samples, LIMIT)
    assert [one.silent for one in plan] == [False, True, False]
    (heard,) = _heard(parrot, samples)
    assert [one.size for one in parrot.given] == [one.end - one.heard for one in plan if not one.silent]
    assert heard.pieces == (
        Cue(plan[0].start, plan[0].end, " the first words"),
        Cue(plan[2].start, plan[2].end, " the last words"),
    )
    assert not heard.error
    assert heard.audio_tokens_sent == heard.audio_tokens_expected == sum(audio_tokens(one.size) for one in parrot.given)


def test_a_word_that_two_stretches_heard_belongs_to_one() -> None:
    samples = talk(30)
    parrot = _Parrot(
        "a crane stands at the quay to", "at the quay today and waits for wi", "waits for wind. Nobody works."
    )
    (heard,) = _heard(parrot, samples)
    assert heard.text == "a crane stands at the quay today and waits for wind. Nobody works."
    assert [(one.start, one.end) for one in heard.pieces] == [(one.start, one.end) for one in stretches(samples, LIMIT)]


def test_words_of_stretches_that_share_no_sound_are_all_kept() -> None:
    parrot = _Parrot("yes yes", "yes yes", "yes yes")
    (heard,) = _heard(parrot, talk(30, (8.8, 9.6), (19, 19.8)))
    assert heard.text == "yes yes yes yes yes yes"
