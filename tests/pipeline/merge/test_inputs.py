"""What goes into a merge keeps its moments: sentence by sentence, however the text is cut or punctuated."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import Span
from pipeline.merge import merge
from pipeline.merge.inputs import ChunkSummary, Note, Unit, of_chunks, pieces
from pipeline.settings import load
from pipeline.store.tables import NodeRow
from pipeline.text.sentences import joined, sentences
from tests.pipeline.merge.writers import Words, chunk, node_writer, stored

WORDS = ["pump", "valve", "12", "Anna", "closes", ".", "opens"]

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join)


@given(st.lists(words, min_size=1, max_size=12), st.integers(4, 60))
def test_pieces_of_a_note_fit_and_keep_each_sentence_with_its_moments(texts: list[str], room: int) -> None:
    units = tuple(Unit(text, (Span(at, at + 1),)) for at, text in enumerate(texts))
    note = Note((0,), Span(0, len(texts)), joined(texts), units)
    found = pieces(note, room, len)
    assert all(len(piece.text) <= room for piece in found)
    assert "".join(text for piece in found for text in piece.text.split()) == "".join("".join(texts).split())
    for piece in found:
        for unit in piece.units:
            (span,) = unit.spans
            assert unit.text in texts[span.start]


def test_notes_without_full_stops_stay_apart() -> None:
    rows = [chunk(0, "- the pump was stopped\n- two valves leak"), chunk(1, "Anna closes them.")]
    notes, _ = of_chunks(ChunkSummary.of(row) for row in rows)
    assert [unit.text for unit in notes[0].units] == ["the pump was stopped", "two valves leak"]


def root_of(folder: Path, summaries: list[str]) -> NodeRow:
    run = stored(folder, [chunk(at, text) for at, text in enumerate(summaries)])
    with run.writing():
        root = merge(run, node_writer(Words(lambda notes: ""), load(sets=["merge.budget=600", "merge.max_tokens=200"])))
    assert root is not None
    return root


def test_an_extract_of_notes_without_full_stops_cites_the_moment_of_each(tmp_path: Path) -> None:
    root = root_of(
        tmp_path, ["the pump was stopped", "two valves leak", "- Dr. Ode closes them\n- nobody is hurt", "Done."]
    )
    moments = {text: [c.start for c in root.citations if c.sentence == at] for at, text in enumerate(root.sentences)}
    assert moments == {
        "the pump was stopped": [0],
        "two valves leak": [10],
        "Dr. Ode closes them": [20],
        "nobody is hurt": [20],
        "Done.": [30],
    }
    assert sentences(root.text) == root.sentences


def test_a_row_without_stored_sentences_is_divided_when_it_is_read() -> None:
    row = NodeRow(
        recording="r", level=1, index=0, start=0, end=1, children=[0], status="processed", text="It rains. It snows."
    )
    assert row.sentences == ["It rains.", "It snows."]
