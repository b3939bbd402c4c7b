"""What the commands share: options, settings, the store they open, exit codes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chunkers.identity import content_id
from chunkers.names import to_text
from flows.exit_codes import BLOCKED, GAPS, INTERRUPTED, NO_INPUT, OK
from flows.terminal import say
from pipeline.errors import NoSuchRunError, SettingsError
from pipeline.settings import Settings
from pipeline.store import Run, Store

if TYPE_CHECKING:
    from flows.server import Child
    from pipeline.archive import Item

_GRACE_S = 8

StoreOption = Annotated[str, typer.Option("--store", help="Folder or URL of the results.", envvar="LONGMEDIA_STORE")]
SetOption = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="A setting, e.g. `write.slots=4`.")]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="A TOML file of settings. Without one LONGMEDIA_CONFIG names it, else `longmedia.toml` here."
    ),
]


FormatsOption = Annotated[
    str, typer.Option("--formats", help="Reports to write when a recording is done, such as `html,srt`.")
]
ReportsOption = Annotated[Path, typer.Option("--reports", help="Folder for them.")]
REPORTS = Path("longmedia-reports")


def model_sets(model: str | None, quantization: str | None, settings: Settings) -> list[str]:
    """`--model` and `--quantization` as settings: of the recipe `gemma` its one model, else the text model."""
    served = settings.gemma.engine == "server"
    place = "write.model" if settings.recipe != "gemma" else "endpoint.model" if served else "gemma.model"
    if quantization and settings.recipe != "gemma":
        raise SettingsError("--quantization is for the recipe `gemma`.", cure="GGUF models are quantised already.")
    return [f"{place}={model}"] * bool(model) + [f"gemma.quantization={quantization}"] * bool(quantization)


def open_store(store: str, settings: Settings) -> Store:
    """The store, with the key that the settings name."""
    return Store(store, settings.encryption.key)


def find_run(name: str, run: str | None, store: Store) -> Run:
    """The run of a recording given by the input's path, by its id, by the start of it, or by its name in the store."""
    if Path(name).is_file():
        return store.find(content_id(Path(name)), run)
    if Path(name).is_dir():  # files that were joined
        whole = to_text(Path(name).absolute())
        for found in reversed(store.runs()):
            document = found.document()
            if document is not None and document.input.path == whole:
                return store.find(found.key.recording, run)
    matches = [folder for folder in store.recordings() if folder.startswith(name)]
    if len(matches) > 1:
        raise NoSuchRunError(f"{name}: {len(matches)} recordings begin like this.", cure="Give more of the id.")
    matches = matches or sorted({found.key.recording for found in store.runs() if _name(found) == name})
    if len(matches) > 1:
        raise NoSuchRunError(
            f"{name}: {len(matches)} recordings have this name.", cure="Give the id, see `longmedia status`."
        )
    return store.find(matches[0] if matches else name, run)


def _name(run: Run) -> str:
    document = run.document()
    return document.input.name if document is not None else ""


def exit_code(items: Sequence[Item]) -> int:
    """What the whole came to; a duplicate counts as its first."""
    states = {item.state for item in items} - {"duplicate"}
    if states <= {"complete"}:
        return OK
    if states == {"unreadable"}:
        return NO_INPUT
    if "stopped" in states:
        return INTERRUPTED
    return BLOCKED if "blocked" in states else GAPS


def stop_on_signals(children: Sequence[Child] = ()) -> threading.Event:
    """An event that Ctrl-C, SIGTERM and SIGHUP set; the process ends by itself a little later, whatever runs.

    Ending hard is safe: parts are whole or absent. A model call cannot be interrupted, so it is not waited for. With
    the process end its `children`, as they are at that moment.
    """
    stop = threading.Event()

    def leave() -> None:
        for child in children:
            child.terminate()
        os._exit(INTERRUPTED)

    def handle(signum: int, frame: object) -> None:
        del signum, frame
        if stop.is_set():
            leave()
        stop.set()
        say("", error=True)
        say("Stopping; what is finished is kept. Run the same command to go on.", error=True)
        timer = threading.Timer(_GRACE_S, leave)
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGHUP, handle)
    return stop
