"""Level 0 is held against what was said: nothing invented stays, nothing true is thrown away."""

from __future__ import annotations

import pytest

from pipeline.stages.support import supported
from pipeline.text.labels import Line, lines
from pipeline.text.sentences import sentences

SAID = (
    "Good morning. The pump at Halden was opened on 14 March, and two bearings are worn. "
    "Maria Lopez reports to me every Friday. The new pump costs 412,000 euros. We will decide in April."
)
SOURCE = lines(SAID)


@pytest.mark.parametrize(
    "summary",
    [
        "The pump at Halden was opened on 14 March; two bearings are worn.",
        "Two bearings of the pump are worn, and the new pump costs 412,000 euros.",
        "They will decide in April.",
    ],
)
def test_what_the_source_holds_stays_as_it_is(summary: str) -> None:
    assert supported(summary, SOURCE).text == summary
    assert supported(summary, SOURCE).refused == ()


@pytest.mark.parametrize(
    ("summary", "instead"),
    [
        ("The new pump costs 9,999,000 euros.", "The new pump costs 412,000 euros."),
        ("Maria Lopez reports to the council every Monday.", "Maria Lopez reports to me every Friday."),
        ("The pump was opened on 3 May.", "The pump at Halden was opened on 14 March, and two bearings are worn."),
    ],
)
def test_what_it_does_not_hold_gives_way_to_its_own_sentence(summary: str, instead: str) -> None:
    checked = supported(f"We will decide in April. {summary}", SOURCE)
    assert sentences(checked.text) == ["We will decide in April.", instead]
    assert [sentence for sentence, _ in checked.refused] == [summary]
    assert checked.refused[0][1]


def test_what_has_nothing_in_common_is_left_out_and_something_true_is_left() -> None:
    checked = supported("The void crusade was a military operation.", SOURCE)
    assert len(sentences(checked.text)) == 1
    assert checked.text in SAID
    assert any(digit in checked.text for digit in "0123456789")


def test_a_sentence_of_the_source_stands_once() -> None:
    checked = supported("The pump costs 15,000 euros. The pump costs 20,000 euros.", SOURCE)
    assert checked.text == "The new pump costs 412,000 euros."
    assert len(checked.refused) == 2


def test_a_time_of_day_is_the_same_with_a_colon() -> None:
    said = lines("It is 9.30 on Tuesday, and we finish at 6.30 in the evening.")
    assert supported("It is 9:30 on Tuesday, finishing at 6:30.", said).refused == ()
    assert supported("It is 9:45 on Tuesday.", said).refused


TALK = [
    *lines("The price of steel went up. Who sends the offer to the council?", "Speaker 1"),
    *lines("Let me see. It is in the drawer. I will send the offer by Wednesday. Omar reports to me.", "Speaker 2"),
    Line("The meeting room is closed."),
]


@pytest.mark.parametrize(
    ("summary", "kept"),
    [
        ("Speaker 2: I will send the offer by Wednesday.", "I will send the offer by Wednesday."),
        ("**Speaker 2**: I will send the offer by Wednesday.", "I will send the offer by Wednesday."),
        ("speaker 1: Speaker 2: Omar reports to me.", "Omar reports to me."),
        ("Speaker 1:\nThe price of steel went up.", "The price of steel went up."),
        ("Speaker 2 will send the offer by Wednesday.", "Speaker 2 will send the offer by Wednesday."),
        ("Omar reports to Speaker 2.", "Omar reports to Speaker 2."),
        ("Omar reports to Speaker 1.", "Omar reports to me."),
        ("Omar reports to the council.", "Omar reports to me."),
        ("They will send the offer by 3 May.", "I will send the offer by Wednesday."),
    ],
)
def test_a_label_is_no_part_of_a_sentence_and_whose_words_they_are_is_known(summary: str, kept: str) -> None:
    assert supported(summary, TALK).text == kept


def test_a_sentence_with_the_label_of_a_second_speaker_gives_way() -> None:
    source = [Line("The roof leaks again, so.", "Anna"), Line("Yes, it does.", "Ben")]
    found = supported("The roof leaks again, so Ben: Yes, it does.", source)
    assert "Ben:" not in found.text
    assert found.refused


def test_the_label_of_nobody_who_speaks_stays_text() -> None:
    agenda = "Agenda: the price of steel went up."
    assert supported(agenda, [Line(agenda)]).text == agenda


def test_a_whole_sentence_in_quotation_marks_stands_without_them_and_who_says_it() -> None:
    said = [Line("Yeah, they should be able to handle the oil change.", "Speaker 1"), Line("Fine.", "Speaker 2")]
    written = 'Speaker 1 says "Yeah, they should be able to handle the oil change."'
    assert supported(written, said).text == "They should be able to handle the oil change."
    assert supported('Speaker 1 says "the oil change is handled."', said).text != "The oil change is handled."


def test_a_sentence_all_of_which_another_one_says_is_left_out() -> None:
    said = [
        Line("Thanks for calling. My name is Violet King."),
        Line("I am Violet King, and the pump in Halden leaks."),
    ]
    written = "The pump leaks. I am Violet King, and the pump in Halden leaks."
    assert supported(written, said).text == "I am Violet King, and the pump in Halden leaks."
    both = "The pump leaks in May. The pump leaks in June."
    assert supported(both, [Line("The pump leaks in May."), Line("The pump leaks in June.")]).text == both
