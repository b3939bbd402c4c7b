"""Chapters: borders where the topic changes, titles of their own words."""

from __future__ import annotations

import random

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.text.chapters import borders
from pipeline.text.lexicons import LEXICONS, Lexicon
from pipeline.text.said import Said
from pipeline.text.sentences import terms
from pipeline.text.titles import counted, summed, titles

ENGLISH = LEXICONS["en"]
TOPICS = {
    "bridge": "bridge pier bearing crack concrete lorry weight inspection repair steel",
    "kitchen": "kitchen stove recipe butter flour oven cook menu guest plate",
    "garden": "garden tree hedge lawn seed water flower soil spade wheelbarrow",
    "travel": "train ticket station luggage passport airport hotel journey platform seat",
    "music": "violin concert melody rehearsal orchestra trumpet singer stage rhythm piano",
    "money": "budget invoice account loan interest payment tax audit ledger revenue",
}
COMMON = [
    "we",
    "should",
    "really",
    "talk",
    "about",
    "the",
    "next",
    "thing",
    "and",
    "then",
    "see",
    "what",
    "people",
    "want",
    "to",
    "do",
    "with",
    "it",
]


def talk(names: list[str], minutes: float, seed: int = 1) -> tuple[list[Said], list[int]]:
    """Sentences of two seconds each about one topic after the other, and where each topic begins."""
    drawn = random.Random(seed)  # noqa: S311
    said: list[Said] = []
    begins = []
    for name in names:
        begins.append(len(said))
        for _ in range(round(minutes * 20)):
            words = [*drawn.sample(COMMON, 5), *drawn.sample(TOPICS[name].split(), 2)]
            drawn.shuffle(words)
            at = 3 * S * len(said)
            said.append(Said(Span(at, at + 2 * S), " ".join(words) + "."))
    return said, begins


def test_borders_are_where_the_words_change() -> None:
    said, begins = talk(list(TOPICS), 10)
    found = borders(said, ENGLISH)
    assert len(found) == len(begins)
    assert all(abs(one - other) <= 6 for one, other in zip(found, begins, strict=True)), (found, begins)


def test_borders_are_found_in_a_language_of_which_nothing_is_known() -> None:
    said, begins = talk(list(TOPICS), 10)
    found = borders(said, Lexicon())
    assert all(min(abs(one - other) for other in found) <= 12 for one in begins), (found, begins)


def test_borders_are_found_where_no_spaces_are_written() -> None:
    han = {"橋": "橋桁亀裂鋼材点検", "台所": "台所料理小麦鍋皿", "庭": "庭園芝生花壇樹木"}
    drawn = random.Random(2)  # noqa: S311
    said = []
    for letters in han.values():
        for _ in range(200):
            text = "".join(drawn.sample(letters, 4)) + "について話しましょう。"
            said.append(Said(Span(3 * S * len(said), 3 * S * len(said) + 2 * S), text))
    found = borders(said, Lexicon())
    assert all(min(abs(one - other) for other in found) <= 6 for one in (0, 200, 400)), found


@pytest.mark.parametrize(("minutes", "least", "most"), [(10, 5, 15), (2, 1, 7)])
def test_the_number_of_chapters_follows_the_length(minutes: float, least: int, most: int) -> None:
    said, _ = talk(list(TOPICS), minutes)
    assert least <= len(borders(said, ENGLISH)) <= most


def test_an_hour_about_one_topic_is_one_chapter() -> None:
    said, _ = talk(["bridge"], 60)
    assert borders(said, ENGLISH) == [0]


def test_nothing_said_has_no_chapter_and_a_few_words_have_one() -> None:
    assert borders([], ENGLISH) == []
    assert borders([Said(Span(0, S), "Hello.")], ENGLISH) == [0]
    same = [Said(Span(at * 60 * S, at * 60 * S + S), "The same words again.") for at in range(60)]
    assert borders(same, ENGLISH) == [0]


def test_a_phrase_that_goes_on_draws_the_border() -> None:
    said, (_, begins) = talk(["bridge", "kitchen"], 10)
    at = begins + 2
    said[at] = Said(said[at].span, "Let us move on to the next item.")
    assert borders(said, ENGLISH)[1] == at


def test_a_silence_draws_the_border() -> None:
    said, (_, begins) = talk(["bridge", "kitchen"], 10)
    at = begins + 2
    later = [Said(Span(one.span.start + 10 * S, one.span.end + 10 * S), one.text) for one in said[at:]]
    assert borders([*said[:at], *later], ENGLISH)[1] == at


def test_chapters_are_never_very_short() -> None:
    said, _ = talk(list(TOPICS) * 4, 1)
    starts = [said[at].span.start for at in borders(said, ENGLISH)]
    ends = [*starts[1:], said[-1].span.end]
    assert all(end - start >= 180 * S for start, end in zip(starts, ends, strict=True))


def titled(chapters: list[list[str]]) -> list[str]:
    return titles([counted(chapter, ENGLISH) for chapter in chapters])


def test_a_title_is_made_of_words_that_were_said_in_the_chapter() -> None:
    chapters = [
        ["The north pier has a crack.", "The north pier must be repaired.", "Repair it soon."],
        ["The budget of Grace Bennett is small.", "Grace Bennett asks for a larger budget."],
    ]
    first, second = titled(chapters)
    assert "north pier" in first.lower()
    assert "Grace Bennett" in second
    for title, chapter in zip((first, second), chapters, strict=True):
        assert set(terms(title)) <= set(terms(" ".join(chapter)))


def test_a_title_names_what_the_other_chapters_do_not_speak_of() -> None:
    chapters = [
        ["Our project needs valves.", "The valves of our project leak.", "A project like this."],
        ["Our project needs paint.", "The paint of our project is blue.", "A project like this."],
    ]
    assert [title.split(",")[0] for title in titled(chapters)] == ["Valves", "Paint"]


def test_the_small_words_of_another_language_make_no_title() -> None:
    english = ["The software may be used by anyone.", "Anyone may sell the software."]
    german = [
        "Die Software und die Kopien werden verteilt.",
        "Sie ist frei und die Rechte sind es auch und bleiben es.",
    ]
    (title,) = titled([[*english, *german]])
    assert "und" not in title.lower().split()
    assert title


def test_chapters_together_have_the_title_of_all_their_sentences() -> None:
    chapters = [["The old pump leaks.", "A valve leaks."], ["The old pump is loud.", "THE OLD PUMP!"]]
    whole = [sentence for chapter in chapters for sentence in chapter]
    assert titles([summed(counted(one, ENGLISH) for one in chapters)]) == titled([whole]) != [""]


def test_nothing_said_twice_gives_no_title() -> None:
    assert titled([["One pump.", "Another valve."], [], ["会議は火曜日です。", "会議は火曜日です。"]]) == ["", "", ""]


def test_what_is_elided_before_a_word_is_no_part_of_a_title() -> None:
    said = ["C'est l'actualité de la grève.", "L’actualité, c'est aussi la grève.", "La grève de D'Angelo continue."]
    (title,) = titles([counted(said, LEXICONS["fr"])])
    assert title == "Grève, actualité"
