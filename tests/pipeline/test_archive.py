"""Many recordings: which are taken, which are answered without work, and how they are shared out."""

from __future__ import annotations

import os
import sys
import threading
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from chunkers import probing
from chunkers.names import from_text
from chunkers.probe_process import ProbeProcesses
from pipeline.archive import Job, Until, again, attempt, jobs, triage
from pipeline.models.protocol import Heard, Samples
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.reports import report
from pipeline.run_status import run_status
from pipeline.settings import Settings, load
from pipeline.store import Store
from tests.pipeline.files import touched
from tests.pipeline.quick import QuickHearer, QuickRegistry, quick_settings, tones


def test_what_is_done_or_a_duplicate_is_answered_without_work(tmp_path: Path) -> None:
    done = tones(tmp_path / "done.wav", 9)
    fresh, twin = touched(tmp_path, "fresh.mp3", "twin.mp3")
    twin.write_bytes(fresh.read_bytes())
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights")
    run = process(done, settings, store, QuickRegistry()).run
    todo = list(jobs([done, fresh, twin, tmp_path / "gone.mp3"], settings))
    items = [item for _, item in triage(todo, store, threading.Event())]
    assert [item.state if item else None for item in items] == ["complete", None, "duplicate", None]
    assert items[0] is not None
    assert (items[0].recording, items[0].run) == (run.key.recording, run.key.run)
    assert (items[0].fresh, items[0].media_seconds) == (False, 9)
    assert items[2] is not None
    assert str(fresh) in items[2].error
    copy = tmp_path / "copy.wav"
    copy.write_bytes(done.read_bytes())
    known = [item for _, item in triage(jobs([done, copy], settings), store, threading.Event())]
    assert [item.state if item else None for item in known] == ["complete", "duplicate"]
    run.hear.delete(0)  # a part was lost since
    assert next(triage(todo, store, threading.Event()))[1] is None


def test_every_empty_file_is_one_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).touch()
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights")
    todo = list(jobs([tmp_path / "a.wav", tmp_path / "b.wav"], settings))
    assert [item for _, item in triage(todo, store, threading.Event())] == [None, None]
    ended = [attempt(job, store, QuickRegistry(), lambda _: None, threading.Event()) for job in todo]
    assert [(item.path.name, item.state) for item in ended] == [("a.wav", "unreadable"), ("b.wav", "unreadable")]


def test_what_is_done_is_done_for_its_settings_alone(tmp_path: Path) -> None:
    """Another summary is another run; nothing is heard again for it. The one asked for last is shown."""
    path, store, heard = tones(tmp_path / "a.wav", 9), Store(tmp_path / "store"), []

    def hearer() -> QuickHearer:
        heard.append(QuickHearer())
        return heard[-1]

    first = quick_settings(tmp_path / "weights")
    other = quick_settings(tmp_path / "weights", ["describe.max_tokens=64"])
    runs = [process(path, settings, store, QuickRegistry(hearer)).run for settings in (first, other)]
    assert [one.heard for one in heard] == [len(list(runs[0].heard()))], "the second run asks for no hearer at all"
    assert store.find(runs[0].key.recording).key == runs[1].key
    items = [item for _, item in triage(jobs([path], first), store, threading.Event())]
    assert [item.run for item in items if item] == [runs[0].key.run]
    assert store.find(runs[0].key.recording).key == runs[0].key
    assert next(triage(jobs([path], first, only="hear"), store, threading.Event()))[1] is None


NO_UTF8 = os.fsdecode(b"caf\xe9 \x1b[1m.wav")


def test_a_name_that_is_no_utf8_is_a_name_like_any_other(tmp_path: Path) -> None:
    """Everywhere where it is stored or shown: documents, reports, status; and a retry finds the file again."""
    path, store = tones(tmp_path / NO_UTF8, 9), Store(tmp_path / "store")
    settings, shown = quick_settings(tmp_path / "weights"), "caf\\xe9 [1m.wav"
    broken = attempt(Job(path, settings), store, QuickRegistry(_BrokenOnce), lambda _step: None, threading.Event())
    assert (broken.state, broken.error) == ("gaps", "")
    ((job, _),) = again(store, settings)
    assert job is not None
    assert job.path == path
    assert attempt(job, store, QuickRegistry(), lambda _step: None, threading.Event()).state == "complete"
    (run,) = store.runs()
    found = run_status(run)
    assert found is not None
    assert found.name == shown
    for form in ("md", "srt", "vtt", "txt", "json"):
        "".join(report(run, form)).encode()
    assert store.recording(run.key.recording).names == (shown,)  # type: ignore[union-attr]
    gone = attempt(
        Job(path.with_suffix(".gone"), settings), store, QuickRegistry(), lambda _step: None, threading.Event()
    )
    assert "caf\\xe9" in gone.error
    gone.error.encode()


