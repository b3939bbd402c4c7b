"""The room of a summary is shared out over the recording, whatever the writer did."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import Span
from pipeline.merge.finish import Finisher
from pipeline.merge.inputs import Note, Unit
from pipeline.merge.selection import Sentence, choose, cut, sections
from pipeline.models.protocol import Written
from pipeline.text.sentences import sentences

S = 16_000
PLACES = (
    "Ashford",
    "Bolton",
    "Carlton",
    "Dover",
    "Eastwood",
    "Fairfield",
    "Greenwood",
    "Hereford",
    "Ipswich",
    "Keswick",
)

weights = st.lists(st.integers(0, 90), min_size=1, max_size=200)
caps = st.integers(1, 2_000)


@given(weights, caps)
def test_sections_tile_the_notes_in_order(tokens: list[int], cap: int) -> None:
    starts = list(itertools.accumulate(tokens, initial=7))[:-1]
    found = sections(starts, tokens, cap)
    assert list(found.starts) == sorted(set(found.starts))
    assert found.starts[0] == starts[0]
    assert found.share * len(found.starts) <= cap + 1e-6
    assert [found.of([Span(start, start + 1)]) for start in found.starts] == [(at,) for at in range(len(found.starts))]
    assert found.of([]) == tuple(range(len(found.starts)))


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 5)), max_size=60), st.integers(60, 800))
def test_no_section_has_much_more_than_its_share_of_what_is_cut(lines: list[tuple[int, int]], cap: int) -> None:
    among = sections([n * S for n in range(6)], [10] * 6, cap)
    prose = [Sentence(cost, (min(at, len(among.starts) - 1),)) for cost, at in lines]
    kept = cut(prose, among)
    assert kept == sorted(kept)
    used = Counter[int]()
    for number in kept:
        used[prose[number].sections[0]] += prose[number].cost
    assert all(spent < among.share + 60 for spent in used.values())
    full = {at for at, spent in used.items() if spent >= among.share}
    assert all(prose[number].sections[0] in full for number in set(range(len(prose))) - set(kept))


candidates = st.builds(
    Sentence,
    st.integers(1, 60),
    st.integers(0, 5).map(lambda at: (at,)),
    st.frozensets(st.integers(0, 20), max_size=4),
)


@given(st.lists(candidates, max_size=8), st.lists(candidates, max_size=40), st.integers(0, 600))
def test_what_is_chosen_fits_and_only_facts_are_worth_it(
    prose: list[Sentence], notes: list[Sentence], cap: int
) -> None:
    wanted = frozenset(range(10))
    chosen = choose(prose, notes, cap, facts=wanted)
    assert chosen == sorted(set(chosen))
    cost = sum(notes[number].cost for number in chosen)
    left = cap - sum(one.cost for one in prose) - cost
    assert not chosen or left >= 0
    assert all(notes[number].facts & wanted for number in chosen)
    have = frozenset[int]().union(*(notes[number].facts for number in chosen))
    rest = set(range(len(notes))) - set(chosen)
    assert all(notes[number].cost > left or not notes[number].facts & (wanted - have) for number in rest)


def test_the_section_that_has_nothing_comes_first() -> None:
    prose = [Sentence(50, (0,))]
    notes = [Sentence(20, (at,), frozenset({at * 3, at * 3 + 1})) for at in (0, 0, 1, 2, 2)]
    assert choose(prose, notes, 90, facts=frozenset(range(12))) == [2, 3]


def test_a_short_sentence_is_not_the_best_for_being_short() -> None:
    notes = [Sentence(5, (0,), frozenset({1})), Sentence(18, (0,), frozenset({2, 3}))]
    assert choose([], notes, 20, facts=frozenset({1, 2, 3})) == [1]


def _notes(number: int = 60) -> list[Note]:
    found = []
    for at in range(number):
        span = Span(at * 30 * S, (at + 1) * 30 * S)
        lines = [f"The wall in {PLACES[at % 10]} costs {4_000 + 10 * at} euros.", f"Team {at} reports by then."]
        found.append(Note((at,), span, " ".join(lines), tuple(Unit(line, (span,)) for line in lines)))
    return found


def test_a_writer_that_copies_until_its_cap_does_not_get_the_whole_summary() -> None:
    """What a small model does with many notes."""
    notes = _notes()
    copied = " ".join(note.text for note in notes)[:1_500]
    span = Span(0, notes[-1].span.end)
    finisher = Finisher(notes, span, lambda text: len(text) // 4, cap=420, carry=True, translated=False)
    draft = finisher.draft(Written(copied, 4_000, 375, 1.0, complete=False))
    thirds = Counter(citation.span.start * 3 // span.end for citation in draft.citations if citation.valid)
    assert set(thirds) == {0, 1, 2}
    assert max(thirds.values()) <= thirds.total() / 2
    assert any(note.endswith("sentences made way") for note in draft.fidelity.notes)


def test_an_answer_that_came_to_its_end_is_never_cut() -> None:
    notes = _notes()
    answer = "The wall in Ashford costs 4000 euros. The wall in Bolton costs 4010 euros."
    finisher = Finisher(
        notes, Span(0, notes[-1].span.end), lambda text: len(text) // 4, cap=420, carry=True, translated=False
    )
    draft = finisher.draft(Written(answer, 4_000, 20, 1.0))
    assert sentences(draft.text)[:2] == sentences(answer)
    assert len(sentences(draft.text)) > 8


def test_of_two_sentences_the_one_that_tells_more_is_chosen() -> None:
    notes = [Sentence(10, (0,), frozenset({1})), Sentence(10, (0,), frozenset({2}), worth=2.0)]
    assert choose([], notes, 10, facts=frozenset({1, 2})) == [1]


def test_sentences_without_facts_fill_only_what_is_allowed_and_only_sections_of_which_nothing_is_told() -> None:
    prose = [Sentence(10, (0,))]
    notes = [Sentence(10, (at,)) for at in (0, 1, 1, 2, 3, 4, 5)] + [Sentence(10, (5,), frozenset({1}), worth=0.1)]
    assert choose(prose, notes, 100, facts=frozenset({1})) == [7]
    assert choose(prose, notes, 100, facts=frozenset({1}), plain=30) == [1, 3, 5, 7], (
        "nothing was told of the last third"
    )
    assert choose(prose, notes, 100, facts=frozenset({1}), plain=100) == [1, 3, 4, 5, 6, 7]


def test_each_third_without_a_sentence_gets_one_where_there_is_room() -> None:
    notes = [Sentence(10, (at,)) for at in range(6)]
    prose = [Sentence(40, (4, 5))]
    assert choose(prose, notes, 100, facts=frozenset(), plain=1) == [0, 2]
    assert choose(prose, notes, 55, facts=frozenset(), plain=1) == [0]
    assert choose(prose, notes, 100, facts=frozenset(), plain=0) == []


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 4), st.integers(0, 3)), max_size=30),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_what_is_chosen_fits_and_is_chosen_once(lines: list[tuple[int, int, int]], cap: int, plain: int) -> None:
    notes = [Sentence(cost, (at,), frozenset({fact} if fact else ())) for cost, at, fact in lines]
    chosen = choose([], notes, cap, facts=frozenset({1, 2}), plain=min(plain, cap))
    assert chosen == sorted(set(chosen))
    assert sum(notes[number].cost for number in chosen) <= cap
    empty = [number for number in chosen if not notes[number].facts & {1, 2}]
    count, thirds = 1 + max((at for _, at, _ in lines), default=0), dict[int, list[int]]()
    for number in empty:
        thirds.setdefault(notes[number].sections[0] * 3 // count, []).append(notes[number].cost)
    assert sum(sum(costs) - max(costs) for costs in thirds.values()) <= plain, "beyond it only one of each third"
    assert plain or not empty
    assert len({notes[number].sections for number in empty}) == len(empty)


def test_a_heading_that_nobody_said_is_left_out() -> None:
    notes = _notes(4)
    finisher = Finisher(
        notes, Span(0, notes[-1].span.end), lambda text: len(text) // 4, cap=420, carry=False, translated=False
    )
    answer = (
        "Tasks with people and dates: The wall in Ashford costs 4000 euros. The wall in Bolton: it costs 4010 euros."
    )
    draft = finisher.draft(Written(answer, 400, 30, 1.0))
    assert draft.sentences[0] == "The wall in Ashford costs 4000 euros."
    assert draft.sentences[1].startswith("The wall in Bolton: ")


def test_a_sentence_that_nothing_bears_out_does_not_stand_for_its_part_of_the_recording() -> None:
    said = [
        "Much of political philosophy takes no account of where people are.",
        "A global tax on wealth is argued for in the book.",
        "Questions of norms are thought about in another way.",
    ]
    spans = [Span(at * 30 * S, (at + 1) * 30 * S) for at in range(3)]
    notes = [Note((at,), span, said[at], (Unit(said[at], (span,)),)) for at, span in enumerate(spans)]
    finisher = Finisher(notes, Span(0, 90 * S), lambda text: len(text) // 4, cap=200, carry=True, translated=False)
    answer = "Every harbour was closed by fishermen yesterday. A global tax on wealth is argued for in the book."
    draft = finisher.borne_out(finisher.draft(Written(answer, 100, 20, 1.0)))
    assert sorted(draft.sentences) == sorted(said)
