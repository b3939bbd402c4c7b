"""Every command line in README and docs is one that the program takes: none can rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command_lines import parse, written

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINES = [
    pytest.param(words, id=f"{page.name}: {' '.join(words)}")
    for page in PAGES
    for words in written(page.read_text(encoding="utf-8"))
    if words[0] != "COMMAND"
]


def test_command_lines_are_found() -> None:
    text = 'Run `longmedia run a.mp3`.\n\n    longmedia report a.mp3 --format "md" > a.md  # a report\n    ls\n'
    assert list(written(text)) == [["report", "a.mp3", "--format", "md"], ["run", "a.mp3"]]
    assert len(LINES) > 60


@pytest.mark.parametrize("words", LINES)
def test_each_is_understood(words: list[str]) -> None:
    parse(words)


@pytest.mark.parametrize(
    "line",
    [
        "fly",
        "run a.mp3 --no-such-option",
        "run a.mp3 --set hear.no_such=1",
        "models fetch starter",
        "report --format md",
    ],
)
def test_a_wrong_one_is_told(line: str) -> None:
    with pytest.raises(Exception, match=re.compile(r"no such|missing", re.IGNORECASE)):
        parse(line.split())
