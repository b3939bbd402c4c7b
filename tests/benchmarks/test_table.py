"""The table of benchmarks: each program exists, and the page shows what its file holds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, run
from benchmarks.rows import GATHER, Row, hand_back
from benchmarks.table import JSON, MARKDOWN, Table


def test_the_page_is_made_of_its_file() -> None:
    assert Table.read(JSON).markdown() == MARKDOWN.read_text(encoding="utf-8"), "`python -m benchmarks` writes both"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_program_of_a_benchmark_exists(name: str) -> None:
    for command in BENCHMARKS[name]:
        assert importlib.util.find_spec(command.split()[0]) is not None


def test_rows_are_gathered_where_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("hearing", 3, "CPU s", "a peer", 2)
    hand_back(row)
    monkeypatch.setenv(GATHER, str(tmp_path / "rows.jsonl"))
    hand_back(row)
    assert (tmp_path / "rows.jsonl").read_text().count("\n") == 1
    assert row.ratio == pytest.approx(1.5)
    assert row.line() == "1.50 x  hearing: 3 CPU s; a peer: 2 CPU s"


def test_a_benchmark_that_fails_leaves_the_table_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("broken", ("timeit --no-such-option",)) is None
    found = run("empty", ("timeit -n 1 -r 1 pass",))
    assert found is not None
    assert found.rows == []
