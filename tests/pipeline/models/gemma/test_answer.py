"""Reading the describing call's answer: nothing that a model wrote is lost."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.answer import read

_MINUTE = 60 * 16_000


def test_the_three_kinds_of_lines() -> None:
    said = read("SUMMARY: A pump runs.\nSCREEN: PUMP 7\nEVENT 00:12: it starts\nEVENT 0:59 it stops", _MINUTE)
    assert (said.summary, said.screen, said.labelled) == ("A pump runs.", "PUMP 7", True)
    assert said.events == [(12 * 16_000, "it starts"), (59 * 16_000, "it stops")]


def test_markup_case_and_running_lines_are_tolerated() -> None:
    said = read("Here you are:\n**Summary:** A pump\nruns on.\n- event [00:03]: noise\n* SCREEN: none", _MINUTE)
    assert said.summary == "Here you are: A pump runs on."
    assert (said.screen, said.events) == ("", [(3 * 16_000, "noise")])


def test_a_sentence_that_begins_with_a_label_word_is_a_sentence() -> None:
    said = read("SUMMARY: The court met.\nSummary judgment was given.\nEvent planning went on.", _MINUTE)
    assert said.summary == "The court met. Summary judgment was given. Event planning went on."


def test_events_outside_of_the_chunk_or_without_a_time_are_kept_aside() -> None:
    said = read("SUMMARY: x\nEVENT 01:00: too late\nEVENT: some time\nEVENT 00:59: in time\nEVENT: none", _MINUTE)
    assert said.events == [(59 * 16_000, "in time")]
    assert said.strays == ["01:00: too late", "some time"]


def test_prose_is_a_summary_without_label() -> None:
    said = read("A pump runs.", _MINUTE)
    assert (said.summary, said.labelled) == ("A pump runs.", False)


_PIECES = st.sampled_from(["SUMMARY:", "SCREEN:", "EVENT 00:05:", "EVENT", "EVENT:", "\n", "**", "00:61", "99:99:"])


@given(st.lists(st.one_of(_PIECES, st.text(max_size=12)), max_size=20).map(" ".join))
def test_every_word_ends_up_somewhere(text: str) -> None:
    said = read(text, _MINUTE)
    kept = " ".join([said.summary, said.screen, *said.strays, *(what for _, what in said.events)])
    labels = {"summary", "screen", "event", "none", "n", "a", "no", "text"}
    for word in re.findall(r"[^\W\d_]+", text):
        assert word.lower() in labels or word in kept
