"""Who said or did something: a summary does not put it down to somebody else."""

from __future__ import annotations

import pytest

from pipeline.text.held import held
from pipeline.text.lexicons import LEXICONS

ENGLISH = LEXICONS["en"]


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "The study found that most digits have nine states.", "Most of the digits have nine states."),
        ("de", "Die Studie nennt neun Zustände der Ziffern.", "Die Ziffern haben neun Zustände."),
        ("fr", "Les chercheurs parlent de neuf états des chiffres.", "Les chiffres ont neuf états."),
        ("es", "El estudio habla de nueve estados de las cifras.", "Las cifras tienen nueve estados."),
    ],
)
def test_nobody_is_told_of_whom_nobody_spoke(language: str, written: str, said: str) -> None:
    assert not held(written, [said], LEXICONS[language])


def test_what_somebody_is_said_to_have_said_is_in_their_own_words() -> None:
    said = [
        "Project Manager: China rules.",
        "Anna: I am writing a paper about the infrared beam.",
        "Project Manager: Would the solar cells be enough for the voice chip?",
        "Anna: They definitely would be enough.",
    ]
    assert held("Anna says that she is writing a paper about the infrared beam.", said, ENGLISH)
    assert held("The project manager asks whether the solar cells would be enough for the voice chip.", said, ENGLISH)
    assert not held("The project manager says he is writing a paper about the infrared beam.", said, ENGLISH)
    assert not held("The project manager suggests that the solar cells are enough for the voice chip.", said, ENGLISH)
    assert held("Anna will write a paper about the infrared beam.", said, ENGLISH)
    assert held("Anna is in charge of the solar cells.", ["Ben: Anna is in charge of the solar cells, then."], ENGLISH)
    told = [
        "Speaker 3: I ask the council for approval on 4 April.",
        "Speaker 1: So let us go on with the road closure.",
    ]
    assert held("Speaker 3 asks the council for approval on 4 April.", told, ENGLISH)
    assert not held("Speaker 1 requested approval for the road closure on 4 April.", told, ENGLISH)
    assert not held("Speaker 1 will get approval for the road closure on 4 April.", told, ENGLISH)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The Project Manager promised to make the television sets pink remote.", False),
        ("The Project Manager makes the television sets pink.", False),
        ("The Project Manager would make the television sets black and silver.", True),
        ("The Industrial Designer mentions pink television sets.", True),
    ],
)
def test_what_is_told_of_a_speaker_is_not_what_another_said(written: str, expected: bool) -> None:
    said = [
        "Project Manager: It has to fit the television and the DVD set we are going to sell.",
        "User Interface: No, a colour everyone accepts.",
        "Project Manager: If the television sets are black and silver we'll make them black and silver.",
        "Industrial Designer: Pink television sets, pink remote.",
    ]
    assert held(written, said, ENGLISH) == expected


def test_others_may_tell_of_whom_they_name() -> None:
    said = ["Anna: I can bring the samples.", "Ben: Anna has the keys of the laboratory in Halden."]
    assert held("Anna has the keys of the laboratory in Halden.", said, ENGLISH)


def test_you_does_not_become_i() -> None:
    said = ["Basically you're looking at the working design of the remote.", "I will see you later."]
    assert not held("I am looking at the working design of the remote.", said, ENGLISH)
    assert held("I'm looking at the design of the remote.", ["So I am looking at the design of the remote."], ENGLISH)


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("The remote should be designed white.", ["Industrial Designer: The remote should be white."], False),
        ("The remote should be white.", ["Industrial Designer: The remote should be white."], True),
        ("The industrial designer wants a white remote.", ["Industrial Designer: I want a white remote."], True),
        ("Marketing wants a white remote.", ["Marketing: I want a white remote."], True),
        ("Screen-based marketing reduces confusion.", ["Marketing: A screen-based remote reduces confusion."], False),
        ("Speaker 2 will send the offer.", ["Speaker 1: Who sends it?", "Speaker 2: I will send the offer."], True),
        ("Omar reports to Speaker 2.", ["Speaker 2: Omar reports to me."], True),
        ("Omar reports to Speaker 1.", ["Speaker 2: Omar reports to me."], False),
    ],
)
def test_the_words_of_a_label_were_not_said(written: str, said: list[str], expected: bool) -> None:
    assert held(written, said, ENGLISH) is expected


