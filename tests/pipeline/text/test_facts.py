"""Facts are found, and one fact has one key however it is spelt."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.facts import facts, find


def keys(text: str, kind: str) -> list[str]:
    return [fact.key for fact in find(text) if fact.kind == kind]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1200", "1200"), ("1,200", "1200"), ("1'200", "1200"), ("7.50", "7.50"), ("7,50", "7.50"),
        ("forty-two", "42"), ("two hundred and five", "205"), ("nineteen thousand", "19000"), ("5 million", "5000000"),
        ("2.5 million", "2500000"), ("23:40", "23.40"), ("09:05", "9.05"), ("0042", "42"), ("50%", "50"),
    ],
)  # fmt: skip
def test_a_number_has_one_key(text: str, key: str) -> None:
    assert keys(f"it was {text} at most", "number") == [key]


@pytest.mark.parametrize(
    "text", ["14 March", "March 14", "March 14th", "14th of March", "2026-03-14", "14. März", "14 de marzo", "14 mars"]
)
def test_a_date_has_one_key(text: str) -> None:
    assert keys(f"we meet on {text} again", "date") == ["03-14"]


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("a hundred and fifty people", "150"), ("in nineteen ninety-nine", "1999"), ("half a million", "500,000"),
        ("three point two percent", "3.2"), ("three point two million", "3,200,000"), ("nineteen oh five", "1905"),
        ("twenty twenty-five", "2025"), ("two and a half million", "2.5 million"), ("two dozen eggs", "24"),
        ("twelve hundred", "1,200"), ("a thousand miles", "1000"), ("four hundred and twelve thousand", "412k"),
        ("minus fifty degrees", "-50"), ("fifty degrees below zero", "−50"), ("the twenty-first", "21st"),
        ("dreiundzwanzig Leute", "23"), ("eine halbe Million", "500.000"), ("drei Komma zwei und mehr", "3,2"),
        ("neunzehnhundertneunundneunzig", "1999"), ("zweieinhalb Millionen", "2,5 Mio."), ("hundertfünfzig", "150"),
        ("quatre-vingt-dix-neuf", "99"), ("un demi-million", "500 000"), ("ciento cincuenta", "150"),
        ("medio millón", "500.000"), ("centocinquanta", "150"),
        ("cento e cinquenta", "150"), ("honderdvijftig", "150"),
        ("十五", "15"), ("一百五十", "150"),
        ("二〇二五年", "2025"), ("3万5000円", "35,000"), ("1億2000万", "120 million"),
        ("三点二", "3.2"), ("٣٤٥", "345"), ("５００", "500"),
        ("3 lakh", "300,000"), ("5 миллионов", "5000000"), ("2½", "2.5"),
    ],
)  # fmt: skip
def test_words_and_digits_are_one(words: str, digits: str) -> None:
    said, written = keys(words, "number"), keys(digits, "number")
    assert len(said) == 1
    assert said == written or said == keys(f"es ist {digits} und nicht mehr", "number")


def test_twelve_is_known_where_small_words_count() -> None:
    assert [fact.key for fact in find("十二", small=True)] == ["12"]
    assert [fact.key for fact in find("zwölf und mehr", small=True)] == ["12"]


def test_a_round_number_that_may_be_part_of_a_word_is_known_but_not_asked_for() -> None:
    assert find("千葉さんが千円") == []
    assert "1000" in [fact.key for fact in find("千円", small=True)]


@pytest.mark.parametrize("text", ["veinte por ciento y más", "vingt pour cent et plus", "venti per cento e di più"])
def test_a_per_cent_is_no_hundred(text: str) -> None:
    assert keys(text, "number") == ["20"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("it is 1.234 V", "it is 1,234 V"), ("es ist 1.234 V", "es ist 1,234 V"), ("it was -5 then", "it was 5 then"),
        ("it was minus thirty", "it was thirty"), ("es ist 1.234 V", "it is 1.234 V"), ("3.5 million", "35 million"),
        ("nineteen ninety-nine", "nineteen ninety"), ("half a million", "a million"),
        ("drei Komma zwei und", "3,3 und"),
    ],
)  # fmt: skip
def test_different_numbers_have_different_keys(one: str, other: str) -> None:
    assert keys(one, "number") != keys(other, "number")
    assert keys(one, "number")


def test_a_mark_means_what_it_means_in_the_language() -> None:
    assert keys("The pump needs 1,234 V and 7.5 A", "number") == keys("Die Pumpe braucht 1.234 V und 7,5 A", "number")
    assert keys("1.234.567 and 1,234,567.89 and 12,34,567", "number") == ["1234567", "1234567.89", "1234567"]
    assert keys("version 192.168.0.1 at 23:40 of it", "number") == ["192.168.0.1", "23.40"]


def test_what_is_part_of_a_word_or_a_sum_is_no_number_of_its_own() -> None:
    assert keys("万一の時は三四個の十分な百合", "number") == []
    assert keys("several million people and the hundred", "number") == []
    assert keys("fifty minus twenty, F-16, 100-150", "number") == ["50", "20", "16", "100", "150"]


@pytest.mark.parametrize(
    "text",
    [
        "24.03.2025", "am 24.3. kommt", "2025-03-24", "03/24/2025", "24/03/2025", "March the 24th", "Mar 24", "Mar. 24",
        "the twenty-fourth of March", "March twenty-fourth", "am vierundzwanzigsten März und",
        "le vingt-quatre mars et",
        "24 марта", "24 maart", "24 de março", "3月24日", "三月二十四日", "3월 24일",
    ],
)  # fmt: skip
def test_a_date_in_words_or_digits_has_one_key(text: str) -> None:
    assert keys(text, "date") == ["03-24"]


def test_the_year_within_a_date_is_a_number_too() -> None:
    assert [(fact.kind, fact.key) for fact in find("am 24.03.2025 und")] == [("date", "03-24"), ("number", "2025")]
    assert keys("am 24.03.25 und", "number") == keys("2025-03-24", "number") == ["2025"]
    assert facts("am 24.03.2025 und") == ["24.03.2025"]


@pytest.mark.parametrize(
    "text", ["It costs 24.03. We paid.", "ten may come", "3 may be enough", "version 3.12.", "13.14.2025"]
)
def test_what_is_no_date(text: str) -> None:
    assert keys(text, "date") == []


def test_a_weekday_is_one_in_any_language() -> None:
    assert keys("We meet on Monday", "date") == keys("Wir treffen uns am Montag", "date") == keys("lundi", "date")


@given(st.integers(13, 10**9 - 1))
def test_a_number_and_its_german_and_english_marks(number: int) -> None:
    english, german = f"the sum is {number:,} and", f"die Summe ist {number:,} und".replace(",", ".")
    assert keys(english, "number") == keys(german, "number") == [str(number)]


def test_time_grows_with_the_length_only() -> None:
    started = time.process_time()
    find("On 3 May we met one hundred and fifty people, and twenty-three of them paid 1,200 euros to Anna Berg. " * 500)
    assert time.process_time() - started < 5


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


def test_a_title_written_short_ends_no_sentence_and_is_no_name() -> None:
    named = [fact.text for fact in find("If Mr. Pops can stay, Dr. Ada Lind pays.") if fact.kind == "name"]
    assert named == ["Pops", "Ada Lind"]
    assert [fact.text for fact in find("It was Mr. Then he left.") if fact.kind == "name"] == []
