"""Tables: rows come back as they were, every column says what it means, and reading starts no thread."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store import Store
from pipeline.store.structs import Citation, Event
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, to_rows, to_table
from pipeline.text.cues import Cue
from tests.pipeline.store.documents import document
from tests.pipeline.store.rows import KEY, chunk, node, window

texts = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.lists(st.tuples(texts, texts, st.integers(0, 2**62)), max_size=5))
def test_rows_survive_the_table(values: list[tuple[str, str, int]]) -> None:
    heard = [
        window(n, transcript=words, error=error, end=2**62, start=start, words=[Cue(start, start, words)], cues=[
            Cue(start, start + 1, words), Cue(start, start + 1, words, error)
        ])
        for n, (words, error, start) in enumerate(values)
    ]  # fmt: skip
    assert to_rows(to_table(heard, HearRow), HearRow) == heard
    described = [
        chunk(n, summary=words, error=error, end=2**62, start=start, facts=[words, error], events=[Event(start, words)])
        for n, (words, error, start) in enumerate(values)
    ]
    assert to_rows(to_table(described, DescribeRow), DescribeRow) == described
    nodes = [
        node(index=n, text=words, error=error, end=2**62, start=start, children=[start], citations=[
            Citation(n, start, start + 1, bool(n % 2), words)
        ])
        for n, (words, error, start) in enumerate(values)
    ]  # fmt: skip
    assert to_rows(to_table(nodes, NodeRow), NodeRow) == nodes


def test_a_column_that_a_later_version_has_added_is_passed_over() -> None:
    table = to_table([chunk(0)], DescribeRow)
    assert to_rows(table.append_column("later", pa.array(["?"])), DescribeRow) == [chunk(0)]


def test_every_column_says_what_it_means(tmp_path: Path) -> None:
    run = Store(tmp_path).run(KEY)
    run.hear.write(0, [window(0)])
    run.describe.write(0, [chunk(0)])
    run.level(1).write(0, [node()])
    for folder in ("hear=h", "describe=d", "merge=m/level=1"):
        schema = pq.read_schema(tmp_path / "recording" / folder / "part-000000.parquet")
        assert all(schema.field(name).metadata[b"meaning"] for name in schema.names)
        assert schema.field("start").metadata[b"unit"] == b"1/16000 s"


_COUNT = """
import os, sys
from pipeline.store import Store
def threads():
    return len(os.listdir("/proc/self/task"))
store = Store(sys.argv[1], sys.argv[2] or None)
before = threads()
rows = [row for run in store.runs() for rows in (run.heard(), run.chunks(), run.nodes(1)) for row in rows]
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
    run.save(document(KEY))
    run.hear.write(0, [window(number) for number in range(3)])
    run.describe.write(0, [chunk(number) for number in range(3)])
    run.level(1).write(0, [node()])
    told = subprocess.run(
        [sys.executable, "-c", _COUNT, tmp_path / "store", key],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert told.stdout.split() == ["7", "0"]
