"""`longmedia`: the command line, thin over the flows and the core.

The module of a command is imported when the command is called: most need neither a model nor Prefect, and asking for
help needs nothing at all.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from flows.environment import find_home
from flows.exit_codes import BLOCKED, INTERRUPTED, NO_INPUT, OK, WRONG_USE
from flows.streams import drop_output, nobody_reads, open_streams
from flows.terminal import log_to_terminal, say
from pipeline.errors import Interrupted, LongmediaError, MediaError, NoSuchRunError, SettingsError
from pipeline.faults import explain, way_to


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, what it does in one line, and how it is called.

    `function` is its function in `module`, or the `app` of a group of commands.
    """

    module: str
    function: str
    summary: str
    examples: str = ""

    def load(self, name: str) -> Any:
        """The command itself, under `name`."""
        found = getattr(importlib.import_module(self.module), self.function)
        if isinstance(found, typer.Typer):
            command = get_command(found)
        else:
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown")
            alone.command(name, epilog=self.examples or None)(found)
            command = get_command(alone)
        command.name = name
        return command


COMMANDS = {
    "run": Entry(
        "flows.cli_run",
        "run",
        "Transcribe and summarise; goes on where an earlier start ended.",
        "Examples: `longmedia run talk.mp3` · `longmedia run archive/ --store results` · "
        "`longmedia run talk.mp3 --transcript talk.srt` · `longmedia run camera/ --join` · "
        "`longmedia run archive/ --formats html,srt --reports out` · "
        "`longmedia run talk.mp3 --model qwen2.5-0.5b` · "
        "`longmedia run night.mp4 --recipe gemma --model ~/gemma-4-E4B-it`",
    ),
    "plan": Entry(
        "flows.cli_plan",
        "plan",
        "Calls, tokens, depth and time of a run, before any model is loaded.",
        "Example: `longmedia plan night.mp4`",
    ),
    "status": Entry(
        "flows.cli_status",
        "status",
        "What the store holds: recordings, share done, gaps; in a terminal with --watch a live table.",
        "Example: `longmedia status --watch`",
    ),
    "report": Entry(
        "flows.cli_report",
        "report",
        "Write a report, to standard output or to a file.",
        "Examples: `longmedia report talk.mp3 > talk.md` · `longmedia report 3f2a... --format srt` · "
        "`longmedia report talk.mp3 --format html --out talk.html` · "
        "`longmedia report talk.mp3 --format html --embed --out talk.html`",
    ),
    "search": Entry(
        "flows.cli_search",
        "search",
        "Find words in transcripts, summaries, on-screen text, speakers and chapters of all recordings, best first.",
        "Examples: `longmedia search roof leak` · `longmedia search '\"written offer\"' --speaker anna` · "
        "`longmedia search valve --kind screen --since 2026-03-01` · "
        "`longmedia search budget --json | jq '.hits[].stamp'`",
    ),
    "browse": Entry(
        "flows.cli_browse",
        "browse",
        "Show the store in a browser on this machine: recordings, search, reports that play, progress; until Ctrl-C.",
        "Example: `longmedia browse --store results`",
    ),
    "speakers": Entry(
        "flows.cli_speakers",
        "app",
        "Who speaks in a recording, and what they are called.",
    ),
    "correct": Entry(
        "flows.cli_correct",
        "correct",
        "Put right what was heard wrong: reports, subtitles and search follow at once.",
        'Examples: `longmedia correct talk.mp3 "Pavle Nowak" "Pavel Novak"` · '
        "`longmedia correct talk.mp3 their there --at 1:23` · `longmedia correct talk.mp3 Pavle Pavel --everywhere` · "
        "`longmedia correct talk.mp3 --undo`",
    ),
    "export": Entry(
        "flows.cli_export",
        "app",
        "The store in another form: a folder of pages.",
    ),
    "series": Entry(
        "flows.cli_video",
        "series",
        "Numbers that were read on screens, over all recordings of the store: gauges, counters, clocks.",
        "Examples: `longmedia series --text bar` · `longmedia series --out gauges.parquet`",
    ),
    "findings": Entry(
        "flows.cli_video",
        "findings",
        "What the profile's rules call bad, over all recordings of the store, each recording's worst first.",
        "Example: `longmedia findings --severity major --out findings.csv`",
    ),
    "tasks": Entry(
        "flows.cli_tasks",
        "tasks",
        "Who is to do what by when, over all recordings of the store, each with its moment.",
        "Examples: `longmedia tasks --who anna` · `longmedia tasks --kind decision --json`",
    ),
    "frames": Entry(
        "flows.cli_video",
        "frames",
        "Write the key frames of a recording as JPEG files.",
        "Example: `longmedia frames night.mp4 --out pictures`",
    ),
    "retry": Entry(
        "flows.cli_retry",
        "retry",
        "Try again what failed, in every run of the store: those chunks and summaries only.",
        "Example: `longmedia retry --store results`",
    ),
    "serve": Entry(
        "flows.cli_serve",
        "serve",
        "Process an inbox on a schedule, until Ctrl-C.",
        'Example: `longmedia serve --inbox inbox --cron "0 1 * * *" --until 06:00`',
    ),
    "probe": Entry(
        "flows.cli_probe",
        "probe",
        "What a file holds, and what would be heard.",
    ),
    "doctor": Entry(
        "flows.cli_doctor",
        "doctor",
        "What this machine has, what could run on it and how fast, and what to choose; writes longmedia.toml.",
    ),
    "models": Entry(
        "flows.cli_models",
        "app",
        "The weights on this machine: get, list, verify, export, import.",
    ),
    "ledger": Entry(
        "flows.cli_ledger",
        "app",
        "What left this machine: verify, show.",
    ),
    "settings": Entry(
        "flows.cli_settings",
        "list_settings",
        "Every setting with its default and meaning.",
    ),
}
"""Every command by its name, in the order in which they are shown."""


