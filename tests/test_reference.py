"""The pages that are made from the code say what it says now."""

from __future__ import annotations

import pytest

from docs.generate import FOLDER, PAGES
from flows.cli import COMMANDS
from pipeline.settings import table


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    made = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert "".join(PAGES[name]()) == made, "`python -m docs.generate` writes it anew"


def test_all_is_there() -> None:
    settings, commands = ("".join(PAGES[name]()) for name in ("settings", "commands"))
    assert all(f"| `{key}` |" in settings for key, *_ in table())
    assert all(f"## longmedia {name}\n" in commands for name in COMMANDS)
    assert "`--by-speaker`" in commands
