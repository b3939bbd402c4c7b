"""A stage has one writer at a time, and what is killed leaves nothing behind."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import StoreBusyError
from pipeline.store import RunKey, Store
from pipeline.store.files import TEMPORARY
from pipeline.store.lock import busy, held
from tests.pipeline.store.documents import document
from tests.pipeline.store.rows import KEY, chunk, node

_HOLD = """
import json, sys
from pipeline.store import RunKey, Store
with Store(sys.argv[1]).run(RunKey("recording", json.loads(sys.argv[2]))).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def another_writer(folder: Path, stages: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the run of these stages, until it is told to end or killed."""
    words = [sys.executable, "-c", _HOLD, str(folder), stages]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child


def test_a_second_writer_is_turned_away_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    assert not run.busy()
    with another_writer(tmp_path, '{"hear": "h", "describe": "d", "merge": "m"}') as child:
        assert run.busy()
        with pytest.raises(StoreBusyError), run.writing():
            pass
        child.kill()
    assert not run.busy()
    with run.writing():
        pass


def test_two_runs_that_share_what_was_heard_have_one_writer(tmp_path: Path) -> None:
    second = Store(tmp_path).run(RunKey("recording", {"hear": "h", "describe": "other", "merge": "other"}))
    with another_writer(tmp_path, '{"hear": "h", "describe": "d", "merge": "m"}') as child:
        with pytest.raises(StoreBusyError, match="hear=h"), second.writing():
            pass
        assert not second.busy()
        child.communicate("")
    with second.writing():
        assert second.busy()


def test_whoever_is_turned_away_holds_nothing(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    with another_writer(tmp_path, '{"merge": "m"}') as child:
        with pytest.raises(StoreBusyError, match="merge=m"), run.writing():
            pass
        assert not any(busy(run.files, run.folder(stage)) for stage in ("hear", "describe"))
        assert busy(run.files, run.folder("merge"))
        child.kill()


def test_runs_that_share_no_stage_are_written_side_by_side(tmp_path: Path) -> None:
    run = Store(tmp_path).run(RunKey("recording", {"hear": "track 1", "describe": "x"}))
    with another_writer(tmp_path, '{"hear": "h", "describe": "d"}') as child, run.writing():
        assert run.busy()
        child.kill()


def test_a_look_at_a_run_turns_no_writer_away(tmp_path: Path) -> None:
    """For an instant `busy` holds the lock itself: the writer waits for that, and not longer."""
    run, look = Store(tmp_path).run(KEY), contextlib.ExitStack()
    look.enter_context(held(run.files, run.folder("merge")))
    end = threading.Timer(0.05, look.close)
    end.start()
    with run.writing():
        end.join()


def test_left_over_temporaries_are_swept_by_the_next_writer(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.save(document(KEY))
    run.describe.write(0, [chunk(0)])
    run.level(1).write(0, [node()])
    left = [
        tmp_path / "recording" / folder / f"{TEMPORARY}{name}-1"
        for folder, name in (
            ("describe=d", "part-000001.parquet"),
            ("describe=d", "stage.json"),
            ("merge=m/level=1", "part-000001.parquet"),
            ("runs", "m.json"),
        )
    ]
    for path in left:
        path.write_bytes(b"half")
    assert (run.describe.numbers(), run.level(1).numbers()) == ([0], [0])
    assert [one.key for one in Store(tmp_path).runs()] == [KEY]
    with run.writing():
        assert not any(path.exists() for path in left)


def test_a_writer_leaves_the_temporaries_of_other_runs_alone(tmp_path: Path) -> None:
    """Another track of the same recording may be at work: its document is written into the same folder."""
    other = tmp_path / "recording" / "runs" / f"{TEMPORARY}other.json-1"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"half")
    with Store(tmp_path).run(KEY).writing():
        assert other.exists()
