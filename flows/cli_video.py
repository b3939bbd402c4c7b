"""`longmedia series`, `findings` and `frames`: what was read and kept of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chunkers.spans import stamp
from flows.cli_options import ConfigOption, StoreOption, find_run, open_store
from flows.terminal import say
from pipeline.prompts.severity import Severity
from pipeline.reports.findings import FindingRow, finding_rows
from pipeline.reports.flat import write_rows
from pipeline.reports.series import SeriesRow, series_rows
from pipeline.settings import load_here


def series(
    text: Annotated[str, typer.Option("--text", help='Only series with this in label, unit or reading: "bar".')] = "",
    out: Annotated[Path | None, typer.Option("--out", help="A .csv or .parquet file; else CSV on the output.")] = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Numbers that were read on screens, over all recordings of the store: gauges, counters, clocks."""
    rows = series_rows(open_store(store, load_here(config)).runs(), text)
    write_rows(SeriesRow, rows, out)


def findings(
    severity: Annotated[Severity, typer.Option("--severity", help="The least severity that is listed.")] = "minor",
    out: Annotated[Path | None, typer.Option("--out", help="A .csv or .parquet file; else CSV on the output.")] = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """What the profile's rules call bad, over all recordings of the store, each recording's worst first."""
    write_rows(FindingRow, finding_rows(open_store(store, load_here(config)).runs(), severity), out)


def frames(
    run: Annotated[str, typer.Argument(help="The recording's id (its folder in the store), or the input's path.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the pictures, named by their moments.")],
    name: Annotated[str | None, typer.Option("--run", help="The run, or the start of its name.")] = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Write the key frames of a recording as JPEG files."""
    found = find_run(run, name, open_store(store, load_here(config)))
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for row in found.seen():
        for frame in row.key_frames:
            (out / f"{stamp(frame.at, millis=True).replace(':', '-')}.jpg").write_bytes(frame.jpeg)
            count += 1
    say(f"{count} pictures in {out}")
