"""A text that stays is one, from first to last; one that changes is two; a misread picture splits nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Box, ReadLine
from pipeline.stages.see.spelling import same
from pipeline.stages.see.tracks import Reading, ScreenText, joined, tracks

SECOND = TICKS_PER_SECOND
HERE, BELOW, FAR = (100, 100, 300, 130), (100, 160, 300, 190), (100, 600, 300, 630)


def shown(*pictures: str | list[ReadLine], box: Box = HERE, confidence: float = 0.99) -> list[Reading]:
    """A picture a second, each with a line, several or none."""
    return [
        Reading(
            second * SECOND, (), tuple([ReadLine(one, box, confidence)] if isinstance(one, str) and one else one or ())
        )
        for second, one in enumerate(pictures)
    ]  # fmt: skip


def brief(texts: list[ScreenText]) -> list[tuple[str, int, int]]:
    """Text, first and last second."""
    return [(text.text, text.start // SECOND, text.end // SECOND) for text in texts]


def test_a_text_that_stays_is_one() -> None:
    assert brief(tracks(shown(*["Agenda"] * 5), 7 * SECOND)) == [("Agenda", 0, 7)]


def test_a_text_that_changes_is_two() -> None:
    assert brief(tracks(shown("Agenda", "Agenda", "Budget"), 3 * SECOND)) == [("Agenda", 0, 2), ("Budget", 2, 3)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Count 12", "Count 13"), ("Valve ON", "Valve OFF"), ("Part A", "Part B"), ("-3.2", "3.2"), ("3.2", "32"),
     ("Door locked", "Door unlocked"), ("enabled", "disabled"), ("第一章の説明です", "第二章の説明です"),
     ("1000 items of the list", "9 items of the list")],
)  # fmt: skip
def test_what_says_something_else_is_no_misreading(one: str, other: str) -> None:
    assert len(tracks(shown(one, one, other, other), 4 * SECOND)) == 2


@pytest.mark.parametrize(
    ("right", "wrong"), [("Chapter 12", "Chapter l2"), ("Agenda of today", "Agendaoftoday"), ("Pressure", "Presure"),
                         ("Quarterly results", "Quarterly resu1ts"), ("Measurement", "Measurenent")],
)  # fmt: skip
def test_what_readers_mistake_is_the_same_text_in_its_usual_spelling(right: str, wrong: str) -> None:
    assert brief(tracks(shown(right, wrong, right, right, wrong), 5 * SECOND)) == [(right, 0, 5)]
    assert same(right, wrong)


def test_a_picture_that_was_misread_or_empty_splits_nothing() -> None:
    bad = [ReadLine("Agnda oftday", HERE, 0.6)]
    assert brief(tracks(shown("Agenda of today", bad, "Agenda of today"), 3 * SECOND)) == [("Agenda of today", 0, 3)]
    assert brief(tracks(shown("Agenda of today", "", "Agenda of today"), 3 * SECOND)) == [("Agenda of today", 0, 3)]


def test_a_number_that_is_there_for_one_picture_only_stays() -> None:
    assert brief(tracks(shown("103.2 bar", "103.9 bar", "103.2 bar"), 3 * SECOND)) == [
        ("103.2 bar", 0, 1), ("103.9 bar", 1, 2), ("103.2 bar", 2, 3)
    ]  # fmt: skip


def test_what_is_gone_for_long_is_a_new_text() -> None:
    assert len(tracks(shown("Agenda", "", "", "", "Agenda"), 5 * SECOND)) == 2


def test_the_same_words_in_two_places_are_two_texts() -> None:
    both = [ReadLine("Total", HERE, 0.9), ReadLine("Total", BELOW, 0.9)]
    assert [text.box for text in tracks(shown(both, both[::-1], both), 3 * SECOND)] == [HERE, BELOW]


def test_a_caption_that_moves_and_credits_that_scroll_are_one_text_each() -> None:
    rows = [
        [ReadLine(name, (100, 600 + 40 * n - 50 * second, 300, 630 + 40 * n - 50 * second), 0.9)
         for n, name in enumerate(("Camera: Anna", "Sound: Pavel", "Music: Mina"))]
        for second in range(8)
    ]  # fmt: skip
    assert brief(tracks(shown(*rows), 8 * SECOND)) == [
        ("Camera: Anna", 0, 8), ("Sound: Pavel", 0, 8), ("Music: Mina", 0, 8)
    ]  # fmt: skip


def test_a_line_that_crawls_is_put_together() -> None:
    news = "Storm reaches the coast tonight, ferries stay in port until Sunday morning"
    pieces = [news[at : at + 30] for at in range(0, len(news) - 29, 7)] + [news[-30:]]
    assert brief(tracks(shown(*pieces), len(pieces) * SECOND)) == [(news, 0, len(pieces))]


def test_what_was_taken_over_is_no_vote_for_its_spelling() -> None:
    wrong, right = ReadLine("Measurenent", HERE, 0.97), ReadLine("Measurement", HERE, 0.96)
    readings = [Reading(0, (), (wrong,)), *(Reading(n * SECOND, (wrong,), ()) for n in range(1, 6)),
                Reading(6 * SECOND, (), (right,)), Reading(7 * SECOND, (), (right,))]  # fmt: skip
    assert brief(tracks(readings, 8 * SECOND)) == [("Measurement", 0, 8)]


def test_texts_that_a_border_cuts_are_joined_and_no_others() -> None:
    before = [ScreenText("Agenda", 0, 60, HERE, 0.9), ScreenText("Count 12", 50, 60, BELOW, 0.9)]
    after = [ScreenText("Agenda", 60, 90, HERE, 0.95), ScreenText("Count 13", 60, 70, BELOW, 0.9)]
    assert joined(before, after) == [
        ScreenText("Agenda", 0, 90, HERE, 0.95), ScreenText("Count 12", 50, 60, BELOW, 0.9), after[1]
    ]  # fmt: skip
    assert joined(before, []) == before
    assert joined([], after) == after


WORDS = ("Agenda", "Budget", "Count 12", "Count 13", "Pressure 3.2 bar", "")


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), min_size=1, max_size=25), st.data())
@settings(max_examples=100, deadline=None)
def test_tracks_hold_what_was_read_and_a_cut_changes_nothing(
    pictures: list[tuple[str, str]], data: st.DataObject
) -> None:
    readings = [
        Reading(
            n * SECOND, (), tuple(ReadLine(text, box, 0.9) for text, box in zip(two, (HERE, FAR), strict=True) if text)
        )
        for n, two in enumerate(pictures)
    ]
    end = len(readings) * SECOND
    found = tracks(readings, end)
    for number, reading in enumerate(readings):
        now = [text for text in found if text.start <= number * SECOND < text.end]
        assert len({text.box for text in now}) == len(now), "one text in a place at a time"
        for line in reading.lines:
            assert any(text.text == line.text and text.box == line.box for text in now)
    cut = data.draw(st.integers(0, len(readings)))
    assert joined(tracks(readings[:cut], cut * SECOND), tracks(readings[cut:], end)) == found
    assert joined(*(tracks([one], one.at + SECOND) for one in readings)) == found
