"""Places stay where they were said to be."""

from __future__ import annotations

import pytest

from pipeline.text.held import held
from pipeline.text.lexicons import LEXICONS

SAID = [
    "Today in New Hampshire launching a fresh attack at Walker.",
    "Walker is flying below the radar this morning in Iowa.",
    "This is Diane in New Jersey.",
    "And I am Sheila and Texas, originally from Chicago.",
]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("New Hampshire is launching a fresh attack at Walker.", False),
        ("In New Hampshire a fresh attack is launched at Walker.", True),
        ("Walker is flying below Iowa this morning.", False),
        ("Walker is flying below the radar in Iowa.", True),
        ("Diane is in New Jersey.", True),
        ("Sheila is from Texas.", False),
        ("Sheila is originally from Chicago.", True),
    ],
)
def test_places_stay_where_they_were_said_to_be(sentence: str, expected: bool) -> None:
    assert held(sentence, SAID, LEXICONS["en"]) is expected


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("fr", "Aujourd'hui la pompe est à Lyon avec les pièces.", "La pompe est à Lyon.", "La pompe est sous Lyon."),
        (
            "es",
            "Hoy la bomba está en Sevilla con las piezas.",
            "La bomba está en Sevilla.",
            "La bomba está bajo Sevilla.",
        ),
    ],
)
def test_in_other_languages_too(language: str, said: str, right: str, wrong: str) -> None:
    assert held(right, [said], LEXICONS[language])
    assert not held(wrong, [said], LEXICONS[language])