class _Commands(TyperGroup):
    """The commands by name and summary; the one that is called is loaded.

    Its own help is plain text: what draws the boxes of a command's help takes longer to import than all else.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """The names, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer's signature
        """What the list of commands shows of one; None where there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else TyperCommand(cmd_name, help=entry.summary)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's signature
        """Each command with its whole summary."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that `args` call, loaded, and its own arguments."""
        name, shown, rest = super().resolve_command(ctx, args)
        return name, shown if name is None else COMMANDS[name].load(name), rest


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Transcribe and summarise recordings of any length with local 4-bit models.",
    epilog="Exit codes: 0 complete · 1 the machine cannot do it now (weights, disk) · 2 wrong use · "
    "3 finished with gaps · 4 no input could be read · 130 interrupted, state kept.",
)


@app.callback()
def _program() -> None:
    pass


def _log() -> None:
    """Our own log lines on standard error, from the level that LONGMEDIA_LOG names; those of libraries from ERROR."""
    level = os.environ.get("LONGMEDIA_LOG", "ERROR").upper()
    if level not in logging.getLevelNamesMapping():
        raise SettingsError(f"LONGMEDIA_LOG={level}: expected DEBUG, INFO, WARNING or ERROR.")
    log_to_terminal(level)


def main() -> None:
    """The entry point: whatever ends a command becomes a line and an exit code of ours, never a traceback."""
    open_streams()
    code = _ended()
    try:
        sys.stdout.flush()
    except OSError as error:
        drop_output()
        if not nobody_reads(error):
            say(f"longmedia: standard output: {explain(error)}", error=True)
            code = code or BLOCKED
    gc.freeze()  # else Python looks through all that was imported, for up to half a second, before it is gone anyway
    sys.exit(code)


def _ended() -> int:
    """Run the command; gives its exit code."""
    code = OK
    try:
        find_home()
        _log()
        app()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else OK
        if nobody_reads(end):
            drop_output()
            code = OK
        elif isinstance(end.__context__, typer.Abort):  # Ctrl-C, as the library that reads command lines names it
            code = INTERRUPTED
    except (Interrupted, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a traceback shows what the error says, and that may be what was spoken
        ours = isinstance(error, LongmediaError)
        say(f"longmedia: {error if ours else explain(error)}", error=True)
        if not ours:
            logging.getLogger("flows").debug("%s", way_to(error))
        code = _code(error)
    return code


def _code(error: Exception) -> int:
    if isinstance(error, SettingsError | NoSuchRunError):
        return WRONG_USE
    return NO_INPUT if isinstance(error, MediaError) else BLOCKED
