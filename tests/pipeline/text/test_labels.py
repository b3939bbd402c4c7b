"""Labels of speakers are no part of what is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.labels import Line, label_inside, labelled, lines, without_label, without_labels


def test_every_sentence_of_a_turn_has_its_label() -> None:
    assert [line.labelled for line in lines("Yes. I will.", "Anna")] == ["Anna: Yes.", "Anna: I will."]
    assert lines("Yes.") == [Line("Yes.")]
    assert labelled("Yes.", None) == "Yes."


def test_only_known_labels_at_the_beginning_go() -> None:
    known = {"Speaker 1", "Speaker 11", "Anna (left)"}
    assert without_label("Speaker 11: Yes.", known) == "Yes."
    assert without_label("“Speaker 1: Yes.”", known) == "Yes.”"
    assert without_label("Anna (left)：好。", known) == "好。"
    assert without_label("Speaker 2: Yes.", known) == "Speaker 2: Yes."
    assert without_label("They ask Speaker 1: who?", known) == "They ask Speaker 1: who?"
    assert without_label("Speaker 1: Yes.", set()) == "Speaker 1: Yes."
    assert without_label("They read the transcript: yes.", known) == "They read the transcript: yes."


def test_a_heading_of_the_prompt_is_no_label_and_goes_with_it() -> None:
    assert without_label("Transcript: Speaker 1: Is it sold?", {"Speaker 1"}) == "Is it sold?"
    assert without_labels("Transcript:\nIt is sold.", set()) == "It is sold."


def test_a_text_without_labels_stays_as_it_is_laid_out() -> None:
    assert without_labels("- One.\n- Two.", {"Anna"}) == "- One.\n- Two."
    assert without_labels("- Anna: One.\n- Two.", {"Anna"}) == "One. Two."
    assert without_labels("Anna:\nOne.", {"Anna"}) == "One."


@given(st.text(max_size=40), st.sets(st.text(min_size=1, max_size=8), max_size=3))
def test_nothing_is_added_and_a_second_time_nothing_goes(sentence: str, speakers: set[str]) -> None:
    bare = without_label(sentence, speakers)
    assert sentence.endswith(bare)
    assert without_label(bare, speakers) == bare


def test_two_turns_that_were_run_together_are_seen() -> None:
    known = {"Project Manager", "Speaker 1"}
    assert label_inside("Yeah, so Project Manager: Yeah.", known)
    assert label_inside("We begin. speaker 1: yes", known)
    assert not label_inside("Project Manager: Yeah.", known)
    assert not label_inside("The Project Manager closes the talk at 10:15.", known)
    assert not label_inside("Yeah, so Project Manager: Yeah.", set())
