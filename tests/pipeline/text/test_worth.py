"""How much a sentence tells of a recording."""

from __future__ import annotations

from chunkers.spans import Span
from pipeline.text.said import Said
from pipeline.text.worth import Worth, least


def test_a_fragment_is_worth_less_than_a_sentence() -> None:
    said = [Said(Span(at, at + 1), f"The pier of the bridge has crack number {at}.") for at in range(30)]
    worth = Worth(said)
    assert worth.of(said[4].text, [said[4].span]) > 2 * worth.of("The pier.", [said[4].span]) > 0


def test_what_tells_less_than_half_of_the_mean_is_too_little() -> None:
    said = [Said(Span(at, at + 1), f"The pier of the bridge has crack number {at}.") for at in range(30)]
    worth = Worth([*said, Said(Span(30, 31), "Look, a blue one over there.")])
    assert worth.of("Look, a blue one over there.", [Span(30, 31)]) < worth.least
    assert all(worth.of(one.text, [one.span]) >= worth.least for one in said)
    assert least([]) == 0