STAYING = [
    "Speaker 2: I said she could stay with us, Marge, so she feels better.",
    "Speaker 2: Yeah, of course she counts.",
    "Speaker 1: The council says the road is closed.",
    "Speaker 1: Anna Keller said that the pier is open.",
]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Marge says she could stay with us.", False),
        ("Speaker 2 says she could stay with us.", True),
        ("The council says the road is closed.", True),
        ("Anna Keller says that the pier is open.", True),
        ("Anna says that the pier is open.", True),
    ],
)
def test_who_is_spoken_to_did_not_say_it(written: str, expected: bool) -> None:
    assert held(written, STAYING, ENGLISH) == expected


def test_an_initial_alone_names_no_speaker() -> None:
    said = ["Grad E: It is the generation of spatial descriptions.", "Grad E: I wrote the paper about the map."]
    assert not held("Graduate E is the generation of spatial descriptions.", said, ENGLISH)
    assert held("It is the generation of spatial descriptions.", said, ENGLISH)
    assert held("Grad E wrote the paper about the map.", said, ENGLISH)


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        (
            "The Japanese module does not affect Grad B.",
            "Grad B: The Japanese module doesn't affect us.",
            False,
        ),
        (
            "The Japanese module does not affect Grad B.",
            "Grad B: The Japanese module doesn't affect me.",
            True,
        ),
        ("Grad E sent Grad B a paper about the module.", "Grad E: I sent you a paper about the module.", False),
        ("The module is not affected, according to Grad B.", "Grad B: The module is not affected.", True),
        ("The module was written by Grad B.", "Grad B: I have written the module.", True),
        ("The module affects Grad B.", "Grad E: The module affects Grad B.", True),
    ],
)
def test_nobody_stands_in_the_place_of_a_pronoun_that_may_mean_others(written: str, said: str, expected: bool) -> None:
    assert held(written, [said, "Grad E: It affects the parser."], ENGLISH) is expected


@pytest.mark.parametrize(
    ("language", "written", "said", "expected"),
    [
        ("en", "Speaker 3 appoints the visitors for Monday.", "Speaker 3: He appoints the visitors for Monday.", False),
        ("en", "Speaker 3 appoints the visitors for Monday.", "Speaker 3: I appoint the visitors for Monday.", True),
        ("en", "Speaker 3 says the visitors come on Monday.", "Speaker 3: The visitors come on Monday.", True),
        ("en", "Speaker 3 will meet visitors if I can.", "Speaker 3: I will meet visitors if I can.", False),
        ("en", 'Speaker 3 says "I will meet visitors."', "Speaker 3: I will meet visitors.", True),
        ("de", "Anna bestellt die Lager.", "Anna: Er bestellt die Lager.", False),
        ("de", "Anna bestellt die Lager.", "Anna: Wir bestellen die Lager.", True),
        ("fr", "Anna commande les appuis.", "Anna: Il commande les appuis.", False),
        ("fr", "Anna commande les appuis.", "Anna: Je commande les appuis.", True),
        ("es", "Anna encargará los apoyos.", "Anna: Encargaré los apoyos.", True),
    ],
)
def test_what_a_speaker_does_is_what_they_say_of_themselves(
    language: str, written: str, said: str, expected: bool
) -> None:
    assert held(written, [said], LEXICONS[language]) is expected


@pytest.mark.parametrize(
    ("language", "written", "said", "expected"),
    [
        ("en", "Paul Parker should plant 5200 new trees.", "Paul Parker, we should plant 5200 new trees.", False),
        ("en", "Paul Parker should plant 5200 new trees.", "Paul Parker, our gardener, should plant 5200 trees.", True),
        ("en", "Paul Parker should plant trees.", "Paul Parker, you should plant trees. Paul Parker agrees.", True),
        ("de", "Paul Becker soll Bäume pflanzen.", "Paul Becker, wir sollen Bäume pflanzen.", False),
    ],
)
def test_whoever_is_called_is_not_who_is_to_do_it(language: str, written: str, said: str, expected: bool) -> None:
    assert held(written, [said], LEXICONS[language]) is expected
