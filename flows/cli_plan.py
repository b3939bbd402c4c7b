"""`longmedia plan` and `longmedia doctor`: what would happen, and what this machine can do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chunkers import probe, stamp
from flows.terminal import say
from pipeline import doctor as doctor_module
from pipeline.archive import discover
from pipeline.forecast import forecast
from pipeline.models.weights import fetch as weights
from pipeline.settings import Settings, load_here
from pipeline.store import Store


def plan(paths: list[Path], settings: Settings, store: Store) -> None:
    """Print the forecast of each recording."""
    for path in discover(paths):
        recording = probe(path)
        say(f"{path}: {stamp(recording.duration)}")
        for line in forecast(recording, settings, store).lines():
            say(line)


def doctor(
    tokens: Annotated[int, typer.Option(help="Tokens of context in use, of all requests at once.")] = 32_768,
) -> None:
    """What this machine has, which models fit, and which recipe to run."""
    machine = doctor_module.examine(weights.folder(load_here().models))
    for line in doctor_module.report(machine, tokens).lines():
        say(line)
