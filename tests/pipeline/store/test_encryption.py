"""Encryption at rest: nothing readable on the disk, everything with the key, a clear error without it."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, StoreDamagedError, StoreLockedError
from pipeline.store import RunDocument, RunKey, Store
from pipeline.store.documents import CorrectionsDocument, RecordingDocument, StageDocument
from pipeline.store.tables import DescribeRow, HearRow
from pipeline.text.corrections import Correction
from tests.pipeline.store.documents import document

KEY = RunKey("recording", {"hear": "h", "describe": "d"})
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
    store.save_recording(RecordingDocument(recording=KEY.recording, names=("board-meeting.mp3",)))
    run.save(document(KEY, name="board-meeting.mp3"))
    run.save_stage(StageDocument(stage="hear", key="h", rests_on={"words": WORDS}))
    store.save_corrections(CorrectionsDocument(recording=KEY.recording, corrections=(Correction("whale", WORDS),)))
    run.hear.write(0, [window()])
    run.describe.write(0, [chunk()])
    return store


def window() -> HearRow:
    return HearRow(recording="r", index=0, start=0, end=9, heard_start=0, status="processed", transcript=WORDS)


def chunk() -> DescribeRow:
    return DescribeRow(
        recording="r", index=0, start=0, end=9, kind="window", inputs="", status="processed", summary=WORDS
    )


def begun(run: RunDocument | None) -> str:
    assert run is not None
    return run.created


def test_nothing_on_the_disk_can_be_read(store: Store, tmp_path: Path) -> None:
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(files) == 6
    for path in files:
        data = path.read_bytes()
        assert data.startswith(b"PARE")
        assert not any(word in data for word in (b"turbine", b"board-meeting", b"transcript", b"summary", b"created"))


def test_the_key_opens_everything(store: Store, tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_KEY", Path(key.partition(":")[2]).read_text())
    opened = Store(tmp_path / "store", "env:STORE_KEY")
    (run,) = opened.runs()
    assert run.document() == document(KEY, name="board-meeting.mp3")
    assert (list(run.heard()), list(run.chunks())) == ([window()], [chunk()])
    stage, recording = run.stage("hear"), opened.recording(KEY.recording)
    assert [one.right for one in run.corrections().corrections] == [WORDS]
    assert stage is not None
    assert stage.rests_on == {"words": WORDS}
    assert recording is not None
    assert recording.names == ("board-meeting.mp3",)


def test_without_the_key_or_with_another_it_says_so(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(base64.b64encode(os.urandom(32)))
    for key, word in ((None, "encryption.key"), (f"file:{other}", "another key")):
        locked = Store(tmp_path / "store", key)
        with pytest.raises(StoreLockedError, match=word):
            locked.runs()
        with pytest.raises(StoreLockedError, match=word):
            list(locked.run(KEY).chunks())
        with pytest.raises(StoreLockedError, match=word):
            locked.recording(KEY.recording)


def test_what_was_tampered_with_is_damaged(store: Store, tmp_path: Path) -> None:
    for name in ("describe=d/part-000000.parquet", "runs/d.parquet"):
        path = tmp_path / "store" / KEY.recording / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with pytest.raises(StoreDamagedError, match="part-000000"):
        list(store.run(KEY).chunks())
    with pytest.raises(StoreDamagedError, match=r"d\.parquet"):
        store.run(KEY).document()


def test_a_plain_store_goes_on_encrypted(tmp_path: Path, key: str) -> None:
    plain = Store(tmp_path / "plain").run(KEY)
    plain.save(document(KEY, "x"))
    plain.describe.write(0, [chunk()])
    run = Store(tmp_path / "plain", key).run(KEY)
    assert list(run.chunks()) == [chunk()]
    assert begun(run.document()) == "x"
    run.save(document(KEY, "y"))
    assert [path.name for path in (tmp_path / "plain" / KEY.recording / "runs").iterdir()] == ["d.parquet"]
    assert begun(run.document()) == "y"
    assert [one.key for one in Store(tmp_path / "plain", key).runs()] == [KEY]


@pytest.mark.parametrize(("text", "word"), [("c2hvcnQ=", "5 bytes"), ("no base64!", "base64"), (None, "No such file")])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str | None, word: str) -> None:
    path = tmp_path / "key"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=word):
        Store(tmp_path, f"file:{path}")
