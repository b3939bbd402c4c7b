"""Salience: what a recording is about, and a few sentences of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.lexicons import LEXICONS
from pipeline.text.salience import Candidate, alike, choose, salience, topic

ENGLISH = LEXICONS["en"]
SAID = [
    "The north pier of the bridge has a crack.",
    "The crack in the pier grows.",
    "I saw a cat yesterday.",
    "The bridge needs a repair of the pier.",
    "It was raining a little.",
]


def test_what_is_often_said_is_salient() -> None:
    about = topic(SAID, ENGLISH)
    worth = {text: salience(text, about, ENGLISH) for text in SAID}
    assert min(worth[SAID[0]], worth[SAID[3]]) > max(worth[SAID[2]], worth[SAID[4]])


def test_a_figure_makes_a_sentence_more_salient() -> None:
    about = topic(SAID, ENGLISH)
    assert salience("The pier costs 96,000 euros.", about, ENGLISH) > salience(
        "The pier costs some euros.", about, ENGLISH
    )


def test_nothing_is_chosen_twice_and_every_part_has_its_share() -> None:
    among = [Candidate(text, part) for text, part in zip(SAID, (0, 0, 1, 0, 1), strict=True)]
    chosen = choose([*among, Candidate(SAID[0], 1)], 3, topic(SAID, ENGLISH), ENGLISH)
    assert len(chosen) == 3
    assert not {0, 5} <= set(chosen)
    assert {among[number].part if number < 5 else 1 for number in chosen} == {0, 1}


def test_sentences_with_other_numbers_are_not_alike() -> None:
    assert alike("The pier costs 96,000 euros.", "96,000 euros is what the pier costs.", ENGLISH)
    assert not alike("The pier costs 96,000 euros.", "The pier costs 69,000 euros.", ENGLISH)
    assert not alike("The pier has a crack.", "The budget is small.", ENGLISH)


TEXTS = st.lists(st.sampled_from([*SAID, "", "Yes.", "12 tonnes."]), max_size=12)


@given(TEXTS, st.integers(0, 15))
def test_a_choice_is_in_order_and_no_longer_than_asked(texts: list[str], most: int) -> None:
    chosen = choose([Candidate(text, at % 3) for at, text in enumerate(texts)], most, topic(texts, ENGLISH), ENGLISH)
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= most
    assert len({texts[number] for number in chosen}) == len(chosen)


def test_an_introduction_is_less_salient_than_the_same_words_without_it() -> None:
    about = topic(SAID, ENGLISH)
    told = salience("The crack in the pier grows.", about, ENGLISH)
    assert 0 < salience("My name is Ann, the crack in the pier grows.", about, ENGLISH) < told / 2
