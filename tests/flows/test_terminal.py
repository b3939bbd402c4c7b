"""What a file is named, and what an error says of it, is shown in a terminal and never obeyed."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from flows import cli, cli_status, progress
from flows.outcomes import show
from flows.progress import watching
from flows.terminal import Lines, cell, say
from pipeline.archive import Item
from pipeline.job import Step
from pipeline.run_status import RunStatus
from tests.flows.programs import ROOT, environment, longmedia

NAME = "[red]a|b<script>[link=http:x]\x1b]0;own\x07\x1b[31m\x9b5m\u202egpj\nlongmedia: forged.wav"
OBEYED = "\x1b\x07\x9b\u202e"


def obeyed(text: str) -> set[str]:
    return set(text) & set(OBEYED)


def test_a_line_is_one_line_and_keeps_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"  1  2   {NAME}")
    shown = capsys.readouterr().out
    assert shown.startswith("  1  2   [red]a|b<script>[link=http:x] ]0;own  [31m 5mgpj longmedia: forged.wav")
    assert shown.count("\n") == 1


def test_what_became_of_a_recording(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("in") / NAME
    failed, stopped = Item(path, "unreadable", error=f"{path}: no"), Item(path, "stopped")
    items = [failed, stopped, Item(path, "complete", "r", "n", True)]
    show(items, NAME)
    out, err = capsys.readouterr()
    assert not obeyed(out + err)
    assert (out.count("\n"), err.count("\n")) == (3, 1)


def test_a_table_of_rich_shows_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    one = RunStatus("r", "n", NAME, "hear", 1, 2, "running")
    console = Console(file=io.StringIO(), width=300)
    console.print(cli_status._table({("r", "n"): one}, {("r", "n"): one}, 0))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "[red]a|b<script>[link=http:x]" in shown
    assert not obeyed(shown)
    assert cell("[bold]x[/bold]").plain == "[bold]x[/bold]"


def test_the_bars_show_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=300, color_system=None)
    monkeypatch.setattr(progress, "Console", lambda **_: console)
    with watching() as watch:
        watch(Path(NAME))(Step("hear", 1, 2))
    shown = seen.getvalue()
    assert "[red]a|b<script>[link=http:x] ]0;own [31m 5mgpj longmedia: forged.wav: hearing" in shown
    assert not set(shown) & set("\x07\x9b\u202e")


def test_a_log_line_is_one_line() -> None:
    try:
        raise ValueError(NAME)
    except ValueError:
        record = logging.LogRecord("pipeline", logging.ERROR, "", 0, "%s", (NAME,), sys.exc_info())
    first, *traceback = Lines("%(levelname)s %(message)s").format(record).split("\n")
    assert first.startswith("ERROR [red]a|b")
    assert first.endswith("forged.wav")
    assert traceback[0].startswith("Traceback")
    assert not obeyed(first + "".join(traceback))


def test_the_command_line_with_such_a_file(tmp_path: Path) -> None:
    """An error about a file, in the commands that name files; also a name that is no text at all."""
    bad = tmp_path / NAME
    bad.write_text("no sound")
    undecodable = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.wav")
    Path(undecodable).write_text("no sound")
    for words in (["probe", bad], ["plan", bad], ["run", bad, "--direct"], ["run", undecodable, "--direct"]):
        command = longmedia(*words, *(["--store", tmp_path / "s"] if words[0] != "probe" else []))
        done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr
        assert not obeyed(done.stdout + done.stderr)
        assert not any(line.startswith("longmedia: forged") for line in done.stderr.splitlines())


def test_an_unforeseen_error_is_a_line_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise ValueError("my pin is four")

    monkeypatch.setattr(cli, "app", fails)
    monkeypatch.setattr(cli, "_log", lambda: None)  # it sets levels for the whole process
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("longmedia: an unforeseen ValueError, raised at test_terminal.py:")
    assert "pin" not in said


def test_nothing_is_printed_past_the_one_place() -> None:
    """`print`, `typer.echo` and rich's markup are used where names are made printable, and nowhere else."""
    for path in sorted((ROOT / "flows").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        found = [way for way in ("typer.echo", "print(", "click.echo") if way in text]
        assert found == (["typer.echo"] if path.name == "terminal.py" else []), path
