"""Cues: no word is lost or doubled between words, windows and subtitles."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text import cues
from pipeline.text.cues import Cue

S = TICKS_PER_SECOND
words = st.lists(
    st.tuples(st.integers(0, 2 * S), st.integers(1, S), st.sampled_from([" a", " bridge", ".", " now.", "字", " 12"])),
    max_size=60,
)


def laid_out(raw: list[tuple[int, int, str]]) -> list[Cue]:
    pieces, clock = [], 0
    for pause, length, text in raw:
        pieces.append(Cue(clock + pause, clock + pause + length, text))
        clock += pause + length
    return pieces


@given(words)
def test_grouping_keeps_every_letter_and_the_order(raw: list[tuple[int, int, str]]) -> None:
    pieces = laid_out(raw)
    grouped = cues.group(pieces)
    assert "".join(cue.text for cue in grouped).replace(" ", "") == "".join(p.text for p in pieces).replace(" ", "")
    assert all(before.end <= after.start for before, after in itertools.pairwise(grouped))


@given(words, st.integers(0, 60 * S))
def test_two_windows_own_each_word_once(raw: list[tuple[int, int, str]], border: int) -> None:
    pieces = laid_out(raw)
    heard = Span(0, 200 * S)
    first = cues.owned(pieces, heard, Span(0, border))
    second = cues.owned(pieces, heard, Span(border, 200 * S))
    assert [cue.text for cue in first + second] == [piece.text for piece in pieces]
    assert all(cue.end <= border for cue in first)
    assert all(cue.start >= border for cue in second)


def test_the_lead_in_is_heard_but_not_owned() -> None:
    own, heard = Span(28 * S, 58 * S), Span(int(26.5 * S), 58 * S)
    pieces = [Cue(0, S, " before"), Cue(S, 2 * S + 1, " across"), Cue(3 * S, 4 * S, " after")]
    assert [cue.text for cue in cues.owned(pieces, heard, own)] == [" across", " after"]


def test_a_sentence_and_a_pause_end_a_cue() -> None:
    pieces = [Cue(0, S, " One."), Cue(S, 2 * S, " Two"), Cue(4 * S, 5 * S, " three"), Cue(5 * S, 6 * S, "-fold.")]
    assert [cue.text for cue in cues.group(pieces)] == ["One.", "Two", "three-fold."]
