"""What a row rests on: it stays while its span and its inputs do, and is made anew, or gone, when they change."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chunkers.spans import Span
from pipeline.stages.driver import run_stage
from pipeline.stages.protocol import Made, Part
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import DescribeRow


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Store(tmp_path).run(RunKey("r", {"hear": "h", "describe": "d"}))


@dataclass(frozen=True)
class Text:
    """An item of the stage behind: a span, and what was said in it."""

    index: int
    span: Span
    said: str = "x"


class Copies:
    """A stage, and a worker, that copies what was said."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    @property
    def worker(self) -> Copies:
        return self

    def inputs(self, item: Text) -> str:
        return item.said

    def without_model(self, item: Text) -> DescribeRow | None:
        return None

    def begin(self, item: Text) -> Text:
        return item

    def work(self, *parts: Part[Text]) -> list[Made[DescribeRow]]:
        self.asked += [item.index for part in parts for item in part.items]
        return [Made(_copied(item)) for part in parts for item in part.items]


def _copied(item: Text) -> DescribeRow:
    start, end = item.span.start, item.span.end
    return DescribeRow(
        recording="r", index=item.index, start=start, end=end, kind="window", inputs=item.said, status="processed",
        summary=item.said,
    )  # fmt: skip


def texts(*borders: int, said: str = "x") -> list[Text]:
    return [Text(n, Span(start, end), said) for n, (start, end) in enumerate(itertools.pairwise(borders))]


def copy(run: Run, items: Iterable[Text], part_rows: int = 2) -> list[int]:
    """Run the stage on `items`; returns the indices that were asked for."""
    stage = Copies()
    run_stage(stage, items, run.describe, recording="r", part_rows=part_rows, progress=lambda _end: None)
    return stage.asked


def test_a_row_whose_span_or_inputs_changed_is_made_anew_and_no_other(run: Run) -> None:
    items = texts(0, 10, 20, 30, 40, 50)
    assert copy(run, items) == [0, 1, 2, 3, 4]
    assert copy(run, items) == []
    items[1] = replace(items[1], said="y")
    assert copy(run, items) == [1]
    items[3:] = [Text(3, Span(30, 44)), Text(4, Span(44, 50))]
    assert copy(run, items) == [3, 4]
    assert [(row.span, row.summary) for row in run.chunks()] == [(item.span, item.said) for item in items]


def test_rows_and_parts_that_no_item_stands_for_are_gone(run: Run) -> None:
    copy(run, texts(0, 10, 20, 30, 40, 50))
    assert run.describe.numbers() == [0, 1, 2]
    fewer = texts(0, 10, 20, 30)
    assert copy(run, fewer) == []
    assert run.describe.numbers() == [0, 1]
    assert [row.index for row in run.chunks()] == [0, 1, 2]
    joined = [Text(0, Span(0, 20)), Text(2, Span(20, 30))]
    assert copy(run, joined) == [0]
    assert [(row.index, row.span) for row in run.chunks()] == [(item.index, item.span) for item in joined]
    assert copy(run, []) == []
    assert run.describe.numbers() == []


def test_a_stage_counts_its_parts(run: Run) -> None:
    items = texts(0, 10, 20, 30, 40, 50)
    progress: list[int] = []
    parts = run_stage(Copies(), items, run.describe, recording="r", part_rows=2, progress=progress.append)
    assert (parts, progress) == (3, [20, 40, 50])
    holes = [Text(0, Span(0, 90)), Text(9, Span(90, 100))]
    parts = run_stage(Copies(), holes, run.describe, recording="r", part_rows=2, progress=progress.append)
    assert (parts, run.describe.numbers()) == (2, [0, 4]), "a part that no item falls into is not there"
