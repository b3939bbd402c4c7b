"""Terms: stems by language, pairs of letters where no spaces are written, and places in the text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.terms import composed, terms


def found(text: str, language: str = "en") -> list[str]:
    return [term.text for term in terms(composed(text), language)]


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("Roofs LEAKED, leaking!", "en", ["roof", "leak", "leak"]),
        ("Häuser Haus", "de", ["haus", "haus"]),
        ("мосты мостов", "ru", ["мост", "мост"]),
        ("Zoë's café", "", ["zoe", "s", "cafe"]),
        ("50,000 and 1.234.567", "", ["50000", "and", "1234567"]),
        ("3.5 or 12,34", "", ["3", "5", "or", "12", "34"]),
        ("东京大学", "zh", ["东京", "京大", "大学", "学"]),
        ("サーバー ok", "ja", ["サー", "ーバ", "バー", "ー", "ok"]),
        ("บ้าน", "th", ["บ้", "้า", "าน", "น"]),
        ("서울에서", "ko", ["서울", "울에", "에서", "서"]),
        ("हिन्दी", "", ["हिन्दी"]),
        ("מְדַבֵּר", "he", ["מדבר"]),
        ("... - _ !", "en", []),
    ],
)
def test_terms_of_a_language(text: str, language: str, wanted: list[str]) -> None:
    assert found(text, language) == wanted


def test_composed_and_decomposed_letters_are_the_same() -> None:
    for word in ("café", "Ångström", "서울", "ガス"):
        assert found(unicodedata.normalize("NFD", word)) == found(word), word


@given(st.text(max_size=60), st.sampled_from(["", "en", "de", "tr", "ja", "xx"]))
def test_every_term_has_its_place(text: str, language: str) -> None:
    last = 0
    for term in terms(text, language):
        assert term.text
        assert not set(term.text) & set(' "')
        assert last <= term.start < term.end <= len(text)
        last = term.start
