"""Cues: no word is lost or doubled between words, windows and subtitles, and each can be shown."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text import cues
from pipeline.text.cues import Cue
from pipeline.text.lines import LINE, wrap
from pipeline.text.scripts import cells

S = TICKS_PER_SECOND
WORDS = [
    " a",
    " bridge",
    ".",
    " now.",
    "字",
    "か",
    "。",
    " 12",
    "ก",
    "้",
    " Mr.",
    " international",
    " https://a.example/" + "x" * 60,
]
words = st.lists(st.tuples(st.integers(0, 2 * S), st.integers(0, S), st.sampled_from(WORDS)), max_size=60)
speakers = st.sampled_from([None, "A", "B"])


def laid_out(raw: list[tuple[int, int, str]]) -> list[Cue]:
    pieces, clock = [], 0
    for pause, length, text in raw:
        pieces.append(Cue(clock + pause, clock + pause + length, text))
        clock += pause + length
    return pieces


def spoken(pieces: list[str], seconds: float) -> list[Cue]:
    return [Cue(int(n * seconds * S), int((n + 1) * seconds * S), piece) for n, piece in enumerate(pieces)]


def letters(found: list[Cue]) -> str:
    return "".join("".join(cue.text.split()) for cue in found)


def check_shown(found: list[Cue]) -> None:
    assert all(cue.start < cue.end <= cue.start + cues.LONGEST for cue in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert all(0 < len(wrap(cue.text)) <= cues.LINES for cue in found)


@given(words)
def test_grouping_keeps_every_letter_and_the_order(raw: list[tuple[int, int, str]]) -> None:
    pieces = laid_out(raw)
    grouped = cues.group(pieces)
    assert letters(grouped) == letters(pieces)
    assert all(before.end <= after.start for before, after in itertools.pairwise(grouped))
    assert all(cue.end - cue.start <= cues.LONGEST and len(wrap(cue.text)) <= cues.LINES for cue in grouped)


@given(words)
def test_every_cue_has_some_length(raw: list[tuple[int, int, str]]) -> None:
    assert all(cue.start < cue.end for cue in cues.group(laid_out(raw)))


@given(
    st.lists(
        st.builds(Cue, st.integers(0, 9 * S), st.integers(0, 9 * S), st.sampled_from(WORDS), speakers), max_size=30
    )
)
def test_times_that_go_back_give_cues_that_do_not(pieces: list[Cue]) -> None:
    grouped = cues.group(pieces)
    assert letters(grouped) == letters(pieces)
    assert all(before.end <= after.start for before, after in itertools.pairwise(grouped))


@given(
    st.lists(
        st.builds(Cue, st.integers(0, 9 * S), st.integers(0, 60 * S), st.text("ab. 字か。", max_size=300)), max_size=9
    )
)
def test_what_is_shown_can_be_read(pieces: list[Cue]) -> None:
    given_cues = sorted(pieces, key=lambda cue: cue.start)
    found = list(cues.shown(cue for cue in given_cues if cue.text.strip()))
    assert letters(found) == letters(given_cues)
    check_shown(found)


@given(words, st.integers(0, 60 * S))
def test_two_windows_own_each_word_once(raw: list[tuple[int, int, str]], border: int) -> None:
    pieces = laid_out(raw)
    heard = Span(0, 300 * S)
    first = cues.owned(pieces, heard, Span(0, border))
    second = cues.owned(pieces, heard, Span(border, 300 * S))
    assert [cue.text for cue in first + second] == [piece.text for piece in pieces]
    assert all(cue.end <= border for cue in first)
    assert all(cue.start >= border for cue in second)


def test_the_lead_in_is_heard_but_not_owned() -> None:
    own, heard = Span(28 * S, 58 * S), Span(int(26.5 * S), 58 * S)
    pieces = [Cue(0, S, " before"), Cue(S, 2 * S + 1, " across"), Cue(3 * S, 4 * S, " after")]
    assert [cue.text for cue in cues.owned(pieces, heard, own)] == [" across", " after"]


def test_a_word_at_the_very_end_of_the_samples_is_kept_and_shown() -> None:
    own = Span(30 * S, 41 * S)
    pieces = [Cue(10 * S, 11 * S, " Good"), Cue(11 * S, 11 * S, " night.")]
    kept = cues.owned(pieces, own, own)
    assert [cue.text for cue in kept] == [" Good", " night."]
    assert all(own.start <= cue.start <= cue.end <= own.end for cue in kept)
    assert [cue.text for cue in cues.group(kept)] == ["Good night."]


def test_a_word_without_length_at_the_start_is_owned_once() -> None:
    pieces = [Cue(5 * S, 5 * S, " yes")]
    first = cues.owned(pieces, Span(0, 10 * S), Span(0, 5 * S))
    second = cues.owned(pieces, Span(0, 10 * S), Span(5 * S, 10 * S))
    assert [len(first), len(second)] == [0, 1]


def test_a_sentence_and_a_pause_end_a_cue() -> None:
    pieces = [Cue(0, S, " One."), Cue(S, 2 * S, " Two"), Cue(4 * S, 5 * S, " three"), Cue(5 * S, 6 * S, "-fold.")]
    assert [cue.text for cue in cues.group(pieces)] == ["One.", "Two", "three-fold."]


def test_another_speaker_begins_a_cue() -> None:
    pieces = [Cue(0, S, " Are you"), Cue(S, 2 * S, " there", speaker="A"), Cue(2 * S, 3 * S, " yes", speaker="B")]
    found = cues.group(pieces)
    assert [(cue.text, cue.speaker) for cue in found] == [("Are you", None), ("there", "A"), ("yes", "B")]
    assert [cue.speaker for cue in cues.owned(pieces, Span(0, 3 * S), Span(0, 3 * S))] == [None, "A", "B"]


@pytest.mark.parametrize(
    "text",
    [
        " And Mr. John Dashwood had leisure.",
        " Prof. J. R. Smith came at 3.5 km.",
        " Am 24. März kommt z. B. Anna.",
        " It costs approx. 5 euros.",
    ],
)
def test_abbreviations_end_no_cue(text: str) -> None:
    pieces = spoken([f" {word}" for word in text.split()], 0.3)
    assert [cue.text for cue in cues.group(pieces)] == [text.strip()]


def test_a_cue_is_not_full_after_a_title() -> None:
    head = [" word"] * 15 + [" Mr.", " Dashwood", " had", " leisure."]
    assert not any(cue.text.endswith("Mr.") for cue in cues.group(spoken(head, 0.2)))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("因为我们今天要讨论的是关于明年预算的问题所以请大家先看一下文件第三页的表格然后我们再来决定" * 3, 0.22),
        ("今日は来年の予算についてお話ししますのでまず資料の三ページをご覧ください" * 3, 0.12),
        ("การซ่อมจะใช้เวลาประมาณหกสัปดาห์ระหว่างนั้นรถเมล์จะอ้อมไปทางโรงสี" * 3, 0.08),
    ],
)
def test_scripts_without_spaces_fill_cues(text: str, seconds: float) -> None:
    found = cues.group(spoken(list(text), seconds))
    check_shown(found)
    assert letters(found) == text
    assert sum(cells(cue.text) for cue in found) / len(found) > LINE / 2, "and not a cue a letter"


def test_two_lines_are_enough() -> None:
    text = "Consequently international telecommunications organisations acknowledged responsibility"
    check_shown(cues.group(spoken([f" {word}" for word in text.split()], 0.3)))


def test_a_piece_without_word_times_is_divided_at_its_sentences() -> None:
    text = (
        " The pump stands in the yard. It was painted on Monday. Nobody has seen the crew since then, and so we wait."
    )
    found = cues.group([Cue(0, 20 * S, text)])
    check_shown(found)
    assert [cue.text for cue in found][:2] == ["The pump stands in the yard.", "It was painted on Monday."]
    assert found[-1].end == 20 * S


def test_one_long_word_is_cut_to_what_is_shown() -> None:
    assert cues.group([Cue(0, 20 * S, " Hm.")]) == [Cue(0, 7 * S, "Hm.")]


def test_a_word_without_length_is_shown() -> None:
    assert cues.group([Cue(10 * S, 10 * S, " Okay.")]) == [Cue(10 * S, 10 * S + S // 4, "Okay.")]
    crowded = cues.group([Cue(0, S, " Yes."), Cue(S, S, " Okay.")])
    assert [cue.end > cue.start for cue in crowded] == [True, True]
    assert crowded[-1].end == S


def test_a_cue_stays_until_it_is_read_where_there_is_room() -> None:
    text = "forty letters that were said too fast by"
    alone, *_ = cues.shown([Cue(0, S, text)])
    assert alone.end == 2 * S
    followed = list(cues.shown([Cue(0, S, text), Cue(S + S // 2, 3 * S, "next")]))
    assert followed[0].end == followed[1].start == S + S // 2


def test_cues_that_overlap_are_shown_one_after_the_other() -> None:
    found = list(cues.shown([Cue(0, 4 * S, "one"), Cue(2 * S, 3 * S, "two"), Cue(2 * S, 3 * S, "three")]))
    assert [cue.text for cue in found] == ["one", "two", "three"]
    check_shown(found)
