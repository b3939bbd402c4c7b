"""`longmedia plan`: what a run would take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chunkers.probing import probe
from chunkers.spans import stamp
from flows.cli_options import ConfigOption, SetOption, StoreOption, open_store
from flows.exit_codes import GAPS, NO_INPUT
from flows.terminal import say
from pipeline.discovery import discover
from pipeline.errors import MediaError
from pipeline.forecast import forecast
from pipeline.rates import own_rates
from pipeline.settings import Settings, load_here
from pipeline.store import Store


def plan(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    store: StoreOption = "longmedia-store",
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
) -> None:
    """Calls, tokens, depth and time of a run, before any model is loaded."""
    settings = load_here(config, sets)
    forecasts, faults = _forecasts(paths, settings, open_store(store, settings))
    for fault in faults:
        say(f"longmedia: {fault}", error=True)
    if faults:
        raise typer.Exit(GAPS if forecasts else NO_INPUT)


def _forecasts(paths: list[Path], settings: Settings, store: Store) -> tuple[int, list[MediaError]]:
    """Print the forecast of each recording; gives how many there are, and what is wrong with the others."""
    found = discover(paths)
    faults, forecasts = found.passed, 0
    for path in found.files:
        try:
            recording = probe(path)
            lines = forecast(recording, settings, store, own_rates()).lines()
        except MediaError as error:
            faults.append(error)
            continue
        forecasts += 1
        say(f"{path}: {stamp(recording.duration)}")
        for line in lines:
            say(line)
    return forecasts, faults
