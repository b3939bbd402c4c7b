"""`longmedia`: the command line, thin over the flows and the core."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from flows import cli_archive, cli_ledger, cli_models, cli_plan, cli_report, cli_speakers, cli_video
from flows.cli_options import (
    BLOCKED,
    GAPS,
    INTERRUPTED,
    NO_INPUT,
    OK,
    WRONG_USE,
    ConfigOption,
    SetOption,
    StoreOption,
    exit_code,
    find_run,
    model_sets,
    open_store,
    stop_on_signals,
)
from flows.environment import find_home
from flows.progress import watching
from flows.server import Child
from flows.session import Session
from flows.streams import drop_output, nobody_reads, open_streams
from flows.terminal import log_to_terminal, say
from pipeline import settings as settings_module
from pipeline.archive import Item, attempt, attempt_joined, jobs, passed_over, triage
from pipeline.chain import Stage
from pipeline.discovery import discover, shard
from pipeline.errors import LongmediaError, MediaError, NoSuchRunError, SettingsError
from pipeline.faults import explain, way_to
from pipeline.models.registry import Registry
from pipeline.process import Interrupted
from pipeline.settings import load_here

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Transcribe and summarise recordings of any length with local 4-bit models.",
    epilog="Exit codes: 0 complete · 1 the machine cannot do it now (weights, disk) · 2 wrong use · "
    "3 finished with gaps · 4 no input could be read · 130 interrupted, state kept.",
)

app.add_typer(cli_models.app, name="models")
app.add_typer(cli_speakers.app, name="speakers")
app.add_typer(cli_ledger.app, name="ledger")
app.command()(cli_plan.doctor)
app.command(epilog="Example: `longmedia status --watch`")(cli_archive.status)
app.command(epilog="Examples: `longmedia series --text bar` · `longmedia series --out gauges.parquet`")(
    cli_video.series
)
app.command(epilog="Example: `longmedia findings --severity major --out findings.csv`")(cli_video.findings)
app.command(epilog="Example: `longmedia frames night.mp4 --out pictures`")(cli_video.frames)
app.command(epilog="Example: `longmedia retry --store results`")(cli_archive.retry)
app.command(epilog='Example: `longmedia serve --inbox inbox --cron "0 1 * * *" --until 06:00`')(cli_archive.serve)


@app.command(
    epilog="Examples: `longmedia run talk.mp3` · `longmedia run archive/ --store results` · "
    "`longmedia run talk.mp3 --transcript talk.srt` · `longmedia run camera/ --join` · "
    "`longmedia run talk.mp3 --transcript talk.srt` · `longmedia run archive/ --formats html,srt --reports out` · "
    "`longmedia run talk.mp3 --model qwen2.5-0.5b` · `longmedia run night.mp4 --recipe gemma --model ~/gemma-4-E4B-it`"
)
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
    formats: Annotated[
        str, typer.Option("--formats", help="Reports to write when a recording is done, such as `html,srt`.")
    ] = "",
    reports: Annotated[Path, typer.Option("--reports", help="Folder for them.")] = Path("longmedia-reports"),
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
    done = cli_report.Reports(formats, reports, opened, settings)
    ends: Stage | None = "describe" if joined else only
    todo = list(jobs(files, settings, egress=egress, only=ends, transcript=transcript))
    known = list(triage(todo, opened, stop))
    # Of files that are joined only the whole has a report.
    of_each: Callable[[Item], None] = (lambda _: None) if joined else done
    with watching() as watch:
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
    cli_archive.show(items, store)
    raise typer.Exit(exit_code(items) or (BLOCKED if done.failed else OK))


@app.command(epilog="Example: `longmedia plan night.mp4`")
def plan(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    store: StoreOption = "longmedia-store",
    sets: SetOption = [],  # noqa: B006
    config: ConfigOption = None,
) -> None:
    """Calls, tokens, depth and time of a run, before any model is loaded."""
    settings = load_here(config, sets)
    forecasts, faults = cli_plan.plan(paths, settings, open_store(store, settings))
    for fault in faults:
        say(f"longmedia: {fault}", error=True)
    if faults:
        raise typer.Exit(GAPS if forecasts else NO_INPUT)


@app.command(
    epilog="Examples: `longmedia report talk.mp3 > talk.md` · `longmedia report 3f2a... --format srt` · "
    "`longmedia report talk.mp3 --format html --out talk.html` · "
    "`longmedia report talk.mp3 --format html --embed --out talk.html`"
)
def report(
    run: Annotated[str, typer.Argument(help="The recording's id (its folder in the store), or the input's path.")],
    form: Annotated[
        str,
        typer.Option("--format", help="md, html (a page that plays what it says), srt, vtt, txt, json or rttm."),
    ] = "md",
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else standard output. A page plays from beside it.")
    ] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Put a small copy of the sound into the page: it can be sent alone.")
    ] = False,
    name: Annotated[
        str | None, typer.Option("--run", help="The run, or the start of its name; else the one asked for last.")
    ] = None,
    length: Annotated[
        str | None, typer.Option(help="How much of the summary: short, normal or long; else `report.length`.")
    ] = None,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Write a report, to standard output or to a file."""
    settings = load_here(config, [f"report.length={length}"] if length else [])
    found = find_run(run, name, open_store(store, settings))
    cli_report.write(found, form, settings, out=out, embed=embed)