def test_a_transcript_whose_name_is_no_utf8_stands_for_itself(tmp_path: Path) -> None:
    path, store = tmp_path / os.fsdecode(b"\xff\x1b.srt"), Store(tmp_path / "store")
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nThe pump costs 412,000 euros.\n")
    job = Job(path, quick_settings(tmp_path / "weights"))
    item = attempt(job, store, QuickRegistry(), lambda _step: None, threading.Event())
    assert item.state == "complete", item.error
    document = store.find(item.recording).document()
    assert document is not None
    assert from_text(document.input.path) == path


class _BrokenOnce(QuickHearer):
    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        return [Heard("", (), 0.1, error="nothing heard") for _ in batch]


def test_what_failed_is_found_again_with_the_settings_of_then(tmp_path: Path) -> None:
    good, bad = (tones(tmp_path / f"{pitch}.wav", 9, pitch=pitch) for pitch in (200, 300))
    store = Store(tmp_path / "store")
    then = quick_settings(tmp_path / "weights", ["describe.max_tokens=64"])
    now = quick_settings(tmp_path / "weights", ["models.folder=elsewhere"])
    process(good, then, store, QuickRegistry())
    process(bad, then, store, QuickRegistry(_BrokenOnce))
    ((job, item),) = again(store, now)
    assert item is None
    assert job is not None
    assert (job.path, job.settings.describe.max_tokens, job.settings.models.folder) == (bad, 64, Path("elsewhere"))
    done = attempt(job, store, QuickRegistry(), lambda _step: None, threading.Event())
    assert (done.state, done.fresh) == ("complete", True)
    assert list(again(store, now)) == []


def test_what_failed_and_cannot_be_made_again_says_why(tmp_path: Path) -> None:
    path, store = tones(tmp_path / "a.wav", 9), Store(tmp_path / "store")
    settings = quick_settings(tmp_path / "weights")
    process(path, settings, store, QuickRegistry(_BrokenOnce))
    (tmp_path / "weights" / "hearer.bin").write_bytes(b"other weights")
    ((job, item),) = again(store, settings)
    assert job is None
    assert item is not None
    assert (item.state, "have changed since" in item.error) == ("blocked", True)
    path.unlink()
    ((_, item),) = again(store, settings)
    assert item is not None
    assert str(path) in item.error


def test_after_the_window_nothing_more_is_started(tmp_path: Path) -> None:
    todo = list(jobs(touched(tmp_path, "a.mp3", "b.mp3"), load()))
    over, never = Until(threading.Event(), 1.0), Until(threading.Event())
    assert [item.state if item else None for _, item in triage(todo, Store(tmp_path / "s"), over)] == ["stopped"] * 2
    assert [item for _, item in triage(todo, Store(tmp_path / "s"), never)] == [None] * 2


def test_a_file_that_kills_its_reader_is_that_files_error_and_the_night_goes_on(
    tmp_path: Path, settings: Settings, whisper_base: Path, smollm2_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a reader that a file of this name really makes crash; the next recording is made to its end."""
    bad = Path(__file__).parents[1] / "chunkers" / "bad_probe.py"
    processes = ProbeProcesses((sys.executable, str(bad)))
    monkeypatch.setattr(probing, "shared", processes)
    store, never = Store(tmp_path / "store"), threading.Event()
    items, registry = [], Registry(keep=True)
    for name in ("crash.wav", "good.wav", "native.wav", "last.wav"):
        path = tmp_path / name
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 16_000, 0, "NONE", ""))
            sound.writeframes(bytes(32_000 * (1 + len(name))))
        items.append(attempt(Job(path, settings), store, registry, lambda _step: None, never))
    processes.close()
    registry.close()
    assert [item.state for item in items] == ["unreadable", "complete", "unreadable", "complete"]
    assert str(items[0].path) in items[0].error
    assert "SIGSEGV" in items[0].error
    assert "MiB of memory" in items[2].error
    assert all("leave it out" in item.error for item in (items[0], items[2]))
