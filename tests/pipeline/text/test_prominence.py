"""How much the talk at each moment has to do with what a recording is about."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import Span
from data.long_script import long_script
from data.script import Utterance
from pipeline.text.lexicons import LEXICONS
from pipeline.text.prominence import Prominence

ENGLISH = LEXICONS["en"]


def test_the_talk_about_the_topic_is_more_prominent_than_an_aside() -> None:
    asides = [f"Somebody {word} at home." for word in ("cooked", "slept", "sang", "danced", "ironed")] * 8
    told = [f"The pier of the bridge has a crack at mile {at}, and the repair costs money." for at in range(40)]
    texts = [*told, *asides, *told]
    found = Prominence(range(len(texts)), texts, ENGLISH)
    assert found.within([Span(10, 30)]) > found.within([Span(55, 65)])
    assert found.within([Span(10, 10_000)]) > found.within([Span(40, 80)])


def test_a_long_game_is_less_prominent_than_the_shorter_talk_about_what_is_needed() -> None:
    """More than half of it is a game with words of its own, in sentences as full as the others."""
    plans = ["We need a remote control with fewer buttons.", "The remote control should have a better battery."]
    game = [
        f"A {animal} with round ears stood beside the {place}."
        for animal in ("rabbit", "cow", "gecko", "horse", "spider", "badger")
        for place in ("fence", "river", "barn", "meadow", "hedge", "lake")
    ]
    texts = [*plans * 6, *game, *plans * 6]
    found = Prominence(range(len(texts)), texts, ENGLISH)
    assert found.within([Span(0, 8)]) > 1.5 * found.within([Span(26, 36)])
    assert found.within([Span(52, 60)]) > 1.5 * found.within([Span(26, 36)])


def test_reports_of_equal_weight_differ_by_little() -> None:
    """Some 700 sentences about eighty matters, one after the other, each told of like the one before."""
    lines = islice(long_script(0), 800)
    texts = [line.text for line in lines if isinstance(line, Utterance)][:700]
    found = Prominence(range(len(texts)), texts, ENGLISH)
    tenths = sorted(found.within([Span(at, at + len(texts) // 10)]) for at in range(0, len(texts), len(texts) // 10))
    assert tenths[-1] < 3 * tenths[0]


@pytest.mark.parametrize(
    ("code", "needed", "told"),
    [
        ("en", "We should have a bridge here.", "They never had a bridge here."),
        ("de", "Wir sollten eine Brücke haben.", "Sie hatten nie eine Brücke."),
        ("fr", "Nous devons avoir un pont.", "Il y avait un pont."),
        ("es", "Queremos un puente, debemos hacerlo.", "Antes estaba un puente allí."),
    ],
)
def test_what_people_need_is_more_prominent_in_every_lexicon(code: str, needed: str, told: str) -> None:
    texts = [*[needed] * 60, *[told] * 60]
    found = Prominence(range(len(texts)), texts, LEXICONS[code])
    assert found.within([Span(0, 30)]) > found.within([Span(90, 120)])


@given(
    st.lists(st.sampled_from(["The pier has a crack.", "", "Yes.", "12 tonnes.", "We need it."]), max_size=12),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4),
)
def test_prominence_is_a_factor_for_any_moments(texts: list[str], moments: list[tuple[int, int]]) -> None:
    found = Prominence([at * 3 for at in range(len(texts))], texts, ENGLISH)
    assert found.within([]) == 1
    assert 0 < found.within(Span(min(pair), max(pair)) for pair in moments) < 100
