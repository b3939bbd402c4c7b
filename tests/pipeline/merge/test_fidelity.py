"""What was invented is found, marked, asked about once, and never climbs; what was lost is carried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.merge import merge, sentences
from pipeline.merge.fidelity import comparable, invented, measure, repetition
from pipeline.settings import load
from pipeline.store.tables import NodeRow
from tests.pipeline.merge.writers import Words, chunk, first_sentences, node_writer, stored

SMALL = ["merge.budget=600", "merge.max_tokens=64"]
NOTES = "Anna Keller sold 1,200 boats on 14 March. The roof takes twelve days."


def merged(folder: Path, writer: Words, count: int = 12, *sets: str) -> NodeRow:
    run = stored(folder, [chunk(n) for n in range(count)])
    with run.writing():
        root = merge(run, node_writer(writer, load(sets=[*SMALL, *sets])))
    assert root is not None
    return root


def figures(node: NodeRow) -> dict[str, object]:
    found: dict[str, object] = json.loads(node.fidelity)
    return found


def valid(node: NodeRow, sentence: int) -> bool:
    return any(c.valid for c in node.citations if c.sentence == sentence)


@pytest.mark.parametrize(
    ("line", "items"),
    [
        ("Keller sold 1200 boats on March 14.", ()),
        ("The roof takes 12 days.", ()),
        ("They sold 1,300 boats.", ("1,300",)),
        ("It was on 15 March.", ("15 March",)),
        ("The boats went to Lisbon.", ("Lisbon",)),
        ("The boats of Keller went to Lisbon on 15 March.", ("Lisbon", "15 March")),
    ],
)
def test_what_is_in_no_note_is_invented(line: str, items: tuple[str, ...]) -> None:
    assert invented([line], NOTES) == ({0: items} if items else {})


def test_shares_and_names_of_what_is_missing() -> None:
    found = measure(["Keller sold 1,200 boats."], NOTES, [], ratio=0.4)
    assert (found.asked, found.kept) == ({"number": 1, "date": 1, "name": 1}, {"number": 1, "date": 0, "name": 0})
    assert found.missing == ("Anna Keller", "14 March")
    assert [mark.why for mark in found.marks] == ["uncited"]
    assert found.faults(1.0, stays=False) == ["lost"]
    assert found.faults(0.1, stays=False) == []


@pytest.mark.parametrize(("text", "share"), [("", 0.0), ("a b c d", 0.0), ("a b c d " * 50, 0.9), ("la " * 40, 0.9)])
def test_repetition(text: str, share: float) -> None:
    assert repetition(text) >= share
    assert share or repetition(text) == 0


def test_names_are_not_compared_where_every_noun_has_a_capital() -> None:
    german = "Gestern hat Anna dem Verein das Boot verkauft. Danach kam der Regen auf die Wiese am Hafen."
    assert comparable(german) == ("number", "date")
    assert "name" in comparable(NOTES + " " + "it was said again and again that the weather was fine " * 3)


def test_an_invented_number_is_left_out(tmp_path: Path) -> None:
    writer = Words(lambda lines: f"Anna Keller counts 987654 parts of the crane. {first_sentences(lines)}")
    root = merged(tmp_path, writer)
    assert root.attempts == len(writer.prompts) == 1
    assert "987654" not in root.text
    assert "1 sentences that nothing bears out" in figures(root)["notes"]  # type: ignore[operator]
    assert all(valid(root, number) for number in range(len(root.sentences)))


def test_a_second_answer_that_is_right_is_taken(tmp_path: Path) -> None:
    tries = iter(["They counted 987654 parts of the crane.", "Anna Keller counts 100 parts of the crane."])
    writer = Words(lambda lines: next(tries))
    root = merged(tmp_path, writer)
    assert "not in the notes: 987654" in writer.prompts[1].user
    assert sentences(root.text)[0] == "Anna Keller counts 100 parts of the crane."
    assert (root.attempts, figures(root)["invented"]) == (2, [])


def test_what_was_invented_does_not_climb(tmp_path: Path) -> None:
    writer = Words(lambda lines: f"Anna Keller counts 987654 parts of the crane. {first_sentences(lines)}")
    run = stored(tmp_path, [chunk(n) for n in range(200)])
    with run.writing():
        merge(run, node_writer(writer, load(sets=SMALL)))
    notes = [line for prompt in writer.prompts for line in prompt.user.splitlines() if line.startswith("- ")]
    assert len(run.levels()) > 1
    assert not any("987654" in line for line in notes)


def test_what_the_writer_left_out_is_carried_and_cited(tmp_path: Path) -> None:
    writer = Words(lambda lines: "Anna Keller counts 100 parts of the crane.")
    root = merged(tmp_path, writer, 5)
    assert figures(root)["share"] == 1.0
    assert root.text.count("\n- ") == 4
    assert [(c.sentence, c.start, c.how) for c in root.citations[1:]] == [(n, n * 10, "carried") for n in range(1, 5)]
    assert root.attempts == 1


def test_nothing_is_carried_where_that_is_not_wanted(tmp_path: Path) -> None:
    writer = Words(lambda lines: "Anna Keller counts 100 parts of the crane.")
    root = merged(tmp_path, writer, 5, "merge.carry=0")
    assert root.text == "Anna Keller counts 100 parts of the crane."
    assert root.attempts == 2
    assert "Name: " in writer.prompts[1].user


@pytest.mark.parametrize("answer", ["", "...", "lift stop, " * 300, "They paid 987654 euros."])
def test_an_answer_of_no_use_leaves_an_extract(tmp_path: Path, answer: str) -> None:
    root = merged(tmp_path, Words(lambda lines: answer), 5)
    assert figures(root)["notes"] == ["extract"]
    assert sentences(root.text) == [chunk(n).summary for n in range(5)]
    assert all(valid(root, n) for n in range(5))


def test_an_answer_of_words_from_the_instructions_leaves_an_extract(tmp_path: Path) -> None:
    writer = Words(lambda lines: "Decisions first. Tasks with their people and dates. Open questions.")
    root = merged(tmp_path, writer, 5)
    assert len(writer.prompts) == root.attempts == 2
    assert figures(root)["notes"] == ["extract"]
    assert list(root.sentences) == [chunk(n).summary for n in range(5)]


def test_an_unfinished_last_sentence_is_left_out(tmp_path: Path) -> None:
    class Cut(Words):
        def write(self, prompts, *, max_tokens, temperature=0.0):  # type: ignore[no-untyped-def]
            from dataclasses import replace

            answers = super().write(prompts, max_tokens=max_tokens, temperature=temperature)
            return [replace(one, complete=False) for one in answers]

    root = merged(tmp_path, Cut(lambda lines: f"{' '.join(lines)} And then they"), 5)
    assert sorted(root.sentences) == sorted(chunk(n).summary for n in range(5))
    assert "unfinished" in figures(root)["notes"]  # type: ignore[operator]


def test_wrong_labels_are_never_shown_as_right(tmp_path: Path) -> None:
    writer = Words(lambda lines: " ".join(line.replace(".", " [1].") for line in lines))
    root = merged(tmp_path, writer, 6, "merge.cite=true")
    assert "[6] " in writer.prompts[0].user
    places = {chunk(n).summary: n for n in range(6)}
    for number, sentence in enumerate(root.sentences):
        shown = [c for c in root.citations if c.valid and c.sentence == number]
        assert [c.start for c in shown] == [places[sentence] * 10]
        assert [c.how == "cited" for c in shown] == [places[sentence] == 0]
    assert "[" not in root.text


def test_bullets_of_an_answer_stay_lines(tmp_path: Path) -> None:
    root = merged(tmp_path, Words(lambda lines: "\n".join(f"* {line}" for line in lines)), 3)
    assert root.text == "\n".join(["- " + chunk(n).summary for n in range(3)])
