"""`longmedia plan` and `longmedia doctor`: what would happen, and what this machine can do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chunkers import probe, stamp
from flows.cli_options import ConfigOption
from flows.terminal import say
from pipeline import doctor as doctor_module
from pipeline.discovery import discover
from pipeline.errors import MediaError
from pipeline.forecast import forecast
from pipeline.models.weights import fetch as weights
from pipeline.settings import Settings, load_here
from pipeline.store import Store


def plan(paths: list[Path], settings: Settings, store: Store) -> tuple[int, list[MediaError]]:
    """Print the forecast of each recording; gives how many there are, and what is wrong with the others."""
    found = discover(paths)
    faults, forecasts = found.passed, 0
    for path in found.files:
        try:
            recording = probe(path)
            lines = forecast(recording, settings, store).lines()
        except MediaError as error:
            faults.append(error)
            continue
        forecasts += 1
        say(f"{path}: {stamp(recording.duration)}")
        for line in lines:
            say(line)
    return forecasts, faults


def doctor(
    tokens: Annotated[int, typer.Option(help="Tokens of context in use, of all requests at once.")] = 32_768,
    config: ConfigOption = None,
) -> None:
    """What this machine has, which models fit, and which recipe to run."""
    machine = doctor_module.examine(weights.folder(load_here(config).models))
    for line in doctor_module.report(machine, tokens).lines():
        say(line)
