"""Decisions, tasks, questions and figures, told by rule; what only looks like one is none."""

from __future__ import annotations

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.text.figures import figures
from pipeline.text.lexicons import LEXICONS, Lexicon
from pipeline.text.notes import Note, notes, when
from pipeline.text.said import Said, fluent

ENGLISH = LEXICONS["en"]


def said(*texts: str, speaker: str = "") -> list[Said]:
    return [Said(Span(at * 5 * S, at * 5 * S + 4 * S), text, speaker) for at, text in enumerate(texts)]


def found(*texts: str, language: str = "en", speaker: str = "") -> list[Note]:
    return notes(said(*texts, speaker=speaker), LEXICONS[language])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Then we agree, the footpath stays open.", "en"),
        ("So we've decided to replace the pump.", "en"),
        ("We more or less agreed that the case is made of rubber.", "en"),
        ("Good, so we keep a reserve of 50,000 euros.", "en"),
        ("The committee has agreed that Dawn Bowden chairs.", "en"),
        ("Wir haben beschlossen, die Pumpe zu ersetzen.", "de"),
        ("Nous avons décidé de remplacer la pompe.", "fr"),
        ("Hemos decidido cambiar la bomba del sótano.", "es"),
    ],
)
def test_a_decision(text: str, language: str) -> None:
    assert [(note.kind, note.said.text) for note in found(text, language=language)] == [("decision", text)]


@pytest.mark.parametrize(
    "text",
    [
        "Have we decided that the pump is replaced?",
        "If we decided to replace the pump, it would be dear.",
        "They decide about every pump by themselves.",
        "Maybe we agreed that the pump is old.",
        "I will show you the pump.",
        "You can send letters with it.",
        "Thank you, we will see you next week.",
        "I'll go first and then answer your question about the pump.",
        "The measures include a new pump.",
        "It sends the temperature to the pump.",
        "People call the pump a miracle.",
        "What if I send the letter about the pump?",
    ],
)
def test_what_only_looks_like_a_note(text: str) -> None:
    assert found(text) == []


def test_who_does_what_by_when() -> None:
    (first, second) = found(
        "I am Grace Bennett from finance, and Daniel Hughes builds.",
        "Daniel sends the written offer by Friday, and Grace takes it to the council.",
    )[-2:]
    assert (first.kind, first.who, first.what, first.when) == (
        "task", "Daniel", "sends the written offer by Friday", "by Friday",
    )  # fmt: skip
    assert (second.who, second.what, second.when) == ("Grace", "takes it to the council", "")
    assert first.said == second.said


@pytest.mark.parametrize(
    ("text", "language", "who", "what", "time"),
    [
        ("I will send you the new table tomorrow.", "en", "Anna", "send you the new table tomorrow", "tomorrow"),
        ("Okay, Laura Turner will speak for engineering.", "en", "Laura Turner", "speak for engineering", ""),
        ("I need the offer by Friday the 24th of March.", "en", "", "the offer by Friday the 24th of March",
         "by Friday the 24th of March"),
        ("Please keep the footpath open.", "en", "", "keep the footpath open", ""),
        ("Patrick Baker has time until the 9th of July 2027.", "en", "Patrick Baker",
         "has time until the 9th of July 2027", "until the 9th of July 2027"),
        ("Ich schicke Ihnen morgen die neue Tabelle.", "de", "Anna", "schicke Ihnen morgen die neue Tabelle", "morgen"),
        ("Je vais envoyer le nouveau tableau demain.", "fr", "Anna", "envoyer le nouveau tableau demain", "demain"),
        ("Voy a enviar la tabla nueva mañana.", "es", "Anna", "enviar la tabla nueva mañana", "mañana"),
    ],
)  # fmt: skip
def test_a_task(text: str, language: str, who: str, what: str, time: str) -> None:
    (note,) = found(text, language=language, speaker="Anna")
    assert (note.kind, note.who, note.what, note.when) == ("task", who, what, time)


