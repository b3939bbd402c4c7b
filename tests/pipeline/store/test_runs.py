"""The store keeps its word: parts whole or absent, what is damaged named, and every run found."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import NoSuchRunError, StoreDamagedError, StoreError
from pipeline.store import Run, RunKey, Store
from pipeline.store.documents import RecordingDocument, StageDocument
from pipeline.store.encryption import Cipher
from pipeline.store.files import Files
from pipeline.store.structs import Citation
from tests.pipeline.store.documents import document
from tests.pipeline.store.rows import KEY, chunk, node, window


def test_parts_are_read_in_order(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.describe.write(11, [chunk(88)])
    run.describe.write(2, [chunk(16), chunk(17)])
    run.hear.write(1, [window(4)])
    run.hear.write(0, [window(3)])
    assert [row.index for row in run.chunks()] == [16, 17, 88]
    assert [row.index for row in run.heard()] == [3, 4]
    assert run.describe.numbers() == [2, 11]
    run.describe.delete(2)
    assert [row.index for row in run.chunks()] == [88]


def test_levels_are_those_that_have_nodes(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    assert (run.levels(), run.parts()) == ([], {"recording/hear=h": 0, "recording/describe=d": 0})
    first = node(citations=[Citation(0, 0, 3, True, "aligned")], text="t")
    run.level(1).write(0, [first])
    run.level(1).write(1, [node(index=1)])
    run.level(10).write(0, [node(level=10)])
    run.level(2).write(0, [node(level=2)])
    run.level(2).delete(0)
    run.hear.write(0, [])
    assert run.levels() == [1, 10]
    assert list(run.nodes(1)) == [first, node(index=1)]
    assert run.level(1).read(0) == [first]
    assert run.parts() == {
        "recording/hear=h": 1,
        "recording/describe=d": 0,
        "recording/merge=m/level=1": 2,
        "recording/merge=m/level=10": 1,
    }


def test_a_run_has_the_rows_of_its_own_stages(tmp_path: Path) -> None:
    whole = Store(tmp_path).run(KEY)
    whole.hear.write(0, [window(0)])
    whole.describe.write(0, [chunk(0)])
    whole.level(1).write(0, [node()])
    heard = Store(tmp_path).run(RunKey("recording", {"hear": "h"}))
    assert ([len(list(heard.heard())), len(list(heard.chunks())), heard.levels()]) == [1, 0, []]
    seen = Store(tmp_path).run(RunKey("recording", {"describe": "d", "merge": "other"}))
    assert ([len(list(seen.heard())), len(list(seen.chunks())), seen.levels()]) == [0, 1, []]


def test_documents_survive(tmp_path: Path) -> None:
    store = Store(tmp_path)
    run = store.run(KEY)
    assert (run.document(), run.stage("hear"), store.recording("recording")) == (None, None, None)
    stage = StageDocument(stage="hear", key="h", rests_on={"beam": 5, "nested": {"a": [None, 1.5]}}, part_rows=4)
    recording = RecordingDocument(recording="recording", audio=("speech",), default_track=0, names=("a.wav", "ü.wav"))
    run.save(document(KEY))
    run.save_stage(stage)
    store.save_recording(recording)
    assert (run.document(), run.stage("hear"), store.recording("recording")) == (document(KEY), stage, recording)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The temporary is written and synced, then its name turns out to be taken by a folder."""
    files = Files(tmp_path)
    (tmp_path / "hear=h" / "part-000000.parquet").mkdir(parents=True)
    with pytest.raises(StoreError, match="part-000000"):
        files.write("hear=h/part-000000.parquet", b"whole")
    assert files.files("hear=h") == []
    assert [path.name for path in (tmp_path / "hear=h").iterdir()] == ["part-000000.parquet"]


def test_a_part_is_replaced_whole(tmp_path: Path) -> None:
    """Who has the old one open reads the old one to its end, and nothing else is left in the folder."""
    run = Store(tmp_path).run(KEY)
    run.describe.write(0, [chunk(0, summary="old")])
    path = tmp_path / "recording" / "describe=d" / "part-000000.parquet"
    with path.open("rb") as old:
        run.describe.write(0, [chunk(0, summary="new")])
        assert Cipher().read(old.read(), "old")["summary"].to_pylist() == ["old"]
    assert [row.summary for row in run.chunks()] == ["new"]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("limit", [0, 1000])
