"""Facts are found, and one fact has one key however it is spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.facts import facts, find


def keys(text: str, kind: str) -> list[str]:
    return [fact.key for fact in find(text) if fact.kind == kind]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1200", "1200"), ("1,200", "1200"), ("1.200", "1200"), ("1'200", "1200"), ("7.50", "7.50"), ("7,50", "7.50"),
        ("forty-two", "42"), ("two hundred and five", "205"), ("nineteen thousand", "19000"), ("5 million", "5000000"),
        ("2.5 million", "2500000"), ("23:40", "23:40"), ("0042", "42"), ("50%", "50"),
    ],
)  # fmt: skip
def test_a_number_has_one_key(text: str, key: str) -> None:
    assert keys(f"it was {text} at most", "number") == [key]


@pytest.mark.parametrize(
    "text", ["14 March", "March 14", "March 14th", "14th of March", "2026-03-14", "14. März", "14 de marzo", "14 mars"]
)
def test_a_date_has_one_key(text: str) -> None:
    assert keys(f"we meet on {text} again", "date") == ["03-14"]


def test_the_year_beside_a_date_is_a_number() -> None:
    assert [(fact.kind, fact.key) for fact in find("on 14 March 2026 at noon")] == [
        ("date", "03-14"),
        ("number", "2026"),
    ]


@pytest.mark.parametrize("text", ["one of the two", "May I say", "march on", "a second thing", "twelve people"])
def test_what_is_no_fact(text: str) -> None:
    assert find(text) == []


def test_small_words_count_where_they_are_wanted() -> None:
    assert [fact.key for fact in find("twelve people", small=True)] == ["12"]


def test_names_are_runs_of_capitals_but_not_the_opening_word() -> None:
    text = "Perhaps Anna Keller's boat left Hamburg. The crew of IBM waved. NATO stayed. Then Omar came."
    assert [fact.text for fact in find(text) if fact.kind == "name"] == [
        "Anna Keller",
        "Hamburg",
        "IBM",
        "NATO",
        "Omar",
    ]


def test_each_fact_is_listed_once_as_it_was_first_written() -> None:
    assert facts("We sold 1,200 of 1200 to Omar on 3 May and to Omar on May 3.") == ["1,200", "Omar", "3 May"]


@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.text("aB1.,:- '\nMay3twenty", max_size=80))
def test_any_text_is_taken_and_facts_lie_where_they_say(text: str) -> None:
    for fact in find(text, small=True):
        assert fact.text
        assert text[fact.start : fact.start + len(fact.text)] == fact.text


@given(st.integers(13, 999_999))
def test_a_number_with_and_without_thousands_marks(number: int) -> None:
    assert keys(f"about {number:,} of them", "number") == keys(f"about {number} of them", "number") == [str(number)]
