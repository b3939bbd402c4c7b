"""Several threads, one recipe: what they get is what each would get alone, in fewer calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from chunkers import Span, Window
from pipeline import recipes
from pipeline.errors import ModelError
from pipeline.models.protocol import Writer
from pipeline.recipes.protocol import Chunk, Part, Recipe
from pipeline.recipes.shared_batches import SharedBatches
from pipeline.settings import load
from pipeline.store.tables import ChunkRow

PATIENCE_S = 20


class Slow:
    """Holds its first call until `go`; fails on a recording that is called `bad`."""

    sees = False
    writer: Writer

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def begin(self, chunk: Chunk) -> Chunk:
        return chunk

    def describe(self, *parts: Part) -> list[ChunkRow]:
        self.calls.append([part.recording for part in parts])
        self.begun.set()
        assert self.go.wait(PATIENCE_S)
        if any(part.recording == "bad" for part in parts):
            raise ModelError("bad")
        return [
            ChunkRow(
                recording=part.recording,
                index=chunk.index,
                start=chunk.span.start,
                end=chunk.span.end,
                kind="window",
                status="processed",
            )
            for part in parts
            for chunk in part.chunks
        ]


def _part(recording: str, indices: Sequence[int]) -> Part:
    samples = np.zeros(16, np.float32)
    spans = [(index, Span(index * 16, index * 16 + 16)) for index in indices]
    return Part(recording, [Window(i, span=span, heard=span, samples=samples, silent=False) for i, span in spans])


def _all(recipe: Slow, together: SharedBatches, parts: Sequence[Part]) -> list[list[ChunkRow] | ModelError]:
    """What each caller gets where the first is in the model while the others come, one after the other."""

    def ask(part: Part) -> list[ChunkRow] | ModelError:
        try:
            return together.describe(part)
        except ModelError as error:
            return error

    with ThreadPoolExecutor(len(parts)) as pool:
        futures = [pool.submit(ask, parts[0])]
        assert recipe.begun.wait(PATIENCE_S)
        for number, part in enumerate(parts[1:], 1):
            futures.append(pool.submit(ask, part))
            until = time.monotonic() + PATIENCE_S
            while len(together._waiting) < number and time.monotonic() < until:
                time.sleep(0.001)
        recipe.go.set()
        return [future.result(PATIENCE_S) for future in futures]


def test_who_waits_is_described_in_common() -> None:
    recipe = Slow()
    parts = [_part("a", [0]), _part("b", [0]), _part("c", [4, 5]), _part("d", [0])]
    got = _all(recipe, SharedBatches(recipe, most=3), parts)
    assert recipe.calls == [["a"], ["b", "c"], ["d"]]
    for part, rows in zip(parts, got, strict=True):
        assert isinstance(rows, list)
        assert [(row.recording, row.index) for row in rows] == [(part.recording, one.index) for one in part.chunks]


def test_a_part_larger_than_the_limit_still_goes_through() -> None:
    recipe = Slow()
    got = _all(recipe, SharedBatches(recipe, most=1), [_part("a", range(3)), _part("b", range(2))])
    assert recipe.calls == [["a"], ["b"]]
    assert [len(rows) for rows in got if isinstance(rows, list)] == [3, 2]


def test_a_failure_stays_with_its_own_recording() -> None:
    recipe = Slow()
    got = _all(
        recipe, SharedBatches(recipe, most=8), [_part("a", [0]), _part("b", [0]), _part("bad", [0]), _part("c", [1])]
    )
    assert [type(one) for one in got] == [list, list, ModelError, list]
    assert recipe.calls == [["a"], ["b", "bad", "c"], ["b"], ["bad"], ["c"]]


@pytest.mark.parametrize(
    ("sets", "shared"),
    [
        ((), False),
        (("media.recordings=5",), True),
        (("media.recordings=5", "write.engine=endpoint", "endpoint.url=http://127.0.0.1:9/v1"), False),
    ],
)
def test_only_where_it_is_asked_for_and_nothing_leaves(
    monkeypatch: pytest.MonkeyPatch, sets: Sequence[str], shared: bool
) -> None:
    settings = load(sets=[*sets, "hear.model=whisper-base"])
    monkeypatch.setattr("pipeline.models.registry.hearer", lambda _settings: None)
    monkeypatch.setattr("pipeline.models.registry.writer", lambda _settings: None)
    recipe: Recipe = recipes.load(settings)
    assert isinstance(recipe, SharedBatches) == shared
    assert (recipes.load(settings) is recipe) == shared
