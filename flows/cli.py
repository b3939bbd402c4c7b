"""`longmedia`: the command line, thin over the flows and the core."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from flows import cli_models, cli_plan
from flows.progress import watching
from pipeline import settings as settings_module
from pipeline.archive import Item, attempt, discover
from pipeline.errors import LongmediaError, MediaError, NoSuchRunError, SettingsError
from pipeline.process import Interrupted
from pipeline.reports import report as make_report
from pipeline.settings import Settings
from pipeline.store import Run, Store

OK, BLOCKED, WRONG_USE, GAPS, NO_INPUT, INTERRUPTED = 0, 1, 2, 3, 4, 130
_GRACE_S = 8

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Transcribe and summarise recordings of any length with local 4-bit models.",
    epilog="Exit codes: 0 complete · 1 the machine cannot do it now (weights, disk) · 2 wrong use · "
    "3 finished with gaps · 4 no input could be read · 130 interrupted, state kept.",
)

StoreOption = Annotated[str, typer.Option("--store", help="Folder or URL of the results.", envvar="LONGMEDIA_STORE")]
SetOption = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="A setting, e.g. `write.slots=4`.")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A TOML file of settings; `longmedia.toml` here is read by itself.")
]


app.add_typer(cli_models.app, name="models")
app.command()(cli_plan.doctor)


@app.command(
    epilog="Examples: `longmedia run talk.mp3` · `longmedia run archive/ --store results` · "
    "`longmedia run talk.mp3 --set write.model=qwen2.5-0.5b`"
)
def run(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    store: StoreOption = "longmedia-store",
    recipe: Annotated[str | None, typer.Option(help="`cascade` or `gemma`.")] = None,
    profile: Annotated[str | None, typer.Option(help="Prompt profile, or a folder of prompts.")] = None,
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect: starts faster, nothing to watch.")] = False,
) -> None:
    """Transcribe and summarise; goes on where an earlier start ended.

    Finished recordings are answered at once. Interrupt it at any time and run the same command again.
    """
    settings = _settings(config, sets, recipe=recipe, profile=profile)
    files = discover(paths)
    stop = _stop_on_signals()
    opened = Store(store)
    with watching(len(files)) as watch:
        if direct:
            items = [attempt(path, settings, opened, watch(path), stop) for path in files]
        else:
            from flows.local import run_flow

            items = run_flow(files, settings, opened, watch, stop)
    for item in items:
        _say(item, store)
    raise typer.Exit(_exit_code(items))


@app.command(epilog="Example: `longmedia plan night.mp4`")
def plan(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    store: StoreOption = "longmedia-store",
    sets: SetOption = [],  # noqa: B006
    config: ConfigOption = None,
) -> None:
    """Calls, tokens, depth and time of a run, before any model is loaded."""
    cli_plan.plan(paths, _settings(config, sets), Store(store), typer.echo)


@app.command()
def status(store: StoreOption = "longmedia-store") -> None:
    """What the store holds: recordings, share done, gaps."""
    runs = Store(store).runs()
    if not runs:
        typer.echo(f"{store}: no runs yet.")
    for one in runs:
        typer.echo(_status_line(one))


@app.command(epilog="Examples: `longmedia report talk.mp3 > talk.md` · `longmedia report 3f2a... --format srt`")
def report(
    run: Annotated[str, typer.Argument(help="The recording's id (its folder in the store), or the input's path.")],
    form: Annotated[str, typer.Option("--format", help="md, srt, vtt, txt or json.")] = "md",
    store: StoreOption = "longmedia-store",
) -> None:
    """Write a report to standard output."""
    for piece in make_report(_find(run, Store(store)), form):
        sys.stdout.write(piece)


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
        typer.echo(line)


@app.command("settings")
def list_settings() -> None:
    """Every setting with its default and meaning."""
    for key, kind, default, meaning in settings_module.describe():
        typer.echo(f"{key} = {default}\n    {meaning}  [{kind}]")


def _settings(config: Path | None, sets: list[str], **fixed: str | None) -> Settings:
    here = Path("longmedia.toml")
    return settings_module.load(config or (here if here.is_file() else None), sets, **fixed)


def _number(text: str) -> int:
    if not text.isdigit():
        raise SettingsError(f"--audio-track {text}: expected a number, `mix`, `all` or `auto`.")
    return int(text)


def _find(name: str, store: Store) -> Run:
    """The latest run of a recording given by its id, by the start of it, or by the input's path."""
    if Path(name).is_file():
        from chunkers import content_id

        return store.latest(content_id(Path(name)))
    matches = [folder for folder in store.files.folders() if folder.startswith(name)]
    if len(matches) > 1:
        raise NoSuchRunError(f"{name}: {len(matches)} recordings begin like this.", cure="Give more of the id.")
    return store.latest(matches[0] if matches else name)


def _say(item: Item, store: str) -> None:
    if item.error:
        typer.echo(f"{item.path}: {item.state}: {item.error}", err=True)
        return
    if not item.fresh:
        typer.echo(f"{item.path}: already complete. `longmedia report {item.recording} --store {store}`")
        return
    rate = item.media_seconds / item.seconds if item.seconds else 0
    typer.echo(
        f"{item.path}: {item.state}, {item.media_seconds:.0f} s in {item.seconds:.0f} s ({rate:.1f}x real time). "
        f"`longmedia report {item.recording} --store {store}`"
    )


def _status_line(one: Run) -> str:
    described, result = one.describe(), one.result()
    total = max(described["probe"]["duration"], 1)
    done = sum(row.span.ticks for row in one.chunks())
    state = result.get("state", "unfinished")
    return f"{one.key.recording}  {min(done / total, 1):4.0%}  {state:<10}  {described['input']['name']}"


def _exit_code(items: list[Item]) -> int:
    states = {item.state for item in items}
    if states <= {"complete"}:
        return OK
    if states == {"unreadable"}:
        return NO_INPUT
    return BLOCKED if "blocked" in states else GAPS


def _stop_on_signals() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set; the process ends by itself a little later, whatever runs.

    Ending hard is safe: parts are whole or absent. A model call cannot be interrupted, so it is not waited for.
    """
    stop = threading.Event()

    def handle(signum: int, frame: object) -> None:
        del signum, frame
        if stop.is_set():
            os._exit(INTERRUPTED)
        stop.set()
        typer.echo("\nStopping; what is finished is kept. Run the same command to go on.", err=True)
        threading.Timer(_GRACE_S, os._exit, [INTERRUPTED]).start()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stop


def main() -> None:
    """The entry point: errors of ours become a line and an exit code, never a traceback."""
    logging.basicConfig(format="%(levelname)s %(message)s", level=os.environ.get("LONGMEDIA_LOG", "ERROR"))
    try:
        app()
    except Interrupted:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    except (SettingsError, NoSuchRunError) as error:
        typer.echo(f"longmedia: {error}", err=True)
        sys.exit(WRONG_USE)
    except MediaError as error:
        typer.echo(f"longmedia: {error}", err=True)
        sys.exit(NO_INPUT)
    except LongmediaError as error:
        typer.echo(f"longmedia: {error}", err=True)
        sys.exit(BLOCKED)
