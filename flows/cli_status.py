"""`longmedia status`: where each run of a store stands."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from chunkers.spans import TICKS_PER_SECOND, stamp
from flows.cli_options import ConfigOption, StoreOption, open_store, stop_on_signals
from flows.exit_codes import GAPS
from flows.terminal import cell, say
from pipeline.errors import StoreError
from pipeline.run_status import RunStatus, left_s, run_status
from pipeline.settings import load_here
from pipeline.store import Store

if TYPE_CHECKING:
    from rich.table import Table

Looks = dict[tuple[str, str], RunStatus]
"""Where each run stands, by recording and run."""

_EVERY_S = 2.0


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
    from rich.console import Console
    from rich.live import Live

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
    for run in store.runs(passed=passed, looking=True):
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
    from rich.table import Table

    table = Table("recording", "run", "stage", "done", "state", "rate", "left", "file")
    for key, one in now.items():
        old = before.get(key, one)
        rate = (one.done - old.done) / TICKS_PER_SECOND / passed_s if passed_s else 0
        shown = f"{rate:.1f}x" if rate else ""
        left = _left(old, one, passed_s)
        row = (one.recording[:12], one.run[:8], one.stage, f"{one.share:.0%}", one.state, shown, left, one.name)
        table.add_row(*map(cell, row))
    return table
