"""Hits: the words around, what was found in them, and the moment of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.search.hits import Hit, hit
from pipeline.search.index import Entry, Match
from pipeline.search.passages import Passage
from pipeline.search.query import parse

ENTRY = Entry("r", "run", "talk.wav", "2026-01-01", 60 * S, "", "complete", seen="")


def of(text: str, words: str, moments: tuple[tuple[int, int], ...] = ((0, 0),)) -> Hit:
    passage = Passage("transcript", Span(0, 60 * S), text, "Anna", "en", moments)
    return hit(Match(ENTRY, passage, -1.0), parse(words, ["en"]))


def test_the_moment_is_that_of_the_piece_that_holds_it() -> None:
    text = "The roof is old. It leaks."
    found = of(text, "leaking", ((0, 3 * S), (17, 9 * S)))
    assert found.span == Span(9 * S, 60 * S)
    assert [found.text[start:end] for start, end in found.marks] == ["leaks"]
    assert of(text, "roof", ((0, 3 * S), (17, 9 * S))).span == Span(3 * S, 9 * S)


def test_of_a_long_passage_the_place_is_shown_where_most_of_it_stands() -> None:
    text = "roof " + "word " * 200 + "the roof leaks here " + "word " * 200
    found = of(text, "roof leaks")
    assert "roof leaks" in found.text
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert [found.text[start:end] for start, end in found.marks] == ["roof", "leaks"]


@given(st.lists(st.sampled_from(["roof", "roofs", "leak", "word", "äöü", "日本"]), min_size=1, max_size=120))
def test_marks_hold_what_was_asked_for(words: list[str]) -> None:
    text = " ".join([*words, "roof"])
    found = of(text, "roof")
    assert found.marks
    assert all(found.text[start:end] in ("roof", "roofs") for start, end in found.marks)
    assert len(found.text) <= 242
    assert found.text.strip("…") in text