def test_no_room_is_an_error_with_a_cure_and_leaves_nothing(tmp_path: Path, limit: int) -> None:
    code = (
        "import resource, sys; from pipeline.store.files import *; from pipeline.errors import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
        "try: Files(sys.argv[1]).write('hear=h/x', bytes(4096))\n"
        "except StoreFullError as error: print(error)\n"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path), str(limit)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "make room" in done.stdout
    assert list((tmp_path / "hear=h").iterdir()) == []


def test_a_damaged_part_names_itself_and_its_cure(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.describe.write(0, [chunk(0)])
    path = tmp_path / "recording" / "describe=d" / "part-000000.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StoreDamagedError, match=r"part-000000.*Delete this file"):
        run.describe.read(0)


def test_a_table_of_something_else_is_a_damaged_part(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    path = tmp_path / "recording" / "describe=d" / "part-000000.parquet"
    path.parent.mkdir(parents=True)
    for other in ({"index": [0]}, {"my pin is four": ["my pin is four"]}, {"index": ["my pin is four"]}):
        pq.write_table(pa.table(other), path)
        with pytest.raises(StoreDamagedError, match=r"part-000000.*Delete this file") as caught:
            list(run.chunks())
        assert "my pin" not in str(caught.value)


@pytest.mark.parametrize("whole", [b"{", b"[]", b'{"format": 2}', b"\xff", b""])
def test_a_damaged_document_of_a_run_hides_no_other(
    tmp_path: Path, whole: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    keys = [RunKey(recording, {"hear": "h", "merge": run}) for recording in ("r", "s") for run in ("one", "two")]
    for key in keys:
        store.run(key).save(document(key))
    damaged = tmp_path / "r" / "runs" / "two.json"
    damaged.write_bytes(whole)
    with caplog.at_level(logging.WARNING):
        assert [run.key for run in store.runs()] == [keys[0], keys[2], keys[3]]
    assert "runs/two.json" in caplog.text
    assert store.find("r").key == keys[0]
    with pytest.raises(StoreDamagedError, match=r"runs/two\.json.*Delete this file"):
        store.run(keys[1]).document()


def test_a_document_without_stages_hides_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.run(KEY).save(document(KEY))
    text = document(KEY).model_copy(update={"stages": {}}).model_dump_json()
    (tmp_path / "recording" / "runs" / "empty.json").write_text(text)
    assert [run.key for run in store.runs()] == [KEY]


def named(store: Store, run: str, created: str, asked: str = "") -> Run:
    key = RunKey("r", {"hear": "h", "merge": run})
    store.run(key).save(document(key, created, asked))
    return store.run(key)


def test_runs_are_listed_by_when_they_were_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for run, created in (("bb", "2026-01-02"), ("ba", "2026-01-03"), ("c", "2026-01-01")):
        named(store, run, created)
    assert [run.key.run for run in store.runs("r")] == ["c", "bb", "ba"]
    assert store.find("r").key.run == "ba"
    named(store, "c", "2026-01-01", asked="2026-01-04")
    assert [run.key.run for run in store.runs()] == ["bb", "ba", "c"]
    assert store.find("r").key.run == "c"


def test_a_run_is_found_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for run in ("ba", "bb", "c"):
        named(store, run, "2026-01-01")
    assert store.find("r", "bb").key.run == "bb"
    assert store.find("r", "c").key.run == "c"
    with pytest.raises(NoSuchRunError, match="2 runs begin"):
        store.find("r", "b")
    for recording, name in (("r", "x"), ("nobody", None)):
        with pytest.raises(NoSuchRunError, match="no run"):
            store.find(recording, name)


@pytest.mark.parametrize("stages", [("hear",), ("hear", "describe"), ("describe", "merge"), ("hear", "merge")])
def test_a_run_has_the_name_of_its_last_stage_wherever_it_ends(tmp_path: Path, stages: tuple[str, ...]) -> None:
    key = RunKey("r", {stage: f"key-of-{stage}" for stage in stages})
    Store(tmp_path).run(key).save(document(key))
    (found,) = Store(tmp_path).runs()
    assert list(found.key.stages.items()) == list(key.stages.items())
    assert found.key.run == f"key-of-{stages[-1]}"
