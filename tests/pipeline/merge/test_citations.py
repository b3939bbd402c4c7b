"""A citation holds only where the notes that it names hold the sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import Span
from pipeline.merge.citations import Source, Sources, labels, labels_inside, unlabelled
from pipeline.text.sentences import sentences

NOTES = (
    "The meeting opens with the budget of the harbour museum. Anna Keller says that 42,500 euros are left.",
    "Pavel Novak reports that the roof leaks in the east wing. The repair takes 18 days.",
    "Visitors complain about the lift, which stopped 11 times in May.",
    "There is talk about the coffee machine. Nobody wants to pay for it.",
    "Ruth Abel will write to the insurer before Friday.",
)
SOURCES = Sources([Source(n, text, (Span(n * 30, n * 30 + 30),)) for n, text in enumerate(NOTES, 1)])


def cited(sentence: str, named: tuple[int, ...] = (), *, translated: bool = False) -> list[tuple[int, bool, str]]:
    return [(c.span.start // 30, c.valid, c.how) for c in SOURCES.cite(0, sentence, named, translated=translated)]


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("42,500 euros of the museum's budget are left, says Anna Keller.", 1),
        ("Repairing the leaking roof of the east wing will take 18 days.", 2),
        ("The lift stopped 11 times in May.", 3),
        ("Ruth Abel is going to write to the insurer.", 5),
    ],
)
def test_a_sentence_is_aligned_with_the_note_it_comes_from(sentence: str, label: int) -> None:
    assert cited(sentence) == [(label, True, "aligned")]


def test_a_sentence_of_two_notes_names_both() -> None:
    assert cited("The roof leaks in the east wing, and visitors complain about the lift that stopped 11 times.") == [
        (2, True, "aligned"), (3, True, "aligned"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "The roof repair in the east wing takes 11 days.",
        "The budget of the harbour museum is 42,000 euros.",
        "The director resigned and moved to Lisbon.",
        "Everybody was happy with everything.",
    ],
)
def test_a_sentence_that_no_note_holds_has_no_valid_citation(sentence: str) -> None:
    assert cited(sentence) == []


def test_a_right_label_is_taken() -> None:
    assert cited("The lift stopped 11 times in May.", (3,)) == [(3, True, "cited")]


def test_a_wrong_label_is_kept_as_wrong_only_where_nothing_better_is_found() -> None:
    assert cited("The lift stopped 11 times in May.", (4,)) == [(3, True, "aligned")]
    assert cited("The director resigned.", (4,)) == [(4, False, "cited")]


def test_a_label_of_no_note_names_nothing() -> None:
    assert cited("The director resigned.", (99,)) == []


def test_in_another_language_a_label_is_held_by_its_numbers_alone() -> None:
    assert cited("Der Aufzug blieb 11 Mal stehen.", (3,), translated=True) == [(3, True, "cited")]
    assert cited("Der Aufzug blieb 12 Mal stehen.", (3,), translated=True) == [(3, False, "cited")]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It rained [3].", [3]), ("It rained [3, 5] and [7].", [3, 5, 7]), ("[2-4] It rained.", [2, 3, 4]),
        ("It cost [42,500 euros].", []), ("It rained.", []), ("[1][1]", [1]), ("[9-3] x", []),
        ("[1-90000000000] x", [1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_labels_are_read(sentence: str, found: list[int]) -> None:
    assert labels(sentence) == found


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It rained [3].", "It rained."), ("[3] It rained.", "It rained."), ("It [1] rained [2, 3].", "It rained."),
        ("- [3] It rained.", "- It rained."), ("It cost [42,500 euros].", "It cost [42,500 euros]."),
    ],
)  # fmt: skip
def test_labels_are_not_shown(text: str, plain: str) -> None:
    assert unlabelled(text) == plain


def test_a_label_behind_the_full_stop_stays_with_its_sentence() -> None:
    lines = sentences(labels_inside("It rained. [1] It snowed. [2][3]"))
    assert [labels(line) for line in lines] == [[1], [2, 3]]
    lines = sentences(labels_inside("[1] It rained. [2] It snowed."))
    assert [labels(line) for line in lines] == [[1], [2]]


@given(st.text(max_size=120) | st.text("ab1 .[],-", max_size=120), st.lists(st.integers(0, 9), max_size=3))
def test_any_sentence_is_taken_and_every_valid_citation_is_of_a_note(sentence: str, named: list[int]) -> None:
    for citation in SOURCES.cite(0, sentence, named):
        assert 30 <= citation.span.start < citation.span.end <= 180
