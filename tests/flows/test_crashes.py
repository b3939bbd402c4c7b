"""Killed at any instant: nothing finished is lost, nothing is half written, the end is the same.

Each process here is the real command line with real models; it kills itself with SIGKILL at a given
step of every stage; before every single act on a file it is killed in `tests/pipeline/test_killed.py`, with models that
answer at once. The steps follow each other on one store, each start going on from what the one before left.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chunkers.spans import Span
from pipeline.store import Run, Store
from pipeline.store.documents import Gap
from tests.flows.crashes import break_off, command, environment, parts, run_arguments, start, told

ALL = -1
KILLS = [
    ("open", r"hear=\w+/\.tmp-part-000001", 1, 1, 0, 0),  # the recogniser has worked, nothing of it is stored
    ("os.rename", r"describe=\w+/part-000002", 1, ALL, 2, 0),  # between temporary and rename
    ("os.rename", r"level=1/part-000000", 1, ALL, ALL, 0),  # merging
    ("os.rename", r"runs/\w+\.json", 2, ALL, ALL, 1),  # all is done but to say so: the first one is the start's
]
"""Event, file, the how-many-eth of them, and how many parts of hear, describe and merge there must be by then."""


@pytest.fixture
def broken_off(whole: Path, tmp_path: Path) -> Path:
    """A copy of that store: all is heard, of the summaries the last one is missing, and nothing is merged."""
    return break_off(shutil.copytree(whole, tmp_path / "store"))


def stored(names: Iterable[str]) -> tuple[int, int, int]:
    """How many parts of hear, describe and merge there are."""
    counts = Counter(name.split("/")[1].partition("=")[0] for name in names)
    return counts["hear"], counts["describe"], counts["merge"]


def test_kill_9_in_every_stage(media: Path, whole: Path, tmp_path: Path) -> None:
    expected, store = told(whole), tmp_path / "store"
    windows = len([name for name in parts(whole) if "/hear=" in name])
    assert windows > 3
    finished: dict[str, Any] = {}
    for event, at, times, *counts in KILLS:
        done = start(command(*run_arguments(media, store), event=event, at=at, times=times))
        assert done.returncode == -signal.SIGKILL, (at, done.stderr)
        now = parts(store)
        assert finished.items() <= now.items(), f"{at}: a finished part was lost or made again"
        assert stored(now) == tuple(windows if count == ALL else count for count in counts), f"{at}: more was lost"
        finished = now
    last = start(command(*run_arguments(media, store)))
    assert last.returncode == 0, last.stderr
    assert finished == parts(store), "the last start had nothing left to make"
    assert told(store) == expected
    assert not list(store.rglob(".tmp-*"))


def test_a_report_that_is_killed_leaves_the_store_as_it_was(whole: Path) -> None:
    before = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    recording = next(iter(parts(whole))).partition("/")[0]
    with subprocess.Popen(
        command("report", recording, "--store", whole), stdout=subprocess.PIPE, env=environment()
    ) as child:
        assert child.stdout is not None
        assert child.stdout.read(1) == b"#"
        child.kill()
    assert before == {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    done = start(command("report", recording, "--store", whole))
    assert (done.returncode, done.stdout) == (0, told(whole)["md"])


def mark_failed(run: Run, span: Span, reason: str) -> None:
    """Let the run's document say that `span` failed."""
    document = run.document()
    assert document is not None
    assert document.result is not None
    gap = Gap(start=span.start, end=span.end, status="failed", reason=reason)
    result = document.result.model_copy(update={"state": "gaps", "gaps": (gap,)})
    run.save(document.model_copy(update={"result": result}))


