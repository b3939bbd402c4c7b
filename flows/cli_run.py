"""`longmedia run`: the main command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import (
    REPORTS,
    ConfigOption,
    FormatsOption,
    ReportsOption,
    SetOption,
    StoreOption,
    exit_code,
    model_sets,
    open_store,
    stop_on_signals,
)
from flows.exit_codes import BLOCKED, OK
from flows.learning import Learning
from flows.notices import Notices, each
from flows.outcomes import show
from flows.progress import watching
from flows.reports import Reports
from flows.server import Child
from flows.session import Session
from pipeline.archive import Item, attempt, attempt_joined, jobs, passed_over, triage
from pipeline.chain import Stage
from pipeline.discovery import discover, shard
from pipeline.errors import SettingsError
from pipeline.models.registry import Registry
from pipeline.rates import own_rates
from pipeline.settings import load_here


def run(
    paths: Annotated[list[Path] | None, typer.Argument(help="Recordings, folders of them, or patterns.")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="A text file that names recordings, one a line.")
    ] = None,
    part: Annotated[str | None, typer.Option("--shard", help="i/n: only this machine's share of n machines.")] = None,
    store: StoreOption = "longmedia-store",
    recipe: Annotated[str | None, typer.Option(help="`cascade` or `gemma`.")] = None,
    model: Annotated[str | None, typer.Option(help="Name or folder of the recipe's model that writes.")] = None,
    quantization: Annotated[str | None, typer.Option(help="Of the recipe `gemma`: nf4, int8 or none.")] = None,
    profile: Annotated[str | None, typer.Option(help="Prompt profile, or a folder of prompts.")] = None,
    track: Annotated[
        str | None, typer.Option("--audio-track", help="A number, `mix`, `all` (one person on each) or `auto`.")
    ] = None,
    transcript: Annotated[
        Path | None, typer.Option("--transcript", help="SRT, VTT or JSON that stands for hearing the one recording.")
    ] = None,
    only: Annotated[Stage | None, typer.Option("--only", help="End after this stage: hear, describe or merge.")] = None,
    channel: Annotated[
        str | None,
        typer.Option("--audio-channel", help="The only channel to be heard, from 0; `each`: one person on each."),
    ] = None,
    formats: FormatsOption = "",
    reports: ReportsOption = REPORTS,
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect: starts faster, nothing to watch.")] = False,
    egress: Annotated[
        bool,
        typer.Option("--allow-fallback", help="What failed here may go to the fallback (docs/fallback.md)."),
    ] = False,
    joined: Annotated[
        bool, typer.Option("--join", help="All of them are one recording in order of time: a camera's numbered files.")
    ] = False,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask cluster to run on (extra `dask`).")] = None,
) -> None:
    """Transcribe and summarise; goes on where an earlier start ended.

    Finished recordings are answered at once. Interrupt it at any time and run the same command again.
    """
    if not paths and listed is None:
        raise SettingsError("nothing to run: name recordings, or give --list.")
    sets = [*sets, *([f"audio.track={track}"] if track else [])]
    sets = [*sets, *([f"audio.channel={channel}"] if channel is not None else [])]
    settings = load_here(config, sets, recipe=recipe, profile=profile)
    if model or quantization:
        sets = [*sets, *model_sets(model, quantization, settings)]
        settings = load_here(config, sets, recipe=recipe, profile=profile)
    found = discover(paths or [], listed)
    files = shard(found.files, part) if part else found.files
    if transcript is not None and len(files) + len(found.passed) != 1:
        raise SettingsError("--transcript goes with one recording.", cure="Name that one recording.")
    if joined and (transcript is not None or only is not None or part):
        raise SettingsError("--join goes without --transcript, --only and --shard.")
    children: list[Child] = []
    stop = stop_on_signals(children)
    opened = open_store(store, settings)
    written = Reports(formats, reports, opened, settings)
    done = each(written, Notices(opened, settings))
    ends: Stage | None = "describe" if joined else only
    todo = list(jobs(files, settings, egress=egress, only=ends, transcript=transcript))
    known = list(triage(todo, opened, stop))
    # Of files that are joined only the whole has a report, and is told of.
    learning = Learning(settings, own_rates(), ends)

    def of_each(item: Item) -> None:
        learning.done(item)
        if not joined:
            done(item)

    with watching(learning.later) as shown:
        watch = learning.watched(shown)
        session = Session(Registry(keep=settings.models.keep_loaded), watch=watch, stop=stop, done=of_each)
        if direct or all(item for _, item in known):
            items = []
            for job, item in known:
                items.append(item or attempt(job, opened, session.registry, watch(job.path), stop))
                of_each(items[-1])
        else:
            from flows.local import run_flow

            items = run_flow(todo, settings, opened, session, children, dask)
        if joined and not any(item.state in ("stopped", "blocked") for item in items):
            first = (paths or files)[0]
            folder = first if first.is_dir() else first.parent
            whole = attempt_joined(
                folder.absolute(), items, settings, opened, session.registry, watch(folder), stop, egress=egress
            )
            done(whole)
            items = [*items, whole]
    items = [*items, *passed_over(found.passed)]
    show(items, store)
    raise typer.Exit(exit_code(items) or (BLOCKED if written.failed else OK))
