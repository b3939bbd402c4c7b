"""How much a sentence tells of a recording."""

from __future__ import annotations

from chunkers.spans import Span
from pipeline.stages.extract import extract
from pipeline.stages.speakers.assign import Turn
from pipeline.text.said import Said
from pipeline.text.worth import Worth, least


def test_a_fragment_is_worth_less_than_a_sentence() -> None:
    said = [Said(Span(at, at + 1), f"The pier of the bridge has crack number {at}.") for at in range(30)]
    worth = Worth(said)
    assert worth.of(said[4].text, [said[4].span]) > 2 * worth.of("The pier.", [said[4].span]) > 0


def test_a_fragment_beside_the_point_tells_nothing_and_a_sentence_does_whatever_it_is_about() -> None:
    parts = ["pier", "deck", "cable", "bearing", "joint"]
    said = [
        Said(Span(at, at + 1), f"The {parts[at // 12 % 5]} of the bridge needs a new layer of paint.")
        for at in range(120)
    ]
    aside, off = "Look, a blue one.", "My sister keeps hens behind her garage."
    worth = Worth([*said, Said(Span(120, 121), aside), Said(Span(121, 122), off)])
    assert not worth.tells(aside, [Span(120, 121)])
    assert worth.tells(off, [Span(121, 122)])


def test_what_was_broken_off_tells_nothing_where_other_sentences_end() -> None:
    broken, long = "This is how the year would go so it", "The pier of the bridge " * 4
    said = [Said(Span(at, at + 1), f"The pier of the bridge has crack number {at}.") for at in range(3)]
    worth = Worth([*said, Said(Span(3, 4), broken)])
    assert not worth.whole(broken)
    assert worth.whole(said[0].text)
    assert worth.whole(long)
    assert extract([Turn(3, 4, None, broken)], Span(3, 4), worth, 100) == []
    bare = [Said(one.span, one.text.rstrip(".")) for one in said]
    assert Worth([*bare, Said(Span(3, 4), broken)]).whole(broken)
    assert Worth([Said(Span(3, 4), broken)]).whole(broken)


def test_what_is_worth_less_than_half_of_the_mean_is_too_little() -> None:
    assert least([1.0, 3.0]) == 1.0
    assert least([]) == 0


def test_what_trails_off_stands_only_where_nothing_else_does() -> None:
    said = [Said(Span(at, at + 1), f"The pier of the bridge has crack number {at}.") for at in range(3)]
    trailing = "The computers of the bridge taught us to click on cracks, except that..."
    worth = Worth([*said, Said(Span(3, 4), trailing)])
    both = [Turn(2, 4, None, f"{trailing} {said[2].text}")]
    assert [turn.text for turn in extract(both, Span(2, 4), worth, 200)] == [said[2].text]
    assert [turn.text for turn in extract([Turn(3, 4, None, trailing)], Span(3, 4), worth, 200)] == [trailing]
