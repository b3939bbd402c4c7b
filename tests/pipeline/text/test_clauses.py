"""Which words make a sentence, and which ask."""

from __future__ import annotations

import pytest

from pipeline.text.clauses import asks, is_fragment
from pipeline.text.held import held
from pipeline.text.lexicons import LEXICONS

ENGLISH = LEXICONS["en"]
UNKNOWN = LEXICONS["en"].__class__()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "So does either of the projects have a parser.", True),
        ("en", "Can we really afford it", True),
        ("en", "What do you mean.", True),
        ("en", "Don’t we have another route", True),
        ("en", "Is it decided?", True),
        ("en", "What it costs is not known.", False),
        ("en", "Is Canada's credit rating.", False),
        ("en", "It is decided.", False),
        ("en", "Do not send the report.", False),
        ("de", "Und haben wir noch Farbe", True),
        ("de", "Wann wird der Kran geliefert.", True),
        ("de", "Wir haben noch Farbe.", False),
        ("fr", "Est-ce que le pont est fermé", True),
        ("fr", "Peut-on fermer le pont", True),
        ("fr", "On peut fermer le pont.", False),
        ("es", "Cuándo llega la grúa", True),
        ("es", "Cuando llega la grúa, empezamos.", False),
    ],
)
def test_a_question_is_known_where_its_mark_is_missing(language: str, text: str, expected: bool) -> None:
    assert asks(text, LEXICONS[language]) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Plastic, rubber, or wood.", True),
        ("en", "The casing and voice recognition.", True),
        ("en", "Because you're increasing the number of chips for each function.", True),
        ("en", "Which means it's using a German module for English sentences.", True),
        ("en", "Because we keep that structure, the module needs no change.", False),
        ("en", "The casing cracked.", False),
        ("en", "It's plastic.", False),
        ("en", "Send the drawings.", False),
        ("en", "Plastic from the ninth of March.", False),
        ("en", "Which one?", False),
        ("en", "A big recognisable knob on top of an otherwise plain white plastic case by the door", False),
        ("en", "Our expert on the watching of fashion and of the market.", True),
        ("de", "Weil die Brücke gesperrt ist.", True),
        ("de", "Weil die Brücke gesperrt ist, fahren wir um.", False),
        ("fr", "Parce que le pont est fermé.", True),
        ("es", "Porque el puente está cerrado.", True),
    ],
)
def test_a_part_of_a_sentence_is_a_fragment(language: str, text: str, expected: bool) -> None:
    assert is_fragment(text, LEXICONS[language]) is expected


def test_nothing_is_judged_in_a_language_that_is_not_known() -> None:
    assert not asks("Is it decided", UNKNOWN)
    assert not is_fragment("Plastic, rubber, or wood.", UNKNOWN)


def test_a_fragment_gives_way_to_what_was_said_and_a_question_without_a_mark_is_no_fact() -> None:
    assert not held("Plastic, rubber, or wood.", ["For the case we have plastic, rubber or wood."], ENGLISH)
    assert held("Plastic, rubber, or wood.", ["Plastic, rubber, or wood."], ENGLISH)
    asked = ["Does either of the projects at the institute have a parser that we can use."]
    assert not held("The projects at the institute have a parser that we can use.", asked, ENGLISH)
    assert held("The projects at the institute have a parser that we can use.", [*asked, "Yes, sure."], ENGLISH)
