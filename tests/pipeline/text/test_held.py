"""Whether words that were said together hold a sentence, and which sentence says it itself."""

from __future__ import annotations

import pytest

from pipeline.text.held import held, own_words
from pipeline.text.lexicons import LEXICONS, Lexicon

ENGLISH = LEXICONS["en"]
SAID = [
    "Here with me are Martin Foster from engineering and Grace Bennett from finance.",
    "We have three points today, the inspection, the budget and the closure of the road.",
    "The longest crack is in the north pier, and it measures 3.2 metres.",
    "There is no danger to traffic at the moment.",
    "Repairing the pier was estimated at 96,000 euros.",
    "But the new offer is 12 percent higher.",
    "After that I can ask the city council for approval on the 4th of April.",
    "Good, so we keep a reserve of 50,000 euros.",
    "I had to close the window.",
    "We need one lane closed for 11 weeks, starting on Monday the 12th of June.",
    "Then we agree, the footpath stays open, and Daniel Hughes builds the walkway.",
]


@pytest.mark.parametrize(
    "sentence",
    [
        "Martin Foster is from engineering.",
        "The longest crack measures 3.2 metres.",
        "The pier was estimated at 96,000 euros, but the new offer is 12 percent higher.",
        "The points are the inspection, the budget and the closure of the road.",
        "It was agreed that the footpath stays open.",
        "One lane has to be closed for 11 weeks from the 12th of June.",
        "There is no danger to traffic.",
        SAID[7],
        "We keep a reserve of 50,000 euros.",
    ],
)
def test_what_was_said_together_is_held(sentence: str) -> None:
    assert held(sentence, SAID, ENGLISH)


@pytest.mark.parametrize(
    "sentence",
    [
        "Martin Foster from engineering will repair the pier at 96,000 euros.",
        "The city council was asked to approve that one lane is closed for 11 weeks from the 12th of June.",
        "Grace Bennett builds the walkway.",
        "The crack measures 4.2 metres.",
        "The meeting decided to repair the pier at 96,000 euros.",
        "There is danger to traffic at the moment.",
        "The footpath is closed on the 4th of April.",
        "The harbour was flooded.",
        "The city council reserves 50,000 euros for one closed lane.",
        "The meeting decided to ask the city council for approval on the 4th of April.",
    ],
)
def test_what_only_uses_its_words_is_not(sentence: str) -> None:
    assert not held(sentence, SAID, ENGLISH)


def test_no_is_not_made_of_yes() -> None:
    assert not held("The pump is not broken.", ["The pump is broken.", "Order a valve."], ENGLISH)
    assert held("The pump isn't broken.", ["The pump is not broken at all."], ENGLISH)


def test_without_a_lexicon_words_and_facts_still_count() -> None:
    assert held("The crack measures 3.2 metres.", SAID, Lexicon())
    assert not held("Martin Foster repairs the pier for 96,000 euros.", SAID, Lexicon())
    assert held("会議は火曜日です。", ["会議は火曜日にあります。", "予算は五千円です。"], Lexicon())


def test_its_own_words_are_those_that_share_most() -> None:
    assert own_words("Martin Foster will repair the pier at 96,000 euros.", SAID) == [4]
    assert own_words("One lane is closed on June 12.", SAID) == [9]
    assert own_words("Completely unrelated sentence.", SAID) == []
    assert own_words("The pier.", []) == []
    assert own_words("The pump", ["the pump " * 100]) == []


def test_where_two_were_joined_both_are_its_own_words() -> None:
    said = ["Kevin Baker was in hospital for four days.", "It rained.", "There was an accident at Richmond on 20 July."]
    assert own_words("The accident at Richmond put Kevin Baker in hospital for 8 days.", said, 2) == [0, 2]
    assert own_words("The accident happened at Richmond in July, it rained a lot.", said, 2) == [2]
    assert own_words("The accident at Richmond put Kevin Baker in hospital.", said) == [0]


