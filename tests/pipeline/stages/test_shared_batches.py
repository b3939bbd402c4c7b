"""Several threads, one worker: what they get is what each would get alone, in fewer calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from chunkers.audio import Window
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import ModelError
from pipeline.process import process
from pipeline.stages.hear import Sound
from pipeline.stages.protocol import Made, Part
from pipeline.stages.shared_batches import SharedBatches
from pipeline.store import Store
from pipeline.store.tables import HearRow
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

PATIENCE_S = 20

_T = TypeVar("_T")


class Slow:
    """Holds its first call until `go`; fails on a recording that is called `bad`."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def begin(self, item: Sound) -> Sound:
        return item

    def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
        self.calls.append([part.recording for part in parts])
        self.begun.set()
        assert self.go.wait(PATIENCE_S)
        if any(part.recording == "bad" for part in parts):
            raise ModelError("bad")
        return [_made(part.recording, item) for part in parts for item in part.items]


def _made(recording: str, item: Sound) -> Made[HearRow]:
    start, end = item.span.start, item.span.end
    return Made(
        HearRow(recording=recording, index=item.index, start=start, end=end, heard_start=start, status="processed")
    )


def _part(recording: str, indices: Sequence[int]) -> Part[Sound]:
    samples = np.zeros(16, np.float32)
    spans = [(index, Span(index * 16, index * 16 + 16)) for index in indices]
    return Part(recording, [Window(i, span=span, heard=span, samples=samples, silent=False) for i, span in spans])


Answer = list[Made[HearRow]] | ModelError


def _all(worker: Slow, shared: SharedBatches[Sound, HearRow], parts: Sequence[Part[Sound]]) -> list[Answer]:
    """What each caller gets where the first is in the model while the others come, one after the other."""

    def ask(part: Part[Sound]) -> Answer:
        try:
            return shared.work(part)
        except ModelError as error:
            return error

    with ThreadPoolExecutor(len(parts)) as pool:
        futures = [pool.submit(ask, parts[0])]
        assert worker.begun.wait(PATIENCE_S)
        for number, part in enumerate(parts[1:], 1):
            futures.append(pool.submit(ask, part))
            until = time.monotonic() + PATIENCE_S
            while len(shared._waiting) < number and time.monotonic() < until:
                time.sleep(0.001)
        worker.go.set()
        return [future.result(PATIENCE_S) for future in futures]


def test_who_waits_is_worked_on_in_common() -> None:
    worker = Slow()
    parts = [_part("a", [0]), _part("b", [0]), _part("c", [4, 5]), _part("d", [0])]
    got = _all(worker, SharedBatches(worker, most=3), parts)
    assert worker.calls == [["a"], ["b", "c"], ["d"]]
    for part, made in zip(parts, got, strict=True):
        assert isinstance(made, list)
        assert [(one.row.recording, one.row.index) for one in made] == [
            (part.recording, item.index) for item in part.items
        ]


def test_a_part_larger_than_the_limit_still_goes_through() -> None:
    worker = Slow()
    got = _all(worker, SharedBatches(worker, most=1), [_part("a", range(3)), _part("b", range(2))])
    assert worker.calls == [["a"], ["b"]]
    assert [len(made) for made in got if isinstance(made, list)] == [3, 2]


def test_a_failure_stays_with_its_own_recording() -> None:
    worker = Slow()
    got = _all(
        worker, SharedBatches(worker, most=8), [_part("a", [0]), _part("b", [0]), _part("bad", [0]), _part("c", [1])]
    )
    assert [type(one) for one in got] == [list, list, ModelError, list]
    assert worker.calls == [["a"], ["b", "bad", "c"], ["b"], ["bad"], ["c"]]


class Watched(QuickRegistry):
    """A registry that keeps what was asked of it."""

    def __init__(self) -> None:
        super().__init__(keep=True)
        self.held: dict[Hashable, object] = {}
        self.loads: list[Hashable] = []

    def hold(self, holder: int, key: Hashable, load: Callable[[], _T]) -> _T:
        def loading() -> _T:
            self.loads.append(key)
            return load()

        model = super().hold(holder, key, loading)
        self.held[key] = model
        return model

    @property
    def shared(self) -> list[str]:
        """The stages whose worker is shared, as often as one was made."""
        return [key[1] for key in self.loads if isinstance(key, tuple) and key[0] == "shared"]


@pytest.mark.parametrize(
    ("sets", "shared"),
    [
        ([], []),
        (["media.recordings=5"], ["hear", "describe"]),
        (["media.recordings=5", "write.engine=endpoint", "endpoint.url=http://127.0.0.1:9/v1"], ["hear"]),
    ],
)
def test_only_where_it_is_asked_for_and_nothing_leaves(tmp_path: Path, sets: list[str], shared: list[str]) -> None:
    settings, registry = quick_settings(tmp_path / "weights", sets), Watched()
    outcomes = [
        process(tones(tmp_path / f"{pitch}.wav", 9, pitch=pitch), settings, Store(tmp_path / "store"), registry)
        for pitch in (200, 300)
    ]
    assert [outcome.state for outcome in outcomes] == ["complete", "complete"]
    assert registry.shared == shared, "made once, for both recordings"


def test_a_recording_without_words_leaves_the_next_one_its_writer(tmp_path: Path) -> None:
    settings, registry = quick_settings(tmp_path / "weights", ["media.recordings=5"]), Watched()
    silent = tones(tmp_path / "silent.wav", 0, more=9 * TICKS_PER_SECOND)
    talk = tones(tmp_path / "talk.wav", 9)
    outcomes = [process(path, settings, Store(tmp_path / "store"), registry) for path in (silent, talk)]
    assert [outcome.state for outcome in outcomes] == ["complete", "complete"]
    assert {row.status for row in outcomes[0].run.chunks()} == {"silent"}
    assert "processed" in {row.status for row in outcomes[1].run.chunks()}


def test_recordings_on_several_threads_get_what_each_would_get_alone(tmp_path: Path) -> None:
    paths = [tones(tmp_path / f"{pitch}.wav", 17, pitch=pitch) for pitch in (200, 300, 400, 500)]
    alone = quick_settings(tmp_path / "weights")
    shared = quick_settings(tmp_path / "weights", ["media.recordings=4"])
    registry = Watched()
    with ThreadPoolExecutor(4) as pool:
        one = [process(path, alone, Store(tmp_path / "one"), QuickRegistry()) for path in paths]
        four = list(pool.map(lambda path: process(path, shared, Store(tmp_path / "four"), registry), paths))
    assert [outcome.run.key for outcome in one] == [outcome.run.key for outcome in four]
    for a, b in zip(one, four, strict=True):
        assert list(a.run.heard()) == list(b.run.heard())
        assert list(a.run.chunks()) == list(b.run.chunks())
        assert [node.text for node in a.run.nodes(1)] == [node.text for node in b.run.nodes(1)]
    assert sorted(registry.shared) == ["describe", "hear"]
