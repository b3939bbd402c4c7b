"""`longmedia tasks`: what is to be done, over all recordings of a store; decisions, questions and figures, too."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from chunkers.spans import TICKS_PER_SECOND, stamp
from flows.cli_options import ConfigOption, StoreOption, find_run, open_store
from flows.exit_codes import GAPS
from flows.terminal import say
from pipeline.errors import SettingsError, StoreDamagedError, StoreError, StoreFullError
from pipeline.reports.flat import to_json, write_rows
from pipeline.reports.kept_outline import keep_outline, outline_rows
from pipeline.reports.tasks import TaskRow, task_rows
from pipeline.settings import load_here
from pipeline.store import Run
from pipeline.store.tables import OutlineRow

Kind = Literal["task", "decision", "question", "figure", "all"]


def tasks(
    recording: Annotated[
        str | None, typer.Option("--recording", help="Only of this one: its id, the start of it, or the input's path.")
    ] = None,
    who: Annotated[str, typer.Option("--who", help='Only of those with this in their name: "anna".')] = "",
    kind: Annotated[Kind, typer.Option("--kind", help="What is listed.")] = "task",
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="A .csv or .parquet file.")] = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Who is to do what by when, over all recordings of the store, each with its moment.

    They are found by rule among the sentences that were said (docs/merging.md); what was done since is not known.
    """
    if as_json + as_csv + (out is not None) > 1:
        raise SettingsError("--json, --csv and --out are three ways to say the same.", cure="Choose one.")
    opened = open_store(store, load_here(config))
    passed: list[StoreError] = []
    runs = [find_run(recording, None, opened)] if recording else opened.runs(passed=passed)
    found = task_rows(runs, "" if kind == "all" else kind, who, lambda run: _rows(run, passed))
    if as_json:
        sys.stdout.writelines(to_json(found))
    elif as_csv or out is not None:
        write_rows(TaskRow, found, out)
    else:
        _show(found)
    for fault in passed:
        say(f"longmedia: {fault}", error=True)
    if passed:
        raise typer.Exit(GAPS)


def _rows(run: Run, passed: list[StoreError]) -> list[OutlineRow]:
    """The rows of a run, those that were told anew kept in a store on this machine; of a damaged one none.

    What is damaged is added to `passed`. A store that cannot be written, or is on another machine, stays as it is.
    """
    try:
        if not run.files.elsewhere:
            with contextlib.suppress(StoreFullError):
                return keep_outline(run)
        return outline_rows(run)
    except StoreDamagedError as error:
        passed.append(error)
        return []


def _show(rows: Iterable[TaskRow]) -> None:
    """A line a row, below the name of its recording."""
    recording = ""
    for row in rows:
        if row.recording != recording:
            recording = row.recording
            say(f"{row.name}  {row.recording[:12]}")
        say(f"  {stamp(round(row.start * TICKS_PER_SECOND))}  {_line(row)}")
    if not recording:
        say("Nothing found.")


def _line(row: TaskRow) -> str:
    if row.kind == "task":
        when = f"  [{row.when}]" if row.when and row.when not in row.what else ""
        return f"{row.who or '?'}: {row.what}{when}"
    speaker = f"{row.speaker}: " if row.speaker else ""
    return f"{row.what or row.kind}  {speaker}{row.text}"
