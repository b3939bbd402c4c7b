"""Encryption at rest: nothing readable on the disk, everything with the key, a clear error without it."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, StoreDamagedError, StoreLockedError
from pipeline.store import RunKey, Store
from pipeline.store.tables import ChunkRow

KEY = RunKey("recording", "fingerprint")
WORDS = "The turbine is switched off on Monday."


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "key"
    path.write_bytes(base64.b64encode(os.urandom(32)) + b"\n")
    return f"file:{path}"


@pytest.fixture
def store(tmp_path: Path, key: str) -> Store:
    store = Store(tmp_path / "store", key)
    run = store.run(KEY)
    run.save("run.json", {"created": "2026-01-01", "input": {"name": "board-meeting.mp3"}})
    run.write_chunks(0, [chunk()])
    return store


def chunk() -> ChunkRow:
    return ChunkRow(recording="r", index=0, start=0, end=9, kind="window", status="processed", transcript=WORDS)


def test_nothing_on_the_disk_can_be_read(store: Store, tmp_path: Path) -> None:
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert len(files) == 2
    for path in files:
        data = path.read_bytes()
        assert data.startswith(b"PARE")
        assert not any(word in data for word in (b"turbine", b"board-meeting", b"transcript", b"created"))


def test_the_key_opens_everything(store: Store, tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_KEY", Path(key.partition(":")[2]).read_text())
    (run,) = Store(tmp_path / "store", "env:STORE_KEY").runs()
    assert run.manifest()["input"]["name"] == "board-meeting.mp3"
    assert list(run.chunks()) == [chunk()]


def test_without_the_key_or_with_another_it_says_so(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(base64.b64encode(os.urandom(32)))
    for key, word in ((None, "encryption.key"), (f"file:{other}", "another key")):
        locked = Store(tmp_path / "store", key)
        with pytest.raises(StoreLockedError, match=word):
            locked.runs()
        with pytest.raises(StoreLockedError, match=word):
            list(locked.run(KEY).chunks())


def test_what_was_tampered_with_is_damaged(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "store" / KEY.path / "level=0" / "part-000000.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreDamagedError):
        list(store.run(KEY).chunks())


def test_a_plain_store_goes_on_encrypted(tmp_path: Path, key: str) -> None:
    plain = Store(tmp_path / "plain").run(KEY)
    plain.save("run.json", {"created": "x"})
    plain.write_chunks(0, [chunk()])
    run = Store(tmp_path / "plain", key).run(KEY)
    assert list(run.chunks()) == [chunk()]
    run.save("run.json", run.manifest())
    assert not (tmp_path / "plain" / KEY.path / "run.json").exists()
    assert run.manifest() == {"created": "x"}


@pytest.mark.parametrize(("text", "word"), [("c2hvcnQ=", "5 bytes"), ("no base64!", "base64"), (None, "No such file")])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str | None, word: str) -> None:
    path = tmp_path / "key"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=word):
        Store(tmp_path, f"file:{path}")
