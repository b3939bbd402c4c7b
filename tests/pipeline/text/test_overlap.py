"""Words that two transcripts of overlapping sound both hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.overlap import said_once


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("The crane stands at the quay.", "At the quay, nobody works.", "The crane stands at the quay. nobody works."),
        ("the cost of all lightho", "of all lighthouses is high", "the cost of all lighthouses is high"),
        ("the cost of lightho", "of lighthouses is high", "the cost of lighthouses is high"),
        ("the harbour is closed", "bour is closed today", "the harbour is closed today"),
        ("the harbour is clo", "our is closed today", "the harbour is closed today"),
        ("nothing is alike", "so all of it stays", "nothing is alike so all of it stays"),
        ("he saw the crane and went", "the office was shut", "he saw the crane and went the office was shut"),
        ("今天天气很好我们", "很好我们去公园", "今天天气很好我们 去公园"),
        ("", "first words", "first words"),
        ("last words", "", "last words"),
        ("the same words", "the same words", "the same words"),
    ],
)
def test_what_is_said_twice_is_kept_once(before: str, after: str, joined: str) -> None:
    assert " ".join(filter(None, said_once(before, after))) == joined


_NAMES = ("crane", "quay", "office", "roof", "shed", "anchor", "mast", "tide", "rope", "gull")
_WORDS = st.lists(st.sampled_from(_NAMES), unique=True)


@given(_WORDS, st.integers(0, 10), st.integers(0, 10))
def test_words_that_overlap_come_out_as_they_were_said(said: list[str], cut: int, back: int) -> None:
    first, second = said[:cut], said[max(0, min(cut, len(said)) - back) :]
    assert " ".join(filter(None, said_once(" ".join(first), " ".join(second)))) == " ".join(said)
