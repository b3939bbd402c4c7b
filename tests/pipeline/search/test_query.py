"""Questions: words and phrases, in every way that a language bends them."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.search.query import parse
from pipeline.search.terms import composed, terms


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("roofs leaking", '("roof" OR "roofs") AND ("leak" OR "leaking")'),
        ('"the roofs" Anna', '("the roof" OR "the roofs") AND ("anna")'),
        ("„the roof”", '("the roof")'),
        ("don't", '("don t")'),
        ("東 京", '("東京")'),
        ("水", '("水" *)'),
        ("roof roof", '("roof")'),
        ('"AI 技術"', '("ai 技術")'),
    ],
)
def test_a_question_in_the_language_of_the_index(words: str, match: str) -> None:
    assert parse(words, ["en", "ja"]).match == match


@pytest.mark.parametrize("words", ["", '""', "... !", '"the roof', " ".join(f"w{n}" for n in range(60))])
def test_what_asks_for_nothing_or_too_much_is_wrong_use(words: str) -> None:
    with pytest.raises(SettingsError):
        parse(words, ["en"])


@pytest.mark.parametrize(
    ("words", "text", "language"),
    [
        ("leak", "The roof leaked.", "en"),
        ('"roof leaks"', "A roof leaked.", "en"),
        ("京大", "东京大学在哪里", "zh"),
        ("学", "东京大学", "zh"),
        ("お願い", "よろしくお願いします", "ja"),
        ("น้ำ", "ผมดื่มน้ำเย็น", "th"),
        ("서울", "서울에서 만나요", "ko"),
        ("resume", "son résumé", "fr"),
    ],
)
def test_a_text_holds_what_was_asked_for(words: str, text: str, language: str) -> None:
    query = parse(words, ["en", language])
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE terms USING fts5(body, content='', tokenize='ascii')")
    body = " ".join(term.text for term in terms(text, language))
    database.execute("INSERT INTO terms (rowid, body) VALUES (1, ?)", (body,))
    assert database.execute("SELECT rowid FROM terms WHERE terms MATCH ?", (query.match,)).fetchall() == [(1,)]
    database.close()
    assert query.found(text, language)


def test_words_that_stand_apart_are_no_phrase() -> None:
    query = parse('"roof leaks"', ["en"])
    assert query.found("The roof never leaked.", "en") == []
    assert parse("roof leaks", ["en"]).found("The roof never leaked.", "en") == [(4, 8, 0), (15, 21, 1)]


@given(st.text(max_size=40), st.sampled_from(["en", "de", "ja", "th", ""]))
def test_whatever_is_asked_is_a_question_or_wrong_use(words: str, language: str) -> None:
    """And the index finds in a text what we find in it."""
    try:
        query = parse(words, [language])
    except SettingsError:
        return
    clean = composed(words)
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE terms USING fts5(body, content='', tokenize='ascii')")
        body = " ".join(term.text for term in terms(clean, language))
        database.execute("INSERT INTO terms (rowid, body) VALUES (1, ?)", (body,))
        found = database.execute("SELECT rowid FROM terms WHERE terms MATCH ?", (query.match,)).fetchall()
    held = {number for _, _, number in query.found(clean, language)}
    assert bool(found) == (held == set(range(len(query.clauses))))