def test_a_no_is_not_lost_behind_words_about_the_speaker() -> None:
    said = ["And so my friends, ask not what your town can do for you, ask what you can do for your town."]
    bent = "The speaker asks friends to ask what their town can do for them, and what they can do for their town."
    assert not held(bent, said, ENGLISH)
    assert held("The speaker asks friends what they can do for their town, not what it can do for them.", said, ENGLISH)


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "The notes also mention the long box.", "So the long box must be useful."),
        ("de", "Die Notizen erwähnen den langen Kasten.", "Der lange Kasten ist nützlich."),
        ("fr", "Les notes mentionnent la longue boîte.", "La longue boîte est utile."),
        ("es", "Las notas mencionan la caja larga.", "La caja larga es útil."),
    ],
)
def test_nobody_spoke_of_the_notes_that_the_writer_was_given(language: str, written: str, said: str) -> None:
    assert not held(written, [said], LEXICONS[language])
    assert held(written, [written], LEXICONS[language])


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        (
            "The council works with the schools on meals.",
            ["How does the council work with schools on meals?", "Well."],
            False,
        ),
        ("The pump is replaced in May.", ["Is the pump replaced in May?", "Anna: Yes, we ordered it."], True),
        ("The pump is replaced in May.", ["Is the pump replaced in May?", "Nobody knows."], False),
        ("The pump is replaced in May.", ["Is the pump replaced in May?", "The pump is replaced in May."], True),
        ("Is the pump replaced in May?", ["Is the pump replaced in May, then?"], True),
        ("Anna asks whether the pump is replaced in May.", ["Anna: Is the pump replaced in May?"], True),
    ],
)
def test_a_question_is_no_answer(written: str, said: list[str], expected: bool) -> None:
    assert held(written, said, ENGLISH) is expected


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "Die Pumpe wird im Mai ersetzt.", "Wird die Pumpe im Mai ersetzt?"),
        ("fr", "La pompe sera remplacée en mai.", "La pompe sera remplacée en mai ?"),
        ("es", "La bomba se cambia en mayo.", "¿La bomba se cambia en mayo?"),
    ],
)
def test_nor_is_it_in_another_language(language: str, written: str, said: str) -> None:
    assert not held(written, [said], LEXICONS[language])
    assert held(written, [written], LEXICONS[language])


def test_of_two_sentences_that_were_joined_each_must_be_held() -> None:
    said = ["Would the solar cells be enough for the voice chip?", "Nobody knows.", "The case drives the costs up."]
    assert held("The case drives the costs up.", said, ENGLISH)
    assert not held("The solar cells are enough for the voice chip, and the case drives the costs up.", said, ENGLISH)
    assert held("The case drives the costs up and nobody knows.", said, ENGLISH)


def test_what_has_few_words_is_not_gathered_from_many_sentences() -> None:
    said = ["When it falls over, look.", "A round one is nice.", "I like it.", "It is cheap.", "It must not be boxy."]
    assert not held("When it falls, it should be boxy.", said, ENGLISH)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("We aim to reach 50 million people.", False),
        ("The profit aim is 50 million, for people all over the world.", True),
        ("A pen that works like a ball pen is no longer functional.", False),
        ("The pen works like a ball pen but doesn't work any more.", True),
    ],
)
def test_a_writer_adds_no_words_of_its_own(written: str, expected: bool) -> None:
    said = [
        "The profit aim is 50 million.",
        "It is for people all over the world.",
        "You have a nice pen, and it works just like a ball pen.",
        "It does not work any more.",
    ]
    assert held(written, said, ENGLISH) == expected


@pytest.mark.parametrize(
    ("language", "written", "said", "other"),
    [
        (
            "en",
            "The meeting was about the gecko noises.",
            "They made gecko noises in the evening.",
            "This meeting is about gecko noises.",
        ),
        (
            "de",
            "Das Gespräch war über die Geräusche der Geckos.",
            "Die Geckos machten Geräusche.",
            "In diesem Gespräch, unser Gespräch war über Geckos, Geräusche.",
        ),
        (
            "fr",
            "La réunion porte sur les bruits du gecko.",
            "Le gecko fait des bruits.",
            "Notre réunion porte sur les bruits du gecko.",
        ),
        (
            "es",
            "La reunión trata de los ruidos del gecko.",
            "El gecko hace ruidos.",
            "Nuestra reunión trata de los ruidos del gecko.",
        ),
    ],
)
def test_a_moment_does_not_tell_what_the_whole_is_about(language: str, written: str, said: str, other: str) -> None:
    assert not held(written, [said], LEXICONS[language])
    assert held(written, [other], LEXICONS[language])


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("The product needs fifty million dollars.", "We need a profit of fifty million Euros on the product.", False),
        ("The product needs fifty million euros.", "We need a profit of fifty million Euros on the product.", True),
        ("The product needs €50 million.", "The product needs fifty million Euros.", True),
        ("Sales rose by 20%.", "Sales rose by twenty per cent.", True),
        ("Sales rose by 20 percent.", "Sales rose by 20 people.", False),
        ("The pump runs for 40 hours.", "The pump runs for 40 minutes.", False),
        ("The pump runs for 40 hours.", "The pump runs for 40 hours or so.", True),
    ],
)
def test_a_figure_keeps_its_unit(written: str, said: str, expected: bool) -> None:
    assert held(written, [said], ENGLISH) is expected


