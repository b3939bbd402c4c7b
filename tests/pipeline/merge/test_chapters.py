"""Groups of a merge end where chapters do, as far as balance allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.merge import merge
from pipeline.merge.heard import chapter_starts
from pipeline.merge.inputs import Note, at_chapters
from pipeline.settings import load
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import DescribeRow, HearRow
from pipeline.text.cues import Cue
from tests.pipeline.merge.writers import Words, first_sentences, node_writer

CHUNKS = 40


def stored(folder: Path, border: int) -> Run:
    """A run of forty chunks of half a minute: at chunk `border` the talk changes its topic, the summaries do not."""
    run = Store(folder).run(RunKey("r", {"hear": "h", "describe": "d", "merge": "m"}))
    heard, chunks = [], []
    for at in range(CHUNKS):
        start, end = at * 30 * S, (at + 1) * 30 * S
        words = "pier crack concrete steel bridge" if at < border else "kitchen recipe butter oven flour"
        cues = [
            Cue(start + n * 6 * S, start + n * 6 * S + 5 * S, f"We saw the {word}.")
            for n, word in enumerate(words.split())
        ]
        heard.append(
            HearRow(recording="r", index=at, start=start, end=end, heard_start=start, status="processed",
                    transcript=" ".join(cue.text for cue in cues), cues=cues)
        )  # fmt: skip
        summary = "Somebody saw something there and said much about it all the while."
        chunks.append(
            DescribeRow(recording="r", index=at, start=start, end=end, kind="window", inputs="x", status="processed",
                        summary=summary)
        )  # fmt: skip
    run.hear.write(0, heard)
    run.describe.write(0, chunks)
    return run


@pytest.mark.parametrize("border", [18, 20, 23])
def test_a_group_ends_with_its_chapter(tmp_path: Path, border: int) -> None:
    run = stored(tmp_path, border)
    assert [start // S for start in chapter_starts(run)] == [border * 30]
    merge(run, node_writer(Words(first_sentences), load(sets=["merge.budget=600", "merge.max_tokens=64"])))
    assert [node.children[0] for node in run.nodes(1)] == [0, border]


def test_of_what_was_not_heard_there_are_no_chapters(tmp_path: Path) -> None:
    assert chapter_starts(Store(tmp_path).run(RunKey("r", {"describe": "d", "merge": "m"}))) == []


def test_a_chapter_strengthens_the_border_next_to_it() -> None:
    notes = [Note((at,), Span(at * 10, at * 10 + 10), "x", ()) for at in range(4)]
    assert at_chapters([0.5] * 4, notes, [19]) == [0.5, 0.5, 1.0, 0.5]
    assert at_chapters([0.5] * 4, notes, [2]) == [0.5] * 4
    assert at_chapters([], [], [5]) == []
