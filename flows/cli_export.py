"""`longmedia export`: a store in another form, for people who do not have longmedia."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.browse.folder import export
from flows.cli_options import ConfigOption, StoreOption, open_store
from flows.exit_codes import GAPS
from flows.terminal import counting, say
from pipeline.settings import load_here

app = typer.Typer(no_args_is_help=True, help="The store in another form: a folder of pages.")


@app.callback()
def _group() -> None:
    """A group, though it has one command only."""


@app.command("site", epilog="Examples: `longmedia export site pages` · `longmedia export site pages --embed`")
def site(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New, empty, or from an earlier export.")],
    embed: Annotated[
        bool, typer.Option("--embed", help="Put a small copy of the sound into each page: the folder can be sent.")
    ] = False,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Write a folder that opens from a disk without a server: an index with a filter, a report for each recording.

    Written again, only what has changed is made. The pages hold the words in the clear, whatever the store does.
    """
    settings = load_here(config)
    done = export(open_store(store, settings), folder, settings, embed=embed, watch=counting("reports are written"))
    say(f"{folder / 'index.html'}: {done.written} reports written, {done.kept} as they were, {done.removed} removed.")
    for fault in done.faults:
        say(f"longmedia: {fault}", error=True)
    if done.faults:
        raise typer.Exit(GAPS)