def test_retry_does_only_what_failed(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    (run,) = Store(store).runs()
    (row,) = run.describe.read(2)
    reason = "says the same again and again"
    run.describe.write(2, [replace(row, status="failed", failed_step="describe", error=reason, summary="")])
    mark_failed(run, row.span, reason)
    before = parts(store)
    done = start(command("retry", "--store", store))
    assert done.returncode == 0, done.stderr
    made = {name.partition("/")[2] for name, stamp in parts(store).items() if before.get(name) != stamp}
    assert made == {f"describe={run.key.stages['describe']}/part-000002.parquet"}, "what rests on the same text stays"
    assert told(store) == told(whole)
    assert "nothing failed" in start(command("retry", "--store", store)).stdout


def test_retry_of_a_window_hears_it_and_remakes_what_rests_on_it(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    (run,) = Store(store).runs()
    (heard,), (chunk,) = run.hear.read(2), run.describe.read(2)
    reason = "says the same again and again"
    run.hear.write(2, [replace(heard, status="failed", error=reason, transcript="", cues=[], words=[])])
    run.describe.write(
        2, [replace(chunk, status="failed", failed_step="hear", error=f"hearing: {reason}", summary="", inputs="")]
    )
    mark_failed(run, chunk.span, f"hearing: {reason}")
    before = parts(store)
    done = start(command("retry", "--store", store))
    assert done.returncode == 0, done.stderr
    made = {name.partition("/")[2] for name, stamp in parts(store).items() if before.get(name) != stamp}
    assert made == {f"{stage}={run.key.stages[stage]}/part-000002.parquet" for stage in ("hear", "describe")}
    assert told(store) == told(whole)


def test_a_power_cut_leaves_truncated_temporaries_and_damaged_parts(media: Path, whole: Path, broken_off: Path) -> None:
    for stage in ("hear", "describe"):
        first, *_ = sorted(broken_off.glob(f"*/{stage}=*/part-*"))
        for size in (0, 4, 1000):
            (first.parent / f".tmp-part-000009.parquet-{size}").write_bytes(first.read_bytes()[:size])
        first.write_bytes(first.read_bytes()[:1000])
    done = start(command(*run_arguments(media, broken_off)))
    assert done.returncode == 0, done.stderr
    assert told(broken_off) == told(whole)
    assert not list(broken_off.rglob(".tmp-*"))


def test_two_processes_on_one_store(media: Path, whole: Path, broken_off: Path) -> None:
    words = command(*run_arguments(media, broken_off))
    with subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        assert "loading" in first.stderr.readline()
        first.send_signal(signal.SIGSTOP)
        second = start(words)
        first.send_signal(signal.SIGCONT)
        assert second.returncode == 1
        assert "another process is writing it" in second.stderr
        first.communicate()
    assert first.returncode == 0
    assert told(broken_off) == told(whole)


def test_a_limit_on_the_size_of_files(media: Path, broken_off: Path) -> None:
    kept = parts(broken_off)
    done = start(command(*run_arguments(media, broken_off), largest="2000"))
    assert done.returncode == 1, done.stderr
    assert "make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert parts(broken_off) == kept
    assert not list(broken_off.rglob(".tmp-*"))


@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_a_disk_that_takes_nothing_more(media: Path, whole: Path, broken_off: Path, fault: str) -> None:
    """On a real little file system; the second start finds room and goes on with what the first kept."""
    size = sum(path.stat().st_size for path in broken_off.rglob("*") if path.is_file())
    mount = broken_off.with_name("mount")
    mount.mkdir()
    fill = {"full": f"head -c {1 << 30} /dev/zero > {mount}/filler", "read-only": f"mount -o remount,ro {mount}"}
    cure = {"full": f"rm {mount}/filler", "read-only": f"mount -o remount,rw {mount}"}
    script = (
        f"mount -t tmpfs -o size={size + (1 << 20)} tmpfs {mount} && cp -a {broken_off}/. {mount} || exit 77\n"
        f'{fill[fault]} 2>/dev/null; "$@"; echo first $?\n'
        f'{cure[fault]}; "$@"; echo second $?; rm -r {broken_off}; cp -a {mount} {broken_off}\n'
    )
    done = start(["unshare", "-rm", "sh", "-c", script, "sh", *command(*run_arguments(media, mount))])
    if done.returncode in (1, 77):
        pytest.skip(f"no user namespaces here: {done.stderr}")
    assert "first 1\n" in done.stdout, done.stderr
    assert {"full": "make room", "read-only": "cannot write"}[fault] in done.stderr
    assert "Traceback" not in done.stderr
    assert "second 0\n" in done.stdout, done.stderr
    assert told(broken_off) == told(whole)
