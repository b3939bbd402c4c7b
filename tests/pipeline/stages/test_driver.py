"""The loop of every stage on real decoded audio: whole parts, nothing twice, failures tried again.

The worker of these tests measures the pitch of each window, so that every row can be checked.
"""

from __future__ import annotations

import itertools
import threading
import wave
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import Window, WindowRules, windows
from chunkers.probing import probe
from chunkers.recording import Recording
from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import ModelError
from pipeline.stages.driver import run_stage
from pipeline.stages.hear import HearStage, Sound, cuts, sounds
from pipeline.stages.protocol import Made, Part
from pipeline.store import Run, RunKey, Store
from pipeline.store.coverage import coverage
from pipeline.store.tables import HearRow

RULES = WindowRules(length_s=4, cut_range_s=1, lead_in_s=0.5)
PITCHES = [200, 300, 0, 500, 600, 700, 0, 900]
KEY = RunKey("r", {"hear": "h", "describe": "d"})


class Pitch:
    """A worker that writes down the loudest frequency; `broken` indices fail."""

    def __init__(self, broken: Sequence[int] = ()) -> None:
        self.broken = set(broken)
        self.asked: list[int] = []

    def begin(self, item: Sound) -> Sound:
        return item

    def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
        self.asked += [item.index for part in parts for item in part.items]
        return [self._made(part.recording, item) for part in parts for item in part.items]

    def _made(self, recording: str, item: Sound) -> Made[HearRow]:
        assert isinstance(item, Window)
        spectrum = np.abs(np.fft.rfft(item.samples))
        pitch = int(np.argmax(spectrum)) * TICKS_PER_SECOND / len(item.samples)
        failed = item.index in self.broken
        row = HearRow(
            recording=recording,
            index=item.index,
            start=item.span.start,
            end=item.span.end,
            heard_start=item.heard.start,
            status="failed" if failed else "processed",
            error="test" if failed else "",
            transcript="" if failed else f"{round(pitch, -1):.0f}",
        )
        return Made(row, ModelError("test") if failed else None)


