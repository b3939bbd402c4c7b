"""A finished archive is answered by few questions to the store, and a file is read once to know which it is."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from chunkers import identity
from chunkers.identity import content_id
from chunkers.probing import probe
from pipeline.archive import jobs, triage
from pipeline.process import process
from pipeline.run_status import run_status
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.outlines import StoredOutline
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

RECORDINGS = 3


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The calls to stores that begin with `memory:`, by their kind; they answer as an object store does."""
    asked: Counter[str] = Counter()

    def counted(name: str) -> None:
        plain = getattr(MemoryFileSystem, name)

        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            asked[name] += 1
            return plain(self, *args, **kwargs)

        monkeypatch.setattr(MemoryFileSystem, name, call)

    for name in ("find", "_open", "cat_file"):
        counted(name)
    MemoryFileSystem.store.clear()
    return asked


def archive(place: Path) -> tuple[list[Path], Settings, Store]:
    """Recordings that are finished in a store of their own."""
    settings, store = quick_settings(place / "weights"), Store("memory://finished")
    paths = [tones(place / f"{number}.wav", 5, pitch=300 + 50 * number) for number in range(RECORDINGS)]
    for path in paths:
        process(path, settings, store, QuickRegistry())
    return paths, settings, store


def test_each_finished_recording_is_one_listing_and_two_documents(remote: Counter[str], tmp_path: Path) -> None:
    paths, settings, store = archive(tmp_path)
    remote.clear()
    items = [item for _, item in triage(jobs(paths, settings), store, threading.Event())]
    assert [item.state for item in items if item] == ["complete"] * RECORDINGS
    assert remote["find"] == RECORDINGS
    assert remote["_open"] + remote["cat_file"] == 2 * RECORDINGS


def test_where_runs_stand_is_one_listing_and_one_document_each(remote: Counter[str], tmp_path: Path) -> None:
    _, _, store = archive(tmp_path)
    remote.clear()
    states = [run_status(run) for run in store.runs(looking=True)]
    assert [one.state for one in states if one] == ["complete"] * RECORDINGS
    assert remote["find"] == RECORDINGS + 1, "one of the store, and one a recording"
    assert remote["_open"] + remote["cat_file"] == RECORDINGS


def test_an_object_store_is_asked_about_several_at_once(
    remote: Counter[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, settings, store = archive(tmp_path)
    meeting, plain = threading.Barrier(RECORDINGS, timeout=60), MemoryFileSystem.find

    def find(self: Any, *args: Any, **kwargs: Any) -> Any:
        meeting.wait()  # it breaks where they come one after the other
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(MemoryFileSystem, "find", find)
    items = [item for _, item in triage(jobs(paths, settings), store, threading.Event())]
    assert [item.state for item in items if item] == ["complete"] * RECORDINGS


def test_what_was_found_by_rule_is_not_read_where_all_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, settings, store = tones(tmp_path / "a.wav", 5), quick_settings(tmp_path / "weights"), Store(tmp_path / "s")
    process(path, settings, store, QuickRegistry())
    read: list[str] = []
    monkeypatch.setattr(StoredOutline, "rows", lambda _self, rests_on: read.append(rests_on))
    assert [item.state for _, item in triage(jobs([path], settings), store, threading.Event()) if item] == ["complete"]
    assert read == []


def test_a_new_file_is_read_once_to_know_which_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, settings, store = tones(tmp_path / "a.wav", 5), quick_settings(tmp_path / "weights"), Store(tmp_path / "s")
    time.sleep(0.15)  # a file that has just been written is not trusted to stay as it is
    read: list[str] = []
    plain = identity._read
    monkeypatch.setattr(identity, "_read", lambda name: (read.append(name), plain(name))[1])
    for _ in range(2):  # `run` looks before it starts a flow, and the flow looks again
        assert [item for _, item in triage(jobs([path], settings), store, threading.Event())] == [None]
    run = process(path, settings, store, QuickRegistry()).run
    assert probe(path, levels=True).content_id == content_id(path) == run.key.recording
    assert read == [str(path)]


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"one")
    time.sleep(0.15)
    first = content_id(path)
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert content_id(path) != first, "its size and its date are as they were"
