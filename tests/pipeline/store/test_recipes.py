"""The recipes of docs/tables.md, run as they stand on a real store: each in a process of its own, with its library."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.process import process
from pipeline.reports.kept_outline import keep_outline
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones
from tests.pipeline.reports.test_outline import LINES, ROOT, stored

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"

_BLOCKS = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store `results` has a meeting with tasks, and a recording that was run twice."""
    folder = tmp_path_factory.mktemp("archive")
    run = stored(folder / "results", LINES, ROOT)
    keep_outline(run)
    path = tones(folder / "talk.wav", 12)
    for sets in ([], ["audio.length_s=6"]):
        process(path, quick_settings(folder / "weights", sets), Store(folder / "results"), QuickRegistry())
    return folder


def said(folder: Path, library: str) -> str:
    """What the blocks below the heading of a library print, one after the other."""
    pytest.importorskip(library.lower(), reason=f"{library} is not installed")
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {library}\n")[1].split("\n## ")[0]
    blocks = _BLOCKS.findall(section)
    assert blocks
    wide = "import pandas; pandas.set_option('display.width', 400, 'display.max_columns', None)\n"
    program = (wide if library == "pandas" else "") + "\n".join(blocks)
    env = {
        **os.environ,
        "POLARS_FMT_STR_LEN": "200",
        "POLARS_TABLE_WIDTH": "400",
        "POLARS_FMT_MAX_ROWS": "100",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_duckdb(folder: Path) -> None:
    told = said(folder, "DuckDB")
    assert re.search(r"talk\.wav\s+│\s+0\.2\s+│", told), "twelve seconds, counted once though it was run twice"
    assert re.search(r"a\.wav\s+│\s+20\.0\s+│ The budget of the bridge is 640,000 euros\.", told)
    assert re.search(r"│ Daniel\s+│ sends the written offer.*│ by Friday\s+│\s+40\.0", told)


def test_polars(folder: Path) -> None:
    told = said(folder, "Polars")
    assert re.search(r"r\s+┆ processed ┆ 70\.0\s+┆ 1\.0", told)
    assert re.search(r"20\.0\s+┆ 29\.0\s+┆ The budget of the bridge is 640,000 euros\.", told)
    assert told.count("┆ times_real_time") == 1


def test_pandas(folder: Path) -> None:
    told = said(folder, "pandas")
    assert re.search(r"0 days 00:00:20\S*\s+The budget of the bridge is 640,000 euros\.", told)
    assert "r [20.0] The **budget** of the bridge is 640,000 euros." in told
    assert "r [] The moon is made of cheese." in told


def test_every_recipe_belongs_to_a_library() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(_BLOCKS.findall(page)) == len(_BLOCKS.findall(page.partition("\n## DuckDB\n")[2])) == 8
