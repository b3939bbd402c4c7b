"""The house keeps its shape: floors, sizes, and an error tree that is drawn in full."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from chunkers.errors import LongmediaError
from pipeline import errors
from tests.pythons import LEFT_OUT

ROOT = Path(__file__).parent.parent
FLOORS = {"chunkers": 0, "pipeline": 1, "flows": 2, "longmedia": 2}
FOLDERS = [*FLOORS, "benchmarks", "data", "tests"]
SOURCES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
MOST_LINES = 340
"""Lines of a source file; the longest one comes near it, so that the bound is one that can be broken."""


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_floor_imports_only_floors_below_it(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0]
    floor = FLOORS[own]
    names = _imports(path)
    assert not {name for name, height in FLOORS.items() if height >= floor and name != own} & names
    if own != "flows":
        assert "prefect" not in names
    if floor < FLOORS["pipeline"]:
        assert not names & {"torch", "transformers", "faster_whisper", "ctranslate2", "xllamacpp"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_idea(path: Path) -> None:
    assert _lines(path) <= MOST_LINES


def test_the_bound_on_files_is_one_that_can_be_broken() -> None:
    assert max(map(_lines, SOURCES)) > 0.9 * MOST_LINES


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_tables_are_read_in_one_place() -> None:
    """Most ways to read a table start threads of pyarrow's, which can abort the process; see `Cipher.read`."""
    readers = {"ParquetFile", "read_table", "ParquetDataset", "dataset", "read_pandas", "read_parquet"}
    calls = [
        str(path.relative_to(ROOT))
        for path in (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in readers
    ]
    assert set(calls) == {"pipeline/store/encryption.py"}


def test_what_other_pythons_leave_out_is_there() -> None:
    assert [path for path in LEFT_OUT if not (ROOT / path).exists()] == []


def test_the_core_runs_where_prefect_is_not_installed() -> None:
    code = (
        "import sys; sys.modules['prefect'] = None; sys.modules['torch'] = None\n"
        "import longmedia, pipeline.process, pipeline.archive, pipeline.reports, pipeline.models.weights.catalog\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_error_tree_is_drawn_in_full() -> None:
    def below(cls: type[Exception]) -> set[str]:
        return {cls.__name__} | {name for sub in cls.__subclasses__() for name in below(sub)}

    drawn = errors.__doc__ or ""
    ours = {name for name in below(LongmediaError) if name in vars(errors)}
    assert len(ours) > 15
    assert {name for name in ours if name not in drawn} == set()
    assert below(LongmediaError) - {"MissingError"} <= set(vars(errors)), "an error that the tree does not know"
