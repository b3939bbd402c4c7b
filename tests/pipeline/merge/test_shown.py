"""Which sentences of some notes a writer is shown."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import Span
from pipeline.merge.inputs import Note, Unit
from pipeline.merge.shown import shown
from pipeline.text.said import Said
from pipeline.text.sentences import joined
from pipeline.text.worth import Worth

TEXTS = st.lists(
    st.lists(
        st.sampled_from(
            ["The pier has a crack.", "It rained.", "The repair costs 96,000 euros.", "Anna agreed at once."]
        ),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    min_size=1,
    max_size=20,
)


def notes_of(texts: list[list[str]]) -> list[Note]:
    return [
        Note(
            (at,),
            Span(at * 10, at * 10 + 10),
            joined(own),
            tuple(Unit(one, (Span(at * 10, at * 10 + 10),)) for one in own),
        )
        for at, own in enumerate(texts)
    ]


def worth_in(notes: list[Note]) -> Callable[[Unit], float]:
    worth = Worth([Said(unit.spans[0], unit.text) for note in notes for unit in note.units])
    return lambda unit: worth.of(unit.text, unit.spans)


def count(text: str) -> int:
    return len(text.split())


@given(TEXTS, st.integers(1, 60))
def test_what_is_shown_fits_is_in_order_and_is_not_said_twice(texts: list[list[str]], room: int) -> None:
    notes = notes_of(texts)
    found = shown(notes, room, count, worth_in(notes))
    units = [unit for note in found for unit in note.units]
    assert [note.children for note in found] == [note.children for note in notes]
    assert units
    if found == notes:
        return
    assert sum(count(unit.text) for unit in units) <= max(room, min(count(unit.text) for unit in units))
    assert len({unit.text for unit in units}) == len(units)
    for note, whole in zip(found, notes, strict=True):
        assert [unit for unit in whole.units if unit in note.units] == list(note.units)
        assert note.text == joined(unit.text for unit in note.units)


def test_every_part_is_shown_but_not_what_tells_next_to_nothing() -> None:
    """Half of it is about the pier; then people look at pictures for as long."""
    told = [f"The pier of the bridge has crack {at}, which we should repair by autumn." for at in range(20)]
    idle = ["Look, a blue one over there.", "Mine has four legs.", "Is that a tail?", "Ah, so pretty."] * 5
    notes = notes_of([[one] for one in [*told, *idle]])
    found = shown(notes, 160, count, worth_in(notes))
    numbers = [note.children[0] for note in found if note.units]
    assert len([number for number in numbers if number < 20]) >= 10
    assert {number // 5 for number in numbers} >= {0, 1, 2, 3}
    assert not [number for number in numbers if number >= 20]
