"""How a command ends: the exit code is ours, and standard error holds our line or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chunkers.ffmpeg import find_ffmpeg
from flows.cli_options import exit_code
from pipeline.archive import Item

ROOT = Path(__file__).parent.parent.parent
PROGRAM = f"{sys.executable} -c 'from flows.start import main; main()'"


def shell(line: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $L is the program."""
    return subprocess.run(
        ["bash", "-c", line.replace("$L", PROGRAM)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("command", ["settings", "--help"])
def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, command: str) -> None:
    done = shell(f"$L {command} | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_an_output_that_is_full_is_a_fault_and_one_that_is_closed_is_not(tmp_path: Path) -> None:
    full = shell("$L settings > /dev/full", tmp_path)
    assert (full.returncode, full.stderr.count("\n")) == (1, 1)
    assert "No space left" in full.stderr
    closed = shell("$L settings >&-", tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")


_INTERRUPTED = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "flows.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Finder())
from flows.start import main
main()
"""


def test_ctrl_c_while_the_program_is_still_being_imported(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _INTERRUPTED]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_one_missing_file_of_a_list_and_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9.wav")
    subprocess.run([find_ffmpeg(), "-v", "error", "-f", "lavfi", "-i", "sine=d=1", odd], check=True)
    for encoding in ("utf-8:strict", "ascii:strict"):
        done = shell("$L plan missing.wav *.wav", tmp_path, PYTHONIOENCODING=encoding)
        assert done.returncode == 3
        assert "caf\\xe9.wav: 0:00:01" in done.stdout
        assert done.stderr == "longmedia: missing.wav: there is no such file. Check the name.\n"


def test_what_a_fault_of_ours_looks_like(tmp_path: Path) -> None:
    done = shell("$L status --store $(printf 'caf\\351')", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "caf\\xe9: its name" in done.stderr


def test_an_input_that_was_passed_over_makes_gaps_of_a_night() -> None:
    done, missing = Item(Path("a"), "complete"), Item(Path("b"), "unreadable", error="b: there is no such file.")
    assert [exit_code(items) for items in ([done], [done, missing], [missing])] == [0, 3, 4]
