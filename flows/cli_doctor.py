"""`longmedia doctor`: what this machine can do, and whether the engine of Gemma is what it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ConfigOption, SetOption, StoreOption, open_store
from flows.terminal import say
from flows.writing import write_whole
from pipeline.doctor import examine, examine_engine, lines, measured, model_names, rank, toml
from pipeline.doctor.ranking import Ranking
from pipeline.errors import SettingsError
from pipeline.models.registry import Registry
from pipeline.models.weights.hub import offers
from pipeline.models.weights.names import is_hub_id, parse_hub_name
from pipeline.settings import Settings, load_here
from pipeline.settings.loading import CONFIG_NAME


def doctor(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help=f"Where --write writes; none: {CONFIG_NAME}, here.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the settings for what is chosen, with comments.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    hub: Annotated[
        bool, typer.Option("--hub", help="Ask the model hub what it has, and choose among that, too.")
    ] = False,
    tokens: Annotated[int, typer.Option(min=1024, help="Tokens of context in use, of all requests at once.")] = 32_768,
    engine: Annotated[
        bool, typer.Option("--engine", help="Prove gemma.engine=server or llamacpp with a known clip and pictures.")
    ] = False,
    store: StoreOption = "longmedia-store",
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
) -> None:
    """What this machine has, what could run on it and how fast, and what to choose; writes longmedia.toml."""
    settings = load_here(config, sets)
    if engine:
        with Registry(keep=False) as registry:
            for line in examine_engine(settings, registry.lease()):
                say(line)
        return
    if file is not None and not write:
        raise SettingsError(f"{file}: a file is named, and nothing is to be written.", cure="Add `--write`.")
    ranking = _ranking(settings, store, tokens, hub=hub)
    for line in lines(ranking):
        say(line)
    if write:
        out = file or Path(CONFIG_NAME)
        if out.exists() and not force:
            raise SettingsError(f"{out}: is there already.", cure="`--force` writes over it; or name another file.")
        write_whole(out, [toml(ranking)])
        say(f"Written: {out}")


def _ranking(settings: Settings, store: str, tokens: int, *, hub: bool) -> Ranking:
    names = model_names()
    hubs = [parse_hub_name(name) for name in names if is_hub_id(name)] if hub else []
    offered = [str(name) for name in hubs if name is not None and offers(name, settings.models)]
    machine = examine(settings.models, names, offered)
    return rank(machine, tokens, measured(open_store(store, settings)))