def test_without_a_lexicon_only_signs_are_units() -> None:
    assert held("Sales rose by 20 percent.", ["Sales rose by 20 percent."], Lexicon())
    assert not held("Sales rose by 20%.", ["Sales rose by 20 points."], Lexicon())


@pytest.mark.parametrize(
    ("between", "expected"),
    [("We keep a reserve of 50,000 euros.", False), ("Hm, yes.", True), ("The road closure is short.", True)],
)
def test_a_sentence_about_something_else_parts_what_stands_before_and_after_it(between: str, expected: bool) -> None:
    said = ["The city council has to approve it on the 4th of April.", between, "Now to the closure of the road."]
    assert held("The city council has to approve the road closure on April 4th.", said, ENGLISH) is expected


REPORTS = [
    "Thomas Henderson closed the valve, and a team from Somerset brought drinking water.",
    "The work in Preston begins on the 4th of August.",
    "I will check that with Robert Adams and send you a new table.",
    "So we decided that way, and David Hughes reports back by the 29th of January 2028.",
    "The pipe has been leaking since Monday the 22nd of May.",
]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("David Hughes reports back by January 29, 2028.", True),
        ("David Hughes reports back until the 29th of January.", True),
        ("David Hughes reported back on January 29, 2028.", False),
        ("David Hughes reports back after January 29, 2028.", False),
        ("The work in Preston begins on August 4.", True),
        ("The work in Preston begins by August 4.", False),
        ("The pipe has been leaking since May 22.", True),
        ("The pipe has been leaking until May 22.", False),
    ],
)
def test_a_deadline_is_no_day_and_no_beginning(written: str, expected: bool) -> None:
    assert held(written, REPORTS, ENGLISH) == expected


@pytest.mark.parametrize(
    ("language", "written", "said", "expected"),
    [
        ("de", "Der Plan kommt bis zum 3. Mai.", "Der Plan kommt bis zum 3. Mai, denke ich.", True),
        ("de", "Der Plan kommt am 3. Mai.", "Der Plan kommt bis zum 3. Mai, denke ich.", False),
        ("fr", "Le plan sera prêt d'ici le 3 mai.", "Le plan sera prêt d'ici le 3 mai, je crois.", True),
        ("fr", "Le plan sera prêt le 3 mai.", "Le plan sera prêt d'ici le 3 mai, je crois.", False),
        ("es", "El plan estará listo para el 3 de mayo.", "El plan estará listo para el 3 de mayo, creo.", True),
        ("es", "El plan estará listo el 3 de mayo.", "El plan estará listo para el 3 de mayo, creo.", False),
    ],
)
def test_a_deadline_is_no_day_in_other_languages(language: str, written: str, said: str, expected: bool) -> None:
    assert held(written, [said], LEXICONS[language]) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("David Hughes sends Robert Adams a new table.", False),
        ("David Hughes reported the new table to Robert Adams.", False),
        ("The new table will be checked with Robert Adams.", True),
        ("Thomas Henderson closed the valve.", True),
        ("A team from Somerset brought drinking water.", True),
        ("Thomas Henderson brought drinking water from Somerset.", False),
    ],
)
def test_names_that_no_sentence_has_both_of_are_not_joined(written: str, expected: bool) -> None:
    assert held(written, REPORTS, ENGLISH) == expected


POSSIBLE = [
    "If we do both, the production costs are going to go way up.",
    "We could make the remote control of soft rubber.",
    "The batteries cost two euros, if you know what I mean.",
    "Maybe the menu gets a button of its own.",
    "The board will meet in May.",
]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The production costs go way up.", False),
        ("The production costs would go way up.", True),
        ("If both are done, the production costs go way up.", True),
        ("The remote control is made of soft rubber.", False),
        ("They suggest making the remote control of soft rubber.", True),
        ("The batteries cost two euros.", True),
        ("The menu gets a button of its own.", False),
        ("The board will meet in May.", True),
    ],
)
def test_what_may_be_is_not_told_as_what_is(written: str, expected: bool) -> None:
    assert held(written, POSSIBLE, ENGLISH) == expected


@pytest.mark.parametrize(
    ("language", "said", "fact", "possible"),
    [
        ("de", "Falls es regnet, schließt der Markt.", "Der Markt schließt.", "Der Markt kann schließen."),
        ("fr", "Peut-être que le marché ferme.", "Le marché ferme.", "Le marché pourrait fermer."),
        ("es", "Quizás cerramos el mercado antes.", "Cerramos el mercado antes.", "Puede que cerremos antes."),
    ],
)
def test_nor_in_other_languages(language: str, said: str, fact: str, possible: str) -> None:
    words = LEXICONS[language]
    assert words.possibilities.search(said)
    assert not words.hedges.search(fact)
    assert not held(fact, [said], words)
    assert words.hedges.search(possible)
