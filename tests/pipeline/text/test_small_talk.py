"""What is no note: greetings, thanks, fillers."""

from __future__ import annotations

import pytest

from pipeline.text.lexicons import LEXICONS, Lexicon, lexicon
from pipeline.text.small_talk import aside, courteous, small_talk


@pytest.mark.parametrize(
    "sentence",
    [
        "Good morning everyone.", "Praise be!", "Thank you very much, Helen.", "Okay, yeah, right.",
        "Hello, Dr. Smith!", "No problem, have a good one.", "You too, bye.", "I appreciate your time.",
        "Can you hear me?", "Helen Carter welcomes everyone.", "Bye.", "Uh, mm-hmm.", "Thanks, that's really great.",
        "Guten Morgen zusammen, herzlich willkommen.", "Vielen Dank, Frau Meier, das ist sehr schön.",
        "Könnt ihr mich hören?", "Bonjour à tous, bienvenue.", "Merci beaucoup, Monsieur Martin.",
        "Vous m'entendez?", "Buenos días a todos.", "Muchas gracias, señor.",
    ],
)  # fmt: skip
def test_small_talk(sentence: str) -> None:
    assert any(small_talk(sentence, words) for words in LEXICONS.values())


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Thank you, Helen, we were on site from the 6th of March.", "en"),
        ("Good morning, the pump is broken.", "en"),
        ("The valve leaks.", "en"),
        ("It is 9:30.", "en"),
        ("We agree.", "en"),
        ("Danke, die Pumpe ist kaputt.", "de"),
        ("Merci, la pompe est en panne.", "fr"),
        ("Gracias, la bomba está rota.", "es"),
        ("おはようございます。", "en"),
    ],
)
def test_what_says_something_is_no_small_talk(sentence: str, language: str) -> None:
    assert not small_talk(sentence, LEXICONS[language])


def test_of_an_unknown_language_nothing_is_left_out() -> None:
    assert not small_talk("Dzień dobry.", Lexicon())
    assert not lexicon("Dzień dobry, proszę bardzo.").empty


def test_a_language_is_told_by_its_words() -> None:
    assert lexicon("Wir haben die Pumpe geprüft und sie ist nicht dicht.") is LEXICONS["de"]
    assert lexicon("We have tested the pump and it is not tight.") is LEXICONS["en"]


def test_what_is_courteous_may_say_something_as_well() -> None:
    assert courteous("Thank you, Helen, we were on site.", LEXICONS["en"])
    assert courteous("We look forward to seeing you soon.", LEXICONS["en"])
    assert courteous("Wir freuen uns auf Sie.", LEXICONS["de"])
    assert courteous("You're very welcome.", LEXICONS["en"])
    assert not courteous("The seat is booked for Monday, but you are welcome to come before.", LEXICONS["en"])
    assert not courteous("Thanks to the new pump it is dry.", Lexicon())
    assert not courteous("The pump is dry.", LEXICONS["en"])


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("en", "Suzy, very briefly, one question on the court service, please.", True),
        ("en", "That answered my second question, so I'm happy to leave it there.", True),
        ("en", "My favourite animal is a cow.", True),
        ("en", "The question of the budget stays open.", False),
        ("en", "Now I'll briefly describe the working design of our pump.", True),
        ("en", "What I'm gonna have to talk to you about today is the design.", True),
        ("en", "I will send you the design.", False),
        ("de", "Ich werde euch den Plan vorstellen.", True),
        ("fr", "Je vais vous présenter le plan.", True),
        ("es", "Voy a presentarles el plan.", True),
        ("de", "Meine zweite Frage betrifft den Kran.", True),
        ("de", "Die Frage nach dem Kran ist offen.", False),
        ("fr", "Ma dernière question porte sur le budget.", True),
        ("fr", "La question du budget reste ouverte.", False),
        ("es", "Mi última pregunta es sobre el presupuesto.", True),
        ("es", "La pregunta es si se vende.", False),
    ],
)
def test_who_asks_and_how_often_is_an_aside(language: str, sentence: str, expected: bool) -> None:
    assert aside(sentence, LEXICONS[language]) is expected
