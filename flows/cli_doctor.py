"""`longmedia doctor`: what this machine can do."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_options import ConfigOption
from flows.terminal import say
from pipeline.doctor import examine, report
from pipeline.models.weights.fetch import folder
from pipeline.settings import load_here


def doctor(
    tokens: Annotated[int, typer.Option(help="Tokens of context in use, of all requests at once.")] = 32_768,
    config: ConfigOption = None,
) -> None:
    """What this machine has, which models fit, and which recipe to run."""
    machine = examine(folder(load_here(config).models))
    for line in report(machine, tokens).lines():
        say(line)
