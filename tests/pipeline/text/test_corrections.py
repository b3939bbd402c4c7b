"""What was heard wrong is put right in texts and in timed pieces: whole words, their time shared out."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.corrections import Correction, Pieces, nearest, places, replaced
from pipeline.text.cues import Cue


def put_right(text: str, wrong: str, right: str) -> str:
    one = Correction(wrong, right)
    return replaced(text, places(text, one))


def pieces(*texts: str, between: str = "") -> Pieces:
    return Pieces(tuple(Cue(n * 10, n * 10 + 10, text) for n, text in enumerate(texts)), between)


@pytest.mark.parametrize(
    ("text", "wrong", "right", "after"),
    [
        ("Pavle and Pavles, PAVLE.", "pavle", "pavel", "Pavel and Pavles, PAVEL."),
        ("We met Pavle Nowak.", "pavle  nowak", "Pavel Novak", "We met Pavel Novak."),
        ("We met Pavle\nNowak's dog.", "Pavle Nowak", "Pavel Novak", "We met Pavel Novak's dog."),
        ("Iphone, iphone", "iphone", "iPhone", "iPhone, iPhone"),
        ("NATO, nato", "nato", "Nato", "Nato, Nato"),
        ("their There", "their", "there", "there There"),
        ("Keller, Anna Keller", "Keller", "Anna Keller", "Anna Keller, Anna Keller"),
        ("C++ and C", "C++", "Rust", "Rust and C"),
        ("C++ and C", "C", "Rust", "Rust++ and Rust"),
        ("我在东京工作", "东京", "北京", "我在北京工作"),
        ("ทำงานที่บางกอกนะ", "บางกอก", "กรุงเทพ", "ทำงานที่กรุงเทพนะ"),
        ("हिन्दी हिन्", "हिन्", "x", "हिन्दी x"),
        ("Mu\u0308ller", "Müller", "Miller", "Miller"),
        ("a a a", "a a", "b", "b a"),
        ("xa a a", "a a", "b", "xa b"),
        (r"\1 (.*)", "(.*)", r"\g<0>", r"\1 \g<0>"),
    ],
)
def test_whole_words_are_put_right_whatever_their_case(text: str, wrong: str, right: str, after: str) -> None:
    assert put_right(text, wrong, right) == after
    assert put_right(after, wrong, right) == after or right in ("b", "Rust")


def test_more_and_fewer_words_share_the_time_of_those_that_go() -> None:
    heard = pieces(" Then", " New", " York's", " mayor.")
    one = Correction("New York", "Newark")
    assert heard.corrected_words(places(heard.text, one)) == [
        Cue(0, 10, " Then"),
        Cue(10, 30, " Newark's"),
        Cue(30, 40, " mayor."),
    ]
    heard = pieces(" Then", " Annmary,", " so.")
    found = places(heard.text, Correction("annmary", "Ann de Mary"))
    words = [(word.start, word.end, word.text) for word in heard.corrected_words(found)]
    assert words == [(0, 10, " Then"), (10, 13, " Ann"), (13, 15, " de"), (15, 20, " Mary,"), (20, 30, " so.")]
    same = pieces(" Pavle", " Nowak,")
    assert [(word.start, word.text) for word in same.corrected_words(places(same.text, Correction("nowak", "N")))] == [
        (0, " Pavle"),
        (10, " N,"),
    ]


def test_letters_of_a_script_without_spaces_are_words() -> None:
    heard = pieces("我", "在东", "京", "工作。")
    words = heard.corrected_words(places(heard.text, Correction("东京", "北京市")))
    assert "".join(word.text for word in words) == "我在北京市工作。"
    assert (words[0], words[-1]) == (heard.pieces[0], heard.pieces[-1])
    assert {(words[1].start, words[-2].end)} == {(10, 30)}


def test_cues_keep_their_times() -> None:
    heard = pieces("We met Pavle", "Nowak, then left.", "Nowak.", between=" ")
    one = Correction("Pavle Nowak", "Pavel Novak")
    assert heard.corrected_cues(places(heard.text, one)) == [
        Cue(0, 10, "We met Pavel Novak,"),
        Cue(10, 20, "then left."),
        Cue(20, 30, "Nowak."),
    ]
    heard = pieces("We met Pavle", "Nowak.", "Then we left.", between=" ")
    assert heard.corrected_cues(places(heard.text, one)) == [
        Cue(0, 20, "We met Pavel Novak."),
        Cue(20, 30, "Then we left."),
    ]


def test_long_pieces_whose_words_have_no_times_stay_whole() -> None:
    heard = pieces(" We met Pavle", " Nowak and left.")
    one = Correction("Pavle Nowak", "Pavel J. Novak")
    assert heard.corrected_words(places(heard.text, one)) == [
        Cue(0, 10, " We met Pavel J. Novak"),
        Cue(10, 20, " and left."),
    ]


WORDS = st.sampled_from(["a", "b", "ab", "B", "A,", "b.", "c"])


@given(
    st.lists(st.tuples(WORDS, st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=12),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3),
    st.lists(st.sampled_from(["x", "Y", "zzz"]), min_size=1, max_size=4),
)
def test_what_words_say_is_what_the_text_says_and_their_span_stays(
    heard: list[tuple[str, int, int]], wrong: list[str], right: list[str]
) -> None:
    at, words = 0, []
    for text, pause, length in heard:
        words.append(Cue(at + pause, at + pause + length, f" {text}"))
        at += pause + length
    given, one = Pieces(tuple(words)), Correction(" ".join(wrong), " ".join(right))
    found = places(given.text, one)
    assert len(found) == len(re.findall(rf"\b{one.wrong}\b", given.text, re.IGNORECASE))
    after = given.corrected_words(found)
    assert "".join(word.text for word in after) == replaced(given.text, found)
    assert (
        replaced(given.text, found).casefold()
        == re.sub(rf"\b{one.wrong}\b", one.right, given.text, flags=re.IGNORECASE).casefold()
    )
    assert (after[0].start, after[-1].end) == (words[0].start, words[-1].end)
    assert all(word.start <= word.end for word in after)
    assert all(one.end <= two.start for one, two in itertools.pairwise(after))
    assert all(len(word.text.split()) == 1 for word in after)
    untouched = [word for word in words if not any(part in word.text.casefold() for part in wrong)]
    assert [word for word in after if word in untouched] == untouched

    cues = Pieces(tuple(Cue(word.start, word.end, word.text.strip()) for word in words), " ")
    shown = Pieces(tuple(cues.corrected_cues(places(cues.text, one))), " ")
    assert shown.text == replaced(cues.text, places(cues.text, one))
    assert (shown.pieces[0].start, shown.pieces[-1].end) == (words[0].start, words[-1].end)


@given(st.text(), st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_any_text_can_be_corrected(text: str, wrong: str, right: str) -> None:
    one = Correction(wrong, right)
    found = places(text, one)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    heard = Pieces(tuple(Cue(n, n + 1, f" {word}") for n, word in enumerate(text.split())))
    found = places(heard.text, one)
    after = heard.corrected_words(found)
    assert "".join(word.text for word in after).split() == replaced(heard.text, found).split()


def test_the_nearest_place_is_meant() -> None:
    heard = pieces(" a", " b", " a", " a")
    moments = [heard.moment(place) for place in places(heard.text, Correction("a", "c"))]
    assert [moment // 10 for moment in moments] == [0, 2, 3]
    assert [nearest(moments, at, 20) for at in (0, 24, 50, 90)] == [0, 1, 2, None]