@app.command()
def probe(
    path: Annotated[Path, typer.Argument(help="A recording.")],
    track: Annotated[str, typer.Option("--audio-track", help="A number, `mix`, `all` or `auto`.")] = "auto",
) -> None:
    """What a file holds, and what would be heard."""
    from chunkers import probe as probe_file
    from chunkers import render_probe

    wanted = None if track == "auto" else track if track in ("mix", "all") else _number(track)
    for line in render_probe(probe_file(path, levels=True), wanted):  # type: ignore[arg-type]
        say(line)


@app.command("settings")
def list_settings() -> None:
    """Every setting with its default and meaning."""
    for key, kind, default, meaning in settings_module.table():
        say(f"{key} = {default}")
        say(f"    {meaning}  [{kind}]")


def _number(text: str) -> int:
    if not text.isdigit():
        raise SettingsError(f"--audio-track {text}: expected a number, `mix`, `all` or `auto`.")
    return int(text)


def _log() -> None:
    """Our own log lines on standard error, from the level that LONGMEDIA_LOG names; those of libraries from ERROR."""
    level = os.environ.get("LONGMEDIA_LOG", "ERROR").upper()
    if level not in logging.getLevelNamesMapping():
        raise SettingsError(f"LONGMEDIA_LOG={level}: expected DEBUG, INFO, WARNING or ERROR.")
    log_to_terminal(level)


def main() -> None:
    """The entry point: whatever ends a command becomes a line and an exit code of ours, never a traceback."""
    open_streams()
    code = _ended()
    try:
        sys.stdout.flush()
    except OSError as error:
        drop_output()
        if not nobody_reads(error):
            say(f"longmedia: standard output: {explain(error)}", error=True)
            code = code or BLOCKED
    sys.exit(code)


def _ended() -> int:
    """Run the command; gives its exit code."""
    code = OK
    try:
        find_home()
        _log()
        app()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else OK
        if nobody_reads(end):
            drop_output()
            code = OK
        elif isinstance(end.__context__, typer.Abort):  # Ctrl-C, as the library that reads command lines names it
            code = INTERRUPTED
    except (Interrupted, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a traceback shows what the error says, and that may be what was spoken
        ours = isinstance(error, LongmediaError)
        say(f"longmedia: {error if ours else explain(error)}", error=True)
        if not ours:
            logging.getLogger("flows").debug("%s", way_to(error))
        code = _code(error)
    return code


def _code(error: Exception) -> int:
    if isinstance(error, SettingsError | NoSuchRunError):
        return WRONG_USE
    return NO_INPUT if isinstance(error, MediaError) else BLOCKED
