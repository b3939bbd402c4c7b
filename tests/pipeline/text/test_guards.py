"""Guards: loops, impossible rates and answers are caught; ordinary speech is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import guards

SPEECH = (
    "Good morning everyone, thanks for coming. Let us start with the budget: the pump station at Halden costs "
    "412,000 euros, which is 9 percent more than in March. Maria, you wanted to say something about the delivery "
    "dates. Yes, thank you. The valves arrive on 14 June, the control cabinets two weeks later, and the crew from "
    "Brno can start on 1 July if the permits are here by then."
)


@pytest.mark.parametrize(
    "text",
    [
        "thank you for watching " * 20,
        "no no no no no no no no no no no no no no",
        "We will see. " * 6,
        SPEECH[:60] + " and so on and so on and so on and so on and so on and so on",
    ],
)
def test_loops_are_caught(text: str) -> None:
    assert guards.loops(text).startswith("loop")


@pytest.mark.parametrize(
    "text", [SPEECH, "Yes, yes, yes, of course.", "one two three four five six seven eight nine ten", "", "No. No. No."]
)
def test_speech_is_no_loop(text: str) -> None:
    assert guards.loops(text) == ""


def test_nobody_speaks_this_fast() -> None:
    assert guards.too_fast(SPEECH, 4).startswith("rate")
    assert guards.too_fast(SPEECH, 25) == ""
    assert guards.too_fast("字" * 200, 3).startswith("rate")


@pytest.mark.parametrize(
    "text",
    [
        "Sure, here is a summary of the transcript.",
        "I'm sorry, but I cannot transcribe audio.",
        "As an AI I do not hear.",
        "Please provide the transcript.",
    ],
)
def test_answers_are_caught(text: str) -> None:
    assert guards.summary_fault(text).startswith("answering")


def test_a_reason_repeats_no_word_that_was_said() -> None:
    said = "my pin is four"
    assert not set(said.split()) & set(guards.loops(f"{said} " * 4).split())
    assert not set(said.split()) & set(guards.loops(f"{said} " * 40).split())
    assert "transcribe" not in guards.answers("I cannot transcribe this.")


def test_a_summary_is_no_answer() -> None:
    assert guards.summary_fault("The team is sorry that the valves came late; Maria will provide the dates.") == ""
    assert guards.summary_fault(" ") == "empty"


def test_a_question_at_the_end_is_left_open() -> None:
    asked = "We went to Halden. When does it open? On Monday. And the pier? How long is it?"
    assert guards.without_open_questions(asked) == "We went to Halden. When does it open? On Monday."
    assert guards.without_open_questions("How long is it?") == "How long is it?"


def test_tidy_drops_repetition_and_a_torn_end() -> None:
    assert guards.tidy("It rained. It rained. The crew left. The pump", complete=False) == "It rained. The crew left."
    assert guards.tidy("The pump", complete=False) == "The pump"
    assert guards.tidy("It rained. The pump") == "It rained. The pump"


def test_what_was_on_lines_of_its_own_stays_apart() -> None:
    assert guards.tidy("- Budget approved\n- Staff hired\n- Budget approved") == "Budget approved\nStaff hired"
    assert guards.without_open_questions("Budget approved\nStaff hired\nوالسقف؟") == "Budget approved\nStaff hired"


def test_a_torn_end_is_seen_in_any_script() -> None:
    assert guards.tidy("छत टपकती है। पंप", complete=False) == "छत टपकती है।"
    assert guards.tidy("छत टपकती है। पंप नया है।", complete=False) == "छत टपकती है। पंप नया है।"


@given(st.text(max_size=400), st.floats(0, 60))
def test_guards_never_fail(text: str, seconds: float) -> None:
    guards.transcript_fault(text, seconds)
    guards.summary_fault(text)
    guards.tidy(text, complete=False)
