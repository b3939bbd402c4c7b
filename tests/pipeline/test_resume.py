"""Runs that go on with another decoder, a window heard at last, other settings: only what must be is made anew."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chunkers.ffmpeg import find_ffmpeg
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import Interrupted
from pipeline.job import Step
from pipeline.models.protocol import Heard, Samples
from pipeline.process import process
from pipeline.settings import Settings
from pipeline.store import Run, Store
from pipeline.store.coverage import coverage
from pipeline.store.tables import NodeRow
from tests.pipeline.quick import QuickHearer, QuickRegistry, QuickWriter, quick_settings, tones

PARTS = ["hear.part_rows=2", "describe.part_rows=2", "merge.budget=512", "merge.max_tokens=120", "merge.carry=0"]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return tones(tmp_path / "talk.wav", 30)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def settings(tmp_path: Path, *sets: str) -> Settings:
    return quick_settings(tmp_path / "weights", [*PARTS, *sets])


class Counted(QuickRegistry):
    """A registry whose one hearer and one writer can be asked how much they did."""

    def __init__(self, hearer: QuickHearer | None = None) -> None:
        self.ears, self.pen = hearer or QuickHearer(), QuickWriter()
        super().__init__(lambda: self.ears, lambda: self.pen)


def interrupt(sound: Path, chosen: Settings, store: Store, stage: str) -> Run:
    """A run that is stopped after the first part of `stage`."""
    stop = threading.Event()

    def watch(step: Step) -> None:
        if step.stage == stage and step.done:
            stop.set()

    with pytest.raises(Interrupted):
        process(sound, chosen, store, QuickRegistry(), watch=watch, stop=stop)
    (run,) = store.runs()
    return run


def other_ffmpeg(folder: Path, samples: int) -> Path:
    """An ffmpeg that gives so many samples more of every track."""
    wrapper = folder / "ffmpeg"
    real = shlex.quote(str(find_ffmpeg()))
    wrapper.write_text(
        "#!/usr/bin/env bash\n"
        "words=()\n"
        'for word in "$@"; do\n'
        f'  [[ $word == *aresample=* ]] && word="$word,apad=pad_len={samples}"\n'
        '  words+=("$word")\n'
        "done\n"
        f'exec {real} "${{words[@]}}"\n'
    )
    wrapper.chmod(0o755)
    return wrapper


@pytest.mark.parametrize("stage", ["hear", "describe", "merge"])
def test_a_decoder_that_gives_more_ends_a_run_that_another_began(
    tmp_path: Path, sound: Path, store: Store, stage: str
) -> None:
    begun = interrupt(sound, settings(tmp_path), store, stage)
    before, described = list(begun.heard()), list(begun.chunks())
    registry = Counted()
    other = settings(tmp_path, f"media.ffmpeg={other_ffmpeg(tmp_path, 100)}")
    outcome = process(sound, other, store, registry)
    assert (outcome.state, outcome.run.key) == ("complete", begun.key)
    rows = list(outcome.run.heard())
    more = 100 if stage == "hear" else 0
    assert coverage(rows).end == coverage(outcome.run.chunks()).end == 30 * TICKS_PER_SECOND + more
    if stage == "hear":
        assert 0 < len(before) < len(rows)
        assert rows[: len(before) - 1] == before[:-1], "what is stored stays as it was cut"
        assert registry.ears.heard <= sum(row.status == "processed" for row in rows) - len(before) + 1
    else:
        assert rows == before
        assert registry.ears.heard == 0
        assert list(outcome.run.chunks())[: len(described)] == described


def test_a_finished_run_is_finished_for_any_decoder(tmp_path: Path, sound: Path, store: Store) -> None:
    process(sound, settings(tmp_path), store, QuickRegistry())
    other = settings(tmp_path, f"media.ffmpeg={other_ffmpeg(tmp_path, 100)}")
    assert process(sound, other, store, QuickRegistry()).fresh is False


class DeafAtFirst(QuickHearer):
    """It fails at the third window that it is given, and at that again."""

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        heard = super().hear(batch, language=language, careful=careful)
        if careful or self.heard - len(batch) <= 2 < self.heard:
            heard[0 if careful else 2 - self.heard + len(batch)] = Heard("", (), 0.1, error="loop")
        return heard


def test_a_window_that_is_heard_at_last_remakes_only_what_rests_on_it(
    tmp_path: Path, sound: Path, store: Store
) -> None:
    undisturbed = process(sound, settings(tmp_path), Store(tmp_path / "other"), QuickRegistry()).run
    gaps = process(sound, settings(tmp_path), store, QuickRegistry(DeafAtFirst))
    assert [row.index for row in gaps.run.chunks() if row.status == "failed"] == [2]
    before = {node.inputs for node in tree(gaps.run)}
    registry = Counted()
    whole = process(sound, settings(tmp_path), store, registry)
    assert (whole.state, whole.run.key) == ("complete", gaps.run.key)
    assert registry.ears.heard == 1
    chunks = [prompt for prompt in registry.pen.asked if "Transcript:" in prompt.user]
    assert len(chunks) == 1, "one summary of a chunk, and then what is merged of it"
    for name in ("heard", "chunks"):
        assert list(getattr(whole.run, name)()) == list(getattr(undisturbed, name)())
    nodes = tree(whole.run)
    assert {node.status for node in nodes} == {"processed"}
    assert nodes[-1].span == Span(0, 30 * TICKS_PER_SECOND)
    new = [node for node in nodes if node.inputs not in before]
    assert 0 < len(new) < len(nodes)
    merges = [prompt for prompt in registry.pen.asked if "Notes:" in prompt.user]
    assert len(merges) == sum(node.attempts for node in new), "groups that are the same are not merged again"


def test_rows_that_changed_under_a_key_are_described_anew(tmp_path: Path, sound: Path, store: Store) -> None:
    run = process(sound, settings(tmp_path), store, QuickRegistry()).run
    words = "Martha Weiss counts the pumps of Halden. Peter Stone counts the cranes of Oslo."
    first, *rest = run.hear.read(1)
    run.hear.write(1, [replace(first, transcript=words, cues=[]), *rest])
    document = run.document()
    assert document is not None
    run.save(document.model_copy(update={"result": None}))
    registry = Counted()
    process(sound, settings(tmp_path), store, registry)
    assert registry.ears.heard == 0
    (asked,) = (prompt.user for prompt in registry.pen.asked if "Transcript:" in prompt.user)
    assert f"Transcript:\n{words}" in asked


def test_other_settings_of_a_later_stage_share_what_was_made_before(tmp_path: Path, sound: Path, store: Store) -> None:
    first = process(sound, settings(tmp_path), store, QuickRegistry()).run
    merged, described = Counted(), Counted()
    process(sound, settings(tmp_path, "merge.language=German"), store, merged)
    assert merged.ears.heard == 0
    assert not [prompt for prompt in merged.pen.asked if "Transcript:" in prompt.user]
    process(sound, settings(tmp_path, "describe.windows=2"), store, described)
    assert described.ears.heard == 0
    summaries = [prompt for prompt in described.pen.asked if "Transcript:" in prompt.user]
    assert 0 < len(summaries) < len(list(first.chunks()))
    assert len(store.runs(first.key.recording)) == 3


def test_hearing_and_writing_are_not_in_memory_together(tmp_path: Path, sound: Path, store: Store) -> None:
    told: list[str] = []

    class Ears(QuickHearer):
        def __init__(self) -> None:
            super().__init__()
            told.append("hearer loaded")

        def close(self) -> None:
            told.append("hearer closed")

    class Pen(QuickWriter):
        def __init__(self) -> None:
            super().__init__()
            told.append("writer loaded")

        def close(self) -> None:
            told.append("writer closed")

    process(sound, settings(tmp_path), store, QuickRegistry(Ears, Pen, keep=False))
    assert told == ["hearer loaded", "hearer closed", "writer loaded", "writer closed"]
    told.clear()
    with QuickRegistry(Ears, Pen, keep=True) as registry:
        for number in range(2):
            process(sound, settings(tmp_path), Store(tmp_path / str(number)), registry)
        assert told == ["hearer loaded", "writer loaded"]
    assert sorted(told[2:]) == ["hearer closed", "writer closed"]


def test_what_goes_wrong_lets_go_of_the_models(tmp_path: Path, sound: Path, store: Store) -> None:
    closed: list[str] = []

    class Breaks(QuickHearer):
        def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
            raise MemoryError

        def close(self) -> None:
            closed.append("hearer")

    with pytest.raises(MemoryError):
        process(sound, settings(tmp_path), store, QuickRegistry(Breaks, keep=False))
    assert closed == ["hearer"]
    assert process(sound, settings(tmp_path), store, QuickRegistry()).state == "complete"


def tree(run: Run) -> list[NodeRow]:
    return [node for level in run.levels() for node in run.nodes(level)]
