"""Many recordings: which files, and what became of each. Knows no Prefect."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import LongmediaError, MediaError, NotFoundError
from pipeline.process import Watch, process
from pipeline.settings import Settings
from pipeline.store import Store

log = logging.getLogger(__name__)

SUFFIXES = frozenset(
    f".{suffix}"
    for line in (
        "3gp aac ac3 aif aiff amr asf avi caf flac flv m2ts m4a m4b m4v mka mkv mov mp2 mp3 mp4",
        "mpeg mpg mts mxf oga ogg ogv opus ts vob wav webm wma wmv",
    )
    for suffix in line.split()
)
"""What is taken from a folder; a file that is named itself may have any suffix."""

State = Literal["complete", "gaps", "unreadable", "blocked"]


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one input.

    `unreadable`: nothing is wrong but the file. `blocked`: the machine cannot do it now (no weights,
    no room, another process at work).
    """

    path: Path
    state: State
    recording: str = ""
    fingerprint: str = ""
    fresh: bool = False
    media_seconds: float = 0.0
    seconds: float = 0.0
    error: str = ""


def discover(paths: Iterable[Path]) -> list[Path]:
    """The files that `paths` stand for, each once: a file as it is, a folder with all below it, sorted.

    Hidden files and links that leave the tree are passed over. Raises `NotFoundError` for a path that
    does not exist and for a folder without any recording.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if _is_recording(file, path)]
            if not inside:
                raise NotFoundError(path, "no recording in this folder.", cure="Name the files themselves.")
            found.update(dict.fromkeys(inside))
        elif not path.exists():
            raise NotFoundError(path, "no such file or folder.", cure="Check the spelling.")
        else:
            found[path] = None
    return list(found)


def _is_recording(file: Path, top: Path) -> bool:
    inside = file.relative_to(top)
    return (
        file.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in inside.parts)
        and file.is_file()
        and not file.is_symlink()
    )


def attempt(path: Path, settings: Settings, store: Store, watch: Watch, stop: threading.Event) -> Item:
    """Process one recording; what goes wrong with it is in the result, never an exception.

    `Interrupted` alone passes: it stops everything.
    """
    try:
        outcome = process(path, settings, store, watch=watch, stop=stop)
    except MediaError as error:
        log.error("%s", error)
        return Item(path, "unreadable", error=str(error))
    except LongmediaError as error:
        log.error("%s", error)
        return Item(path, "blocked", error=str(error))
    return Item(
        path,
        outcome.state,
        recording=outcome.run.key.recording,
        fingerprint=outcome.run.key.fingerprint,
        fresh=outcome.fresh,
        media_seconds=outcome.coverage.end / TICKS_PER_SECOND,
        seconds=outcome.seconds,
    )
