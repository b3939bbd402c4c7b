"""`longmedia status`, `retry` and `serve`: the commands for many recordings and for the night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from chunkers import TICKS_PER_SECOND, stamp
from flows.cli_options import (
    GAPS,
    NO_INPUT,
    ConfigOption,
    SetOption,
    StoreOption,
    exit_code,
    open_store,
    stop_on_signals,
)
from flows.progress import watching
from flows.terminal import cell, say
from pipeline.archive import Item, again, attempt
from pipeline.errors import StoreError
from pipeline.models.registry import Registry
from pipeline.run_status import RunStatus, left_s, run_status
from pipeline.settings import load_here
from pipeline.store import Store

Looks = dict[tuple[str, str], RunStatus]
"""Where each run stands, by recording and run."""

_EVERY_S = 2.0
_WORDS = {
    "complete": "done",
    "gaps": "with gaps",
    "duplicate": "the same content as another",
    "unreadable": "cannot be read",
    "blocked": "failed",
    "stopped": "not done yet",
}


def show(items: Sequence[Item], store: str) -> None:
    """What became of each recording, and where there are several, how many of each."""
    for item in items:
        say(_line(item, store), error=item.state in ("unreadable", "blocked"))
    if len(items) > 1:
        counts: Counter[str] = Counter(item.state for item in items)
        say(", ".join(f"{counts[state]} {words}" for state, words in _WORDS.items() if counts[state]) + ".")


def _line(item: Item, store: str) -> str:
    if item.error:
        return item.error if item.state == "unreadable" else f"{item.path}: {item.state}: {item.error}"
    if item.state == "stopped":
        return f"{item.path}: stopped before its end; what is finished is kept"
    command = f"`longmedia report {item.recording} --run {item.run} --store {store}`"
    if not item.fresh:
        how = "already complete" if item.state == "complete" else "already done, with gaps that the file has"
        return f"{item.path}: {how}. {command}"
    rate = item.media_seconds / item.seconds if item.seconds else 0
    took = f"{item.media_seconds:.0f} s in {item.seconds:.0f} s ({rate:.1f}x real time)"
    return f"{item.path}: {item.state}, {took}. {command}"


def status(
    store: StoreOption = "longmedia-store",
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every 2 s while a run is at work, with rate and time left.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """What the store holds: recordings, share done, gaps; in a terminal with --watch a live table."""
    opened = open_store(store, load_here(config))
    passed: list[StoreError] = []
    seen = _look(opened, passed)
    if not seen and not passed:
        say(f"{store}: no runs yet.")
    for one in seen.values():
        say(_status_line(one))
    for fault in passed:
        say(f"longmedia: {fault}", error=True)
    if watch:
        _watch(opened, seen)
    if passed:
        say(f"longmedia: {len(passed)} passed over.", error=True)
        raise typer.Exit(GAPS)


def _watch(opened: Store, seen: Looks) -> None:
    """A live table in a terminal, a line for each change elsewhere, until nothing runs any more."""
    stop, console = stop_on_signals(), Console()
    table = Live(_table(seen, seen, 0), console=console, auto_refresh=False) if console.is_terminal else None
    with table or nullcontext() as live:
        while any(one.state == "running" for one in seen.values()) and not stop.wait(_EVERY_S):
            before, seen = seen, _look(opened, [])
            if live is not None:
                live.update(_table(before, seen, _EVERY_S), refresh=True)
                continue
            for key, one in seen.items():
                if one != before.get(key):
                    say(_status_line(one, _left(before.get(key), one, _EVERY_S)))


def _look(store: Store, passed: list[StoreError]) -> Looks:
    """Where each run stands; what cannot be read of the store is added to `passed`."""
    looks: Looks = {}
    for run in store.runs(passed=passed):
        try:
            found = run_status(run)
        except StoreError as error:
            passed.append(error)
            continue
        if found is not None:
            looks[found.recording, found.run] = found
    return looks


def _status_line(one: RunStatus, left: str = "") -> str:
    ending = f"  {left} left" if left else ""
    return f"{one.recording}  {one.run}  {one.stage:<8}  {one.share:4.0%}  {one.state:<10}  {one.name}{ending}"


def _left(before: RunStatus | None, now: RunStatus, passed_s: float) -> str:
    seconds = left_s(before, now, passed_s) if before and now.state == "running" else None
    return "" if seconds is None else stamp(round(seconds * TICKS_PER_SECOND))


def _table(before: Looks, now: Looks, passed_s: float) -> Table:
    table = Table("recording", "run", "stage", "done", "state", "rate", "left", "file")
    for key, one in now.items():
        old = before.get(key, one)
        rate = (one.done - old.done) / TICKS_PER_SECOND / passed_s if passed_s else 0
        shown = f"{rate:.1f}x" if rate else ""
        left = _left(old, one, passed_s)
        row = (one.recording[:12], one.run[:8], one.stage, f"{one.share:.0%}", one.state, shown, left, one.name)
        table.add_row(*map(cell, row))
    return table


def retry(
    store: StoreOption = "longmedia-store",
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
) -> None:
    """Try again what failed, in every run of the store: those chunks and summaries only.

    Files and settings are those of the run, from the store's own records.
    """
    settings = load_here(config, sets)
    opened, stop = open_store(store, settings), stop_on_signals()
    registry = Registry(keep=settings.models.keep_loaded)
    todo = list(again(opened, settings))
    if not todo:
        say(f"{store}: nothing failed.")
    items = []
    with watching() as watch:
        for job, item in todo:
            items.append(attempt(job, opened, registry, watch(job.path), stop) if job else item)
    made = [item for item in items if item is not None]
    show(made, store)
    code = exit_code(made)
    raise typer.Exit(GAPS if code == NO_INPUT else code)  # no input was named: it is the store that has gaps


def serve(
    inbox: Annotated[Path, typer.Option("--inbox", help="Folder whose recordings are processed.")],
    cron: Annotated[str | None, typer.Option(help='When to start, such as "0 1 * * *": every night at one.')] = None,
    every: Annotated[float | None, typer.Option(help="Or: start every so many seconds.")] = None,
    until: Annotated[str | None, typer.Option(help="Local time to stop at, such as 06:00; goes on next night.")] = None,
    settle: Annotated[float, typer.Option(help="Leave files alone that changed in the last so many seconds.")] = 30,
    store: StoreOption = "longmedia-store",
    sets: SetOption = [],  # noqa: B006
    config: ConfigOption = None,
) -> None:
    """Process an inbox on a schedule, until Ctrl-C.

    Where no Prefect server is configured, one is started on this machine, for this machine only.
    """
    from flows.schedule import serve_inbox

    serve_inbox(inbox, store, load_here(config, sets), cron=cron, every_s=every, until=until, settle_s=settle)
