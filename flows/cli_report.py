"""`longmedia report`: to standard output or to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ConfigOption, StoreOption, find_run, open_store
from flows.reports import write
from pipeline.settings import load_here


def report(
    run: Annotated[str, typer.Argument(help="The recording's id (its folder in the store), or the input's path.")],
    form: Annotated[
        str,
        typer.Option(
            "--format", help="md, html (a page that plays what it says), srt, vtt, txt, tsv, json, rttm, csv or docx."
        ),
    ] = "md",
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else standard output. A page plays from beside it.")
    ] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Put a small copy of the sound into the page: it can be sent alone.")
    ] = False,
    name: Annotated[
        str | None, typer.Option("--run", help="The run, or the start of its name; else the one asked for last.")
    ] = None,
    length: Annotated[
        str | None, typer.Option(help="How much of the summary: short, normal or long; else `report.length`.")
    ] = None,
    by_speaker: Annotated[
        bool, typer.Option("--by-speaker", help="Also what each speaker said that says most, in their own words.")
    ] = False,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Write a report, to standard output or to a file."""
    asked = [f"report.length={length}"] * bool(length) + ["report.by_speaker=true"] * by_speaker
    settings = load_here(config, asked)
    found = find_run(run, name, open_store(store, settings))
    write(found, form, settings, out=out, embed=embed)
