"""`longmedia doctor`: what this machine can do, and whether the engine of Gemma is what it should be."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_options import ConfigOption, SetOption
from flows.terminal import say
from pipeline.doctor import examine, examine_engine, report
from pipeline.models.registry import Registry
from pipeline.models.weights.fetch import folder
from pipeline.settings import load_here


def doctor(
    tokens: Annotated[int, typer.Option(help="Tokens of context in use, of all requests at once.")] = 32_768,
    engine: Annotated[
        bool, typer.Option("--engine", help="Prove gemma.engine=server or llamacpp with a known clip and pictures.")
    ] = False,
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
) -> None:
    """What this machine has, which models fit, and which recipe to run."""
    settings = load_here(config, sets)
    if engine:
        with Registry(keep=False) as registry:
            for line in examine_engine(settings, registry.lease()):
                say(line)
        return
    for line in report(examine(folder(settings.models)), tokens).lines():
        say(line)
