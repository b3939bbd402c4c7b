"""The store keeps its word: parts whole or absent, one writer, readable by anyone."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StoreBusyError, StoreDamagedError, StoreError
from pipeline.store import RunKey, Store
from pipeline.store.files import TEMPORARY, Files
from pipeline.store.tables import ChunkRow, NodeRow, to_chunks, to_nodes, to_table

KEY = RunKey("recording", "fingerprint")


def chunk(index: int, **more: object) -> ChunkRow:
    values = {"recording": "r", "index": index, "start": index * 10, "end": index * 10 + 10, "kind": "window"}
    return ChunkRow(**{**values, "status": "processed", **more})  # type: ignore[arg-type]


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.lists(st.tuples(texts, texts, st.integers(0, 2**62)), max_size=5))
def test_rows_survive_the_table(values: list[tuple[str, str, int]]) -> None:
    rows = [
        chunk(n, transcript=words, error=error, end=2**62, start=start, cues=[
            {"start": start, "end": start + 1, "text": words, "speaker": None}
        ])
        for n, (words, error, start) in enumerate(values)
    ]  # fmt: skip
    assert to_chunks(to_table(rows, ChunkRow)) == rows


def test_every_column_says_what_it_means(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.write_chunks(0, [chunk(0)])
    schema = pq.read_schema(tmp_path / KEY.path / "level=0" / "part-000000.parquet")
    assert all(schema.field(name).metadata[b"meaning"] for name in schema.names)
    assert schema.field("start").metadata[b"unit"] == b"1/16000 s"


def test_parts_are_read_in_order(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.write_chunks(11, [chunk(88)])
    run.write_chunks(2, [chunk(16), chunk(17)])
    assert [row.index for row in run.chunks()] == [16, 17, 88]
    assert run.levels() == [0]


def test_nodes_survive(tmp_path: Path) -> None:
    node = NodeRow(
        recording="r", level=1, index=0, start=0, end=9, children=[0, 1], inputs_hash="x", status="processed",
        text="t", citations=[{"sentence": 0, "start": 0, "end": 3, "valid": True, "how": "aligned"}],
    )  # fmt: skip
    run = Store(tmp_path).run(KEY)
    run.write_nodes(1, 0, [node])
    assert list(run.nodes(1)) == [node]
    assert to_nodes(run.read(1, 0)) == [node]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The temporary is written and synced, then its name turns out to be taken by a folder."""
    files = Files(tmp_path)
    (tmp_path / "level=0" / "part-000000.parquet").mkdir(parents=True)
    with pytest.raises(StoreError, match="part-000000"):
        files.write("level=0/part-000000.parquet", b"whole")
    assert files.files("level=0") == []
    assert [path.name for path in (tmp_path / "level=0").iterdir()] == ["part-000000.parquet"]


def test_left_over_temporaries_are_swept_by_the_next_writer(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.write_chunks(0, [chunk(0)])
    left = tmp_path / KEY.path / "level=0" / f"{TEMPORARY}part-000001.parquet-1"
    left.write_bytes(b"half")
    assert run.parts(0) == [0]
    with run.writing():
        assert not left.exists()


def test_a_damaged_part_names_itself_and_its_cure(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.write_chunks(0, [chunk(0)])
    path = tmp_path / KEY.path / "level=0" / "part-000000.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StoreDamagedError, match=r"part-000000.*Delete this file"):
        run.read(0, 0)


def test_a_second_writer_is_turned_away_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import sys; from pipeline.store import *\n"
        "with Store(sys.argv[1]).run(RunKey('recording', 'fingerprint')).writing():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    run = Store(tmp_path).run(KEY)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError), run.writing():
            pass
        child.kill()
    with run.writing():
        pass


@pytest.mark.parametrize("limit", [0, 1000])
def test_no_room_is_an_error_with_a_cure_and_leaves_nothing(tmp_path: Path, limit: int) -> None:
    code = (
        "import resource, sys; from pipeline.store.files import *; from pipeline.errors import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
        "try: Files(sys.argv[1]).write('level=0/x', bytes(4096))\n"
        "except StoreFullError as error: print(error)\n"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path), str(limit)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "make room" in done.stdout
    assert list((tmp_path / "level=0").iterdir()) == []


def test_runs_are_listed_by_their_start(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for fingerprint, created in (("b", "2026-01-02"), ("a", "2026-01-03"), ("c", "2026-01-01")):
        store.run(RunKey("r", fingerprint)).save("run.json", {"created": created})
    assert [run.key.fingerprint for run in store.runs("r")] == ["c", "b", "a"]
    assert store.latest("r").key.fingerprint == "a"


_COUNT = """
import os, sys
from pipeline.store import Store
def threads():
    return len(os.listdir("/proc/self/task"))
store = Store(sys.argv[1], sys.argv[2] or None)
before = threads()
rows = [row for run in store.runs() for row in run.chunks()]
print(len(rows), threads() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="native threads are counted in /proc")
@pytest.mark.parametrize("encrypted", [False, True])
def test_reading_starts_no_thread(tmp_path: Path, encrypted: bool) -> None:
    """A thread of pyarrow's that is still there when the process ends aborts it, once in a few hundred starts."""
    key = ""
    if encrypted:
        (tmp_path / "key").write_bytes(base64.b64encode(b"0" * 32))
        key = f"file:{tmp_path / 'key'}"
    run = Store(tmp_path / "store", key or None).run(KEY)
    run.save("run.json", {"created": "2026-01-01"})
    run.write_chunks(0, [chunk(number) for number in range(3)])
    told = subprocess.run(
        [sys.executable, "-c", _COUNT, tmp_path / "store", key],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert told.stdout.split() == ["3", "0"]