def beeps(path: Path, more: int = 0) -> Path:
    """A beep of 3 s every 4 s, each at its own pitch, some of them missing; `more` samples of noise at the end."""
    t = np.arange(3 * TICKS_PER_SECOND) / TICKS_PER_SECOND
    # tremolo and an overtone: a voice-like sound, which no detector takes for hum
    tones = [0.3 * np.sin(2 * np.pi * p * t) * (1 + 0.8 * np.sin(2 * np.pi * 5 * t)) for p in PITCHES]
    pause = np.zeros(TICKS_PER_SECOND)
    noise = np.random.default_rng(0).normal(0, 0.01, more)
    samples = np.concatenate([*(part for tone in tones for part in (tone, pause)), noise])
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TICKS_PER_SECOND)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The beeps as they are."""
    return probe(beeps(tmp_path_factory.mktemp("media") / "beeps.wav"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Store(tmp_path).run(KEY)


def go(run: Run, recording: Recording, worker: Pitch, *, part_rows: int = 3) -> list[int]:
    """Hear the recording as a run does; returns where each part ended."""
    ends: list[int] = []
    with windows(recording, RULES, cuts=cuts(run.hear, open_end=True)) as stream:
        stage = HearStage("r", worker)
        run_stage(stage, sounds(stream), run.hear, recording="r", part_rows=part_rows, progress=ends.append)
    return ends


def other(run: Run) -> Run:
    """A run in a store of its own."""
    return Store(run.files.local_path("other")).run(KEY)


def test_every_second_has_its_row(run: Run, recording: Recording) -> None:
    ends = go(run, recording, Pitch())
    rows = list(run.heard())
    assert [row.index for row in rows] == list(range(len(rows)))
    total = coverage(rows)
    assert total.end == recording.duration == ends[-1]
    assert ends == sorted(ends)
    heard = {int(row.transcript) for row in rows if row.status == "processed"}
    assert {pitch for pitch in PITCHES if pitch} <= heard
    assert {row.status for row in rows} == {"processed", "silent"}


def test_silence_never_reaches_the_worker(run: Run, recording: Recording) -> None:
    worker = Pitch()
    go(run, recording, worker)
    silent = {row.index for row in run.heard() if row.status == "silent"}
    assert silent
    assert not silent & set(worker.asked)


def test_a_second_pass_asks_for_nothing_and_writes_nothing(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch())
    folder = run.files.local_path(run.hear.path)
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    worker = Pitch()
    go(run, recording, worker)
    assert worker.asked == []
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before


def test_only_failed_windows_are_tried_again_and_the_rest_is_kept(run: Run, recording: Recording) -> None:
    undisturbed = other(run)
    go(undisturbed, recording, Pitch())
    go(run, recording, Pitch(broken=[0, 4]))
    worker = Pitch()
    go(run, recording, worker)
    assert worker.asked == [0, 4]
    assert list(run.heard()) == list(undisturbed.heard())


def test_log_lines_name_recording_and_span(run: Run, recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pipeline.stages.driver")
    go(run, recording, Pitch(broken=[4]))
    (failed,) = [row for row in run.heard() if row.status == "failed"]
    assert f"r {failed.span}: failed: test" in caplog.text
    parts = [record.message for record in caplog.records if record.levelname == "INFO"]
    assert len(parts) == len(run.hear.numbers())
    assert parts[0].startswith("r 0:00:00-")


def test_what_was_stopped_in_the_middle_goes_on(run: Run, recording: Recording) -> None:
    class StopError(Exception):
        pass

    def stop(end: int) -> None:
        raise StopError

    with pytest.raises(StopError), windows(recording, RULES) as stream:
        run_stage(HearStage("r", Pitch()), sounds(stream), run.hear, recording="r", part_rows=3, progress=stop)
    assert run.hear.numbers() == [0]
    worker = Pitch()
    go(run, recording, worker)
    assert min(worker.asked) >= 3
    assert coverage(run.heard()).end == recording.duration


class Waits(Pitch):
    """Works on a part only once the next one was begun; never waits for a part that does not come."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self._left = parts
        self._begun: dict[int, threading.Event] = defaultdict(threading.Event)
        self.begun: list[int] = []

    def begin(self, item: Sound) -> Sound:
        self.begun.append(item.index)
        self._begun[item.index // 3].set()
        return item

    def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
        self._left -= 1
        number = parts[0].items[0].index // 3
        assert self._left == 0 or self._begun[number + 1].wait(30)
        return super().work(*parts)


def test_the_next_part_is_begun_while_one_is_worked_on(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch())
    again, waits = other(run), Waits(len(run.hear.numbers()))
    go(again, recording, waits)
    assert waits.begun == [row.index for row in run.heard()]
    assert list(again.heard()) == list(run.heard())


def test_what_is_stored_is_not_begun(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch(broken=[4]))
    waits = Waits(1)
    go(run, recording, waits)
    assert waits.begun == [4]


def test_a_loop_that_is_left_early_leaves_no_thread(run: Run, recording: Recording) -> None:
    class Stuck(Pitch):
        def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
            raise ModelError("stuck")

    before = set(threading.enumerate())
    with pytest.raises(ModelError, match="stuck"):
        go(run, recording, Stuck())
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_damaged_part_is_made_anew(run: Run, recording: Recording, number: int) -> None:
    go(run, recording, Pitch())
    before = list(run.heard())
    part = run.files.local_path(f"{run.hear.path}/part-{number:06d}.parquet")
    part.write_bytes(part.read_bytes()[:100])
    worker = Pitch()
    go(run, recording, worker)
    assert list(run.heard()) == before
    assert {index // 3 for index in worker.asked} == {number}


def test_a_truncated_file_is_accounted_for(run: Run, recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(recording.path.read_bytes())
    cut = replace(probe(path), modified_ns=0)  # else it is noticed that the file changes
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size * 2 // 3)
    go(run, cut, Pitch())
    last = list(run.heard())[-1]
    assert (last.status, last.error.split(":")[0]) == ("skipped", "missing")
    assert coverage(run.heard()).end == recording.duration
    worker = Pitch()
    go(run, cut, worker)
    assert worker.asked == []


# -- another decoder ---------------------------------------------------------------------------------------


def test_a_decoder_that_gives_more_at_the_end_costs_the_last_window(
    run: Run, recording: Recording, tmp_path: Path
) -> None:
    longer = probe(beeps(tmp_path / "longer.wav", more=100))
    assert longer.duration == recording.duration + 100
    go(run, recording, Pitch())
    before = list(run.heard())
    for _ in range(2):
        worker = Pitch()
        go(run, longer, worker)
        rows = list(run.heard())
        assert coverage(rows).end == longer.duration
        assert rows[: len(before) - 1] == before[:-1]
        assert [row.index for row in rows] == list(range(len(rows)))
    assert worker.asked == [], "the third start finds what the second one stored"


def test_a_decoder_that_gives_less_at_the_end_leaves_no_row_behind(
    run: Run, recording: Recording, tmp_path: Path
) -> None:
    longer = probe(beeps(tmp_path / "longer.wav", more=5 * TICKS_PER_SECOND))
    go(run, longer, Pitch(), part_rows=2)
    assert len(list(run.heard())) > len(PITCHES)
    before, worker = list(run.heard()), Pitch()
    go(run, recording, worker, part_rows=2)
    rows = list(run.heard())
    assert coverage(rows).end == recording.duration
    assert run.hear.numbers() == list(range(-(-len(rows) // 2)))
    assert rows[:-1] == before[: len(rows) - 1]


def test_windows_are_cut_where_they_are_stored_although_a_quieter_point_is_elsewhere(
    run: Run, recording: Recording
) -> None:
    """Rows of another decoder, which has found other quiet points, stay as they are."""
    go(run, recording, Pitch())
    found = list(run.heard())
    moved = [replace(row) for row in found]
    for before, after in itertools.pairwise(moved):
        before.end = after.start = after.start - 777
    for row in moved[1:]:
        row.heard_start = max(row.start - 4000, row.end - RULES.length)
    assert any(row.heard_start < row.start for row in moved)
    for number in run.hear.numbers():
        run.hear.write(number, [row for row in moved if row.index // 3 == number])
    worker = Pitch()
    go(run, recording, worker)
    assert worker.asked == []
    assert list(run.heard()) == moved


def test_a_hole_in_the_table_ends_what_is_cut_as_before(run: Run, recording: Recording) -> None:
    go(run, recording, Pitch(), part_rows=2)
    before = list(run.heard())
    run.hear.delete(1)
    made = cuts(run.hear, open_end=True)
    assert made == [(before[0].end, before[1].start - before[1].heard_start)]
    whole = cuts(run.hear, open_end=False)
    assert whole == [*made, (before[1].end, 0)]
    worker = Pitch()
    go(run, recording, worker, part_rows=2)
    assert set(worker.asked) <= {2, 3}
    assert list(run.heard()) == before
