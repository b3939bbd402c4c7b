"""Killed before each single act on a file of the store: the next start ends as if nothing had happened."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_a_kill_before_every_single_act_on_a_file(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.pipeline.killing", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = re.fullmatch(r"survived (\d+) of (\d+) kills; (\d+) parts of (.*)\n", done.stdout)
    assert figures is not None, done.stdout
    _, attempted, parts = map(int, figures.groups()[:3])
    assert figures[4] == "describe, hear, level"
    assert parts >= 8, "three parts each of what was heard and described, and two levels of merging"
    assert attempted >= 3 * parts, "opened, renamed, and its folder synced"