def test_what_is_decided_and_who_does_it_are_two_notes() -> None:
    text = "Then we agree, the footpath stays open and Daniel Hughes builds the walkway."
    assert [(note.kind, note.what) for note in found(text)] == [("decision", ""), ("task", "builds the walkway")]
    assert [note.kind for note in found("Then it is agreed, Patrick Baker takes care of it.")] == ["task"]


@pytest.mark.parametrize(
    "text",
    [
        "We still have to decide who repairs the pump.",
        "The question of the budget is still open.",
        "We have not decided about the pump.",
        "We don't know yet whether the pump can be repaired.",
    ],
)
def test_an_open_question(text: str) -> None:
    assert [note.kind for note in found(text)] == ["question"]


def test_words_of_a_note_are_words_of_its_sentence() -> None:
    (note,) = found("I I will um, send that that link to to Ben.", speaker="Anna")
    assert note.what == "send that link to Ben"
    assert note.said.text == "I I will um, send that that link to to Ben."


def test_of_an_unknown_language_there_are_no_notes() -> None:
    assert notes(said("We decided to replace the pump by Friday."), Lexicon()) == []


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("by Friday the 24th of March, please", "by Friday the 24th of March"),
        ("every two weeks from the 6th of May 2027", "every two weeks from the 6th of May 2027"),
        ("before the end of next month", "before the end of next month"),
        ("some day", ""),
    ],
)
def test_when(text: str, time: str) -> None:
    assert when(text, ENGLISH) == time


def test_a_fluent_sentence_has_no_hesitations() -> None:
    assert fluent("um I I think, uh, that's that's it, mm.", ENGLISH) == "I think, that's it."
    assert fluent("um I I think", Lexicon()) == "Um I I think"
    assert fluent("It costs 20 20 euros.", ENGLISH) == "It costs 20 20 euros."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "It's in the the design phase that we, it's in the design phase that we meet.",
            "It's in the design phase that we meet.",
        ),
        ("We want we want to um we want to sell it.", "We want to sell it."),
        ("Th that's a d detailed pl plan, w we think.", "That's a detailed plan, we think."),
        ("Press one for sales. Press one for sales.", "Press one for sales. Press one for sales."),
        ("Take exit 4 left, exit 4 left.", "Take exit 4 left, exit 4 left."),
        ("Call five five five one two in twenty twenty.", "Call five five five one two in twenty twenty."),
        ("D_V_D_ players and a B film, in in any case.", "D_V_D_ players and a B film, in any case."),
        ("So he hears what a an engineer has.", "So he hears what a an engineer has."),
    ],
)
def test_a_fluent_sentence_says_nothing_twice_and_begins_no_word_in_vain(said: str, told: str) -> None:
    assert fluent(said, ENGLISH) == told


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Alright, their number is 888-333-2222.", ["888-333-2222"]),
        ("Call +44 20 7946 0958, please.", ["+44 20 7946 0958"]),
        ("Die Auftragsnummer lautet 4711/30 22 19.", ["4711/30 22 19"]),
        ("It was open from 2019-2020.", []),
        ("It was closed on 2024-03-05 at 10.30.", []),
        ("We count 10 20 30.", []),
        ("Version 10.15.7 is out.", []),
    ],
)
def test_a_telephone_number_is_a_figure(sentence: str, expected: list[str]) -> None:
    assert [figure.value for figure in figures(said(sentence), ENGLISH)] == expected


def test_figures_have_their_units() -> None:
    talk = said(
        "The approved budget is 640,000 euros.",
        "So 640,000 euros are approved for the bridge.",
        "COVID-19 cost the council $24 million last year.",
        "In 2024 the bridge was closed at 9:30 on the 3rd of May.",
        "There are two sides to the bridge.",
        "12 percent of the offer is steel.",
        "5 metres.",
    )
    assert [figure.value for figure in figures(talk, ENGLISH)] == ["640,000 euros", "$24 million", "12 percent"]
