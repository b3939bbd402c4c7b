"""One damaged document of a store: nothing else is lost by it, it is named, and the next start makes it anew."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from flows.cli_status import _look
from pipeline.archive import Job, again, attempt
from pipeline.errors import StoreDamagedError, StoreError
from pipeline.process import process
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones


@pytest.mark.parametrize("name", ["runs/*.json", "recording.json", "*/stage.json"])
def test_a_damaged_document_is_named_and_made_anew(tmp_path: Path, name: str) -> None:
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights")
    good, bad = (tones(tmp_path / f"{pitch}.wav", 9, pitch=pitch) for pitch in (200, 300))
    runs = [process(path, settings, store, QuickRegistry()).run for path in (good, bad)]
    recording = tmp_path / "store" / runs[1].key.recording
    whole = {path: path.read_bytes() for path in recording.glob(name)}
    assert whole
    for path in whole:
        path.write_bytes(b"{")
    passed: list[StoreError] = []
    seen = {one.recording for one in _look(store, passed).values()}
    named = name.startswith("runs")
    assert seen == {run.key.recording for run in (runs[:1] if named else runs)}
    assert [str(error).partition(": ")[0] for error in passed] == [str(path) for path in whole] * named
    items = [item for _, item in again(store, settings)]
    assert [item.error for item in items if item] == [str(error) for error in passed]
    if named:
        with pytest.raises(StoreDamagedError, match="Delete this file"):
            store.find(runs[1].key.recording)
    more = quick_settings(tmp_path / "weights", [] if named else ["describe.max_tokens=64"])
    states = [
        attempt(Job(path, more), store, QuickRegistry(), lambda _step: None, threading.Event()).state
        for path in (bad, good)
    ]
    assert states == ["complete", "complete"]
    assert store.recording(runs[1].key.recording) is not None
    assert len(store.runs()) == (2 if named else 4)
