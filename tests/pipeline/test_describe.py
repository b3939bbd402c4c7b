"""The level-0 loop on real decoded audio: whole parts, nothing twice, failures tried again.

The recipe of these tests measures the pitch of each window, so that every row can be checked.
"""

from __future__ import annotations

import threading
import wave
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from chunkers import Recording, Window, WindowRules, probe, windows
from chunkers.spans import TICKS_PER_SECOND
from pipeline.describe import PartPlan, describe
from pipeline.errors import ModelError
from pipeline.models.protocol import Writer
from pipeline.recipes.protocol import Chunk, Part
from pipeline.store import Run, RunKey, Store
from pipeline.store.coverage import coverage
from pipeline.store.tables import ChunkRow

RULES = WindowRules(length_s=4, cut_range_s=1, lead_in_s=0.5)
PITCHES = [200, 300, 0, 500, 600, 700, 0, 900]


class Pitch:
    """A recipe that writes down the loudest frequency; `broken` indices fail."""

    sees = False
    writer: Writer

    def __init__(self, broken: Sequence[int] = ()) -> None:
        self.broken = set(broken)
        self.asked: list[int] = []

    def begin(self, chunk: Chunk) -> Chunk:
        return chunk

    def describe(self, *parts: Part) -> list[ChunkRow]:
        self.asked += [chunk.index for part in parts for chunk in part.chunks]
        return [self._row(part.recording, chunk) for part in parts for chunk in part.chunks]

    def _row(self, recording: str, chunk: Window) -> ChunkRow:
        spectrum = np.abs(np.fft.rfft(chunk.samples))
        pitch = int(np.argmax(spectrum)) * TICKS_PER_SECOND / len(chunk.samples)
        failed = chunk.index in self.broken
        return ChunkRow(
            recording=recording,
            index=chunk.index,
            start=chunk.span.start,
            end=chunk.span.end,
            kind="window",
            status="failed" if failed else "processed",
            error="test" if failed else "",
            transcript="" if failed else f"{round(pitch, -1):.0f}",
        )


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A beep of 3 s every 4 s, each at its own pitch, some of them missing."""
    path = tmp_path_factory.mktemp("media") / "beeps.wav"
    t = np.arange(3 * TICKS_PER_SECOND) / TICKS_PER_SECOND
    # tremolo and an overtone: a voice-like sound, which no detector takes for hum
    tones = [0.3 * np.sin(2 * np.pi * p * t) * (1 + 0.8 * np.sin(2 * np.pi * 5 * t)) for p in PITCHES]
    pause = np.zeros(TICKS_PER_SECOND)
    samples = np.concatenate([part for tone in tones for part in (tone, pause)])
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TICKS_PER_SECOND)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return probe(path)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Store(tmp_path).run(RunKey("r", "f"))


def go(run: Run, recording: Recording, recipe: Pitch, *, part_rows: int = 3, windows_per_summary: int = 1) -> list[int]:
    ends: list[int] = []
    with windows(recording, RULES) as stream:
        describe(run, stream, recipe, PartPlan("r", part_rows, windows_per_summary), ends.append)
    return ends


def test_every_second_has_its_row(run: Run, recording: Recording) -> None:
    ends = go(run, recording, Pitch())
    rows = list(run.chunks())
    assert [row.index for row in rows] == list(range(len(rows)))
    total = coverage(rows)
    assert total.end == recording.duration == ends[-1]
    assert ends == sorted(ends)
    heard = {int(row.transcript) for row in rows if row.status == "processed"}
    assert {pitch for pitch in PITCHES if pitch} <= heard
    assert {row.status for row in rows} == {"processed", "silent"}


def test_silence_never_reaches_the_recipe(run: Run, recording: Recording) -> None:
    recipe = Pitch()
    go(run, recording, recipe)
    silent = {row.index for row in run.chunks() if row.status == "silent"}
    assert silent
    assert not silent & set(recipe.asked)


def test_a_second_pass_asks_for_nothing(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch())
    recipe = Pitch()
    go(run, recording, recipe)
    assert recipe.asked == []


def test_only_failed_chunks_are_tried_again_and_the_rest_is_kept(run: Run, recording: Recording) -> None:
    undisturbed = Store(run.files.local_path("other")).run(RunKey("r", "f"))
    go(undisturbed, recording, Pitch())
    go(run, recording, Pitch(broken=[0, 4]))
    recipe = Pitch()
    go(run, recording, recipe)
    assert recipe.asked == [0, 4]
    assert list(run.chunks()) == list(undisturbed.chunks())


def test_log_lines_name_recording_and_span(run: Run, recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pipeline.describe")
    go(run, recording, Pitch(broken=[4]))
    (failed,) = [row for row in run.chunks() if row.status == "failed"]
    assert f"r {failed.span}: failed: test" in caplog.text
    parts = [record.message for record in caplog.records if record.levelname == "INFO"]
    assert len(parts) == len(run.parts(0))
    assert parts[0].startswith("r 0:00:00-")


def test_what_was_stopped_in_the_middle_goes_on(run: Run, recording: Recording) -> None:
    class StopError(Exception):
        pass

    def stop(end: int) -> None:
        raise StopError

    with pytest.raises(StopError), windows(recording, RULES) as stream:
        describe(run, stream, Pitch(), PartPlan("r", 3), stop)
    assert run.parts(0) == [0]
    recipe = Pitch()
    go(run, recording, recipe)
    assert min(recipe.asked) >= 3
    assert coverage(run.chunks()).end == recording.duration


class Waits(Pitch):
    """Describes a part only once the next one was begun; never waits for a part that does not come."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self._left = parts
        self._begun: dict[int, threading.Event] = defaultdict(threading.Event)
        self.begun: list[int] = []

    def begin(self, chunk: Chunk) -> Chunk:
        self.begun.append(chunk.index)
        self._begun[chunk.index // 3].set()
        return chunk

    def describe(self, *parts: Part) -> list[ChunkRow]:
        self._left -= 1
        number = parts[0].chunks[0].index // 3
        assert self._left == 0 or self._begun[number + 1].wait(30)
        return super().describe(*parts)


def test_the_next_part_is_begun_while_one_is_described(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch())
    parts = len(run.parts(0))
    again = Store(run.files.local_path("other")).run(RunKey("r", "f"))
    waits = Waits(parts)
    go(again, recording, waits)
    assert waits.begun == [row.index for row in run.chunks()]
    assert list(again.chunks()) == list(run.chunks())


def test_what_is_stored_is_not_begun(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch(broken=[4]))
    waits = Waits(1)
    go(run, recording, waits)
    assert waits.begun == [4]


def test_a_loop_that_is_left_early_leaves_no_thread(run: Run, recording: Recording) -> None:
    class Stuck(Pitch):
        def describe(self, *parts: Part) -> list[ChunkRow]:
            raise ModelError("stuck")

    before = set(threading.enumerate())
    with pytest.raises(ModelError, match="stuck"):
        go(run, recording, Stuck())
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive()


def test_a_damaged_part_is_made_anew(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch())
    before = list(run.chunks())
    part = run.files.local_path("r/f/level=0/part-000001.parquet")
    part.write_bytes(part.read_bytes()[:100])
    go(run, recording, Pitch())
    assert list(run.chunks()) == before


def test_a_shared_summary_never_crosses_a_part(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch(), part_rows=3, windows_per_summary=2)
    for part in run.parts(0):
        assert run.read(0, part).column("index")[0].as_py() % 4 == 0


def test_a_truncated_file_is_accounted_for(run: Run, recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(recording.path.read_bytes())
    cut = probe(path)
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size * 2 // 3)
    go(run, cut, Pitch())
    last = list(run.chunks())[-1]
    assert (last.status, last.error.split(":")[0]) == ("skipped", "missing")
    assert coverage(run.chunks()).end == recording.duration
