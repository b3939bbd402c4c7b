"""What is set for Prefect before it is imported, on machines whose home is of no use."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from flows.environment import find_home

ROOT = Path(__file__).parent.parent.parent

_SHOW = """
import os
from flows.environment import prepare
prepare()
print(os.environ.get("PREFECT_HOME"))
print(os.path.isdir(os.environ.get("PREFECT_HOME", "")))
"""


def prepared(tmp_path: Path, **more: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {**kept, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), **more}
    words = [sys.executable, "-c", _SHOW]
    shown = subprocess.run(words, env=env, capture_output=True, text=True, check=True).stdout.split()
    assert not list(scratch.iterdir()), "what was made is gone with the program"
    return shown


def test_a_home_that_cannot_be_written_gives_way_to_a_folder_for_this_program(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder can be made in it")
    home, there = prepared(tmp_path, HOME=str(tmp_path / "home"))
    assert home.startswith(str(tmp_path / "scratch"))
    assert there == "True"


def test_a_home_that_can_be_written_is_used_and_one_that_is_named_too(tmp_path: Path) -> None:
    assert prepared(tmp_path, HOME=str(tmp_path)) == ["None", "False"]
    (tmp_path / "scratch").rmdir()
    assert prepared(tmp_path, HOME="/dev/null", PREFECT_HOME="/mine")[0] == "/mine"


def test_a_user_without_a_name_and_a_home_is_given_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    find_home()
    assert os.environ["HOME"] == str(tmp_path)
    monkeypatch.delenv("HOME")

    def unknown(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    find_home()
    assert Path(os.environ["HOME"]).is_dir()
