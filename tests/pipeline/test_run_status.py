"""Where a run stands, at each moment of it, seen from the store alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import Interrupted, ModelError
from pipeline.job import Step
from pipeline.models.protocol import Heard
from pipeline.process import process
from pipeline.run_status import RunStatus, left_s, run_status
from pipeline.settings import Settings
from pipeline.store import Run, Store
from tests.pipeline.quick import QuickHearer, QuickRegistry, quick_settings, tones

SECONDS = 30


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return tones(tmp_path / "talk.wav", SECONDS)


@pytest.fixture
def short(tmp_path: Path) -> Settings:
    sets = ["hear.part_rows=2", "describe.part_rows=2", "merge.budget=512", "merge.max_tokens=120", "merge.carry=0"]
    return quick_settings(tmp_path / "weights", sets)


def status(store: Store) -> RunStatus:
    (run,) = store.runs()
    found = run_status(run)
    assert found is not None
    return found


def test_a_run_is_watched_from_its_first_part_to_its_end(tmp_path: Path, sound: Path, short: Settings) -> None:
    store, seen = Store(tmp_path / "store"), list[RunStatus]()

    def watch(step: Step) -> None:
        seen.append(status(store))

    process(sound, short, store, QuickRegistry(), watch=watch)
    assert {one.state for one in seen} == {"running"}
    assert {(one.name, one.total) for one in seen} == {("talk.wav", SECONDS * TICKS_PER_SECOND)}
    stages = [one.stage for one in seen]
    order = ("hear", "describe", "merge")
    assert [order.index(stage) for stage in stages] == sorted(order.index(stage) for stage in stages)
    assert set(stages) == set(order)
    for stage in ("hear", "describe"):
        done = [one.done for one in seen if one.stage == stage]
        assert done == sorted(done)
        assert done[-1] == SECONDS * TICKS_PER_SECOND
        assert len(set(done)) > 2, "after every part"
    assert all(0 <= one.share <= 1 for one in seen)
    end = status(store)
    assert (end.state, end.stage, end.share) == ("complete", "merge", 1)


@pytest.mark.parametrize("stage", ["hear", "describe", "merge"])
def test_what_was_broken_off_is_unfinished(tmp_path: Path, sound: Path, short: Settings, stage: str) -> None:
    store, stop = Store(tmp_path / "store"), threading.Event()

    def watch(step: Step) -> None:
        if step.stage == stage and step.done:
            stop.set()

    with pytest.raises(Interrupted):
        process(sound, short, store, QuickRegistry(), watch=watch, stop=stop)
    broken = status(store)
    assert (broken.state, broken.stage) == ("unfinished", stage)
    assert 0 < broken.share < 1
    process(sound, short, store, QuickRegistry())
    assert status(store).state == "complete"


class Broken(QuickHearer):
    """It says of everything that it failed."""

    def _said(self, samples: object) -> Heard:
        return Heard("", (), 0.1, error="nothing heard")


def test_gaps_are_told_and_a_finished_run_is_answered_without_its_parts(
    tmp_path: Path, sound: Path, short: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    process(sound, short, store, QuickRegistry(Broken))
    gaps = status(store)
    assert (gaps.state, gaps.done) == ("gaps", SECONDS * TICKS_PER_SECOND)
    process(sound, short, store, QuickRegistry())

    def never(self: Run) -> None:
        raise ModelError("a part was read")

    for name in ("heard", "chunks", "nodes"):
        monkeypatch.setattr(Run, name, never)
    assert status(store).state == "complete"


def test_a_run_that_ends_early_and_one_that_never_began(tmp_path: Path, sound: Path, short: Settings) -> None:
    store = Store(tmp_path / "store")
    outcome = process(sound, short, store, QuickRegistry(), only="hear")
    assert (status(store).state, status(store).stage, status(store).share) == ("complete", "hear", 1)
    never = Store(tmp_path / "other").run(outcome.run.key)
    assert run_status(never) is None


def test_what_is_left_goes_by_the_pace_between_two_looks() -> None:
    before = RunStatus("r", "f", "a.wav", "hear", 100, 1000, "running")
    now = RunStatus("r", "f", "a.wav", "hear", 400, 1000, "running")
    assert left_s(before, now, 30) == 60
    assert left_s(before, before, 30) is None
    assert left_s(now, before, 30) is None
    assert left_s(before, RunStatus("r", "f", "a.wav", "merge", 400, 1000, "running"), 30) is None


def test_a_header_that_told_too_much_leaves_a_done_run_whole(tmp_path: Path, sound: Path, short: Settings) -> None:
    store = Store(tmp_path / "store")
    run = process(sound, short, store, QuickRegistry()).run
    document = run.document()
    assert document is not None
    run.save(document.model_copy(update={"duration": 3 * document.duration}))
    assert status(store).share == 1
