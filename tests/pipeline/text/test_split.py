"""Splitting loses nothing, keeps its limit, and likes good borders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.split import split


def words(text: str) -> int:
    return len(text.split())


def by_bytes(text: str) -> int:
    return len(text.encode())


texts = st.text(st.characters(codec="utf-8"), max_size=300) | st.text("ab .\n。", max_size=300)


@given(texts, st.integers(1, 40))
def test_nothing_is_lost_and_the_limit_holds(text: str, limit: int) -> None:
    for count in (len, words, by_bytes):
        pieces = split(text, limit, count)
        assert "".join(pieces) == text
        assert all(piece and (count(piece) <= limit or len(piece) == 1) for piece in pieces)


def test_a_sentence_is_not_cut_where_a_border_is_near() -> None:
    text = "The roof leaks in the east wing. The repair takes eighteen days. Nobody knows the price yet."
    assert split(text, 65, len) == [
        "The roof leaks in the east wing. The repair takes eighteen days. ",
        "Nobody knows the price yet.",
    ]


def test_a_sentence_ends_in_any_script() -> None:
    assert split("छत टपकती है। मरम्मत में दिन लगेंगे।", 20, len)[0] == "छत टपकती है।"


def test_a_megabyte_is_counted_a_little_at_a_time() -> None:
    counted = 0

    def count(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return len(text) // 4 + 1

    text = "word " * 200_000
    assert "".join(split(text, 1_000, count)) == text
    assert counted < 60 * len(text)
