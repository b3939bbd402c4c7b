"""The table of commands: what it says of each is what the command says, and help needs nothing heavy."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import COMMANDS, app

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("numpy", "pyarrow", "pipeline.settings", "prefect", "torch", "faster_whisper", "rich")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_in_the_list_is_the_first_line_of_the_command(name: str) -> None:
    command = COMMANDS[name].load(name)
    assert command.name == name
    assert inspect.cleandoc(command.help).splitlines()[0] == COMMANDS[name].summary


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_help_with_its_examples(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "300"})
    assert shown.exit_code == 0
    assert f"Usage: root {name}" in shown.stdout.replace("longmedia", "root")
    for example in COMMANDS[name].examples.split("`")[1::2]:
        assert example in " ".join(shown.stdout.split())


@pytest.mark.parametrize("words", [["--help"], ["nonsense"], []])
def test_help_and_a_wrong_command_import_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\nfrom flows.cli import main\ntry:\n    main()\nfinally:\n"
        f"    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] == "[]"
