"""Stretches of a window without a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.stages.unheard import GAP, filled, gaps
from pipeline.text.cues import Cue

OWN = Span(10 * S, 40 * S)
words = st.lists(st.tuples(st.integers(OWN.start, OWN.end), st.integers(0, 2 * S)), max_size=12).map(
    lambda some: [Cue(start, min(start + ticks, OWN.end), " word") for start, ticks in sorted(some)]
)


@given(words)
def test_gaps_are_long_and_hold_no_word_and_nothing_long_is_left(some: list[Cue]) -> None:
    found = gaps(some, OWN)
    taken = sorted([*((gap.start, gap.end) for gap in found), *((word.start, word.end) for word in some)])
    end = OWN.start
    for start, until in taken:
        assert start - end < GAP
        end = max(end, until)
    assert OWN.end - end < GAP
    assert all(gap.ticks >= GAP for gap in found)
    assert not [
        gap for gap in found for word in some if word.start < word.end and gap.overlaps(Span(word.start, word.end))
    ]


@given(words)
def test_what_is_found_stands_in_its_gap(some: list[Cue]) -> None:
    whole = some
    for gap in gaps(some, OWN):
        whole = filled(whole, gap, [Cue(gap.start, gap.start + S, " found"), Cue(gap.start + S, gap.end, " it")])
    assert [word.start for word in whole] == sorted(word.start for word in whole)
    assert [word for word in whole if word.text == " word"] == some
    assert gaps(whole, OWN) == []
