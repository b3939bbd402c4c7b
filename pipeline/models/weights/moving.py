"""Models carried to a machine without a network: out to a folder, and in from it, each whole and checked by its hashes.

A model is copied into a hidden folder beside its place, which takes its name when all of it is there. The folder
that goes out holds its lock, with the SHA-256 of every file; what comes in is held against that, and what the catalogue
knows against the catalogue.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError, StoreFullError, WeightsDamagedError, WeightsMissingError
from pipeline.models.weights.catalog import expand, find
from pipeline.models.weights.fetch import Progress, folder, locate, make_folder
from pipeline.models.weights.here import models_here
from pipeline.models.weights.lock import Read, copy_hashed, lost, read_lock, write_lock
from pipeline.models.weights.names import parse_hub_name
from pipeline.models.weights.places import hub_folder, not_here
from pipeline.models.weights.used import bytes_of, catalogue_lock, hub_lock
from pipeline.settings import Models
from pipeline.store.documents import LockedFile, ModelLock


@dataclass(frozen=True, slots=True)
class Move:
    """A model that is to be copied."""

    lock: ModelLock
    source: Path
    target: Path
    """The folder that will hold it."""
    replaces: bool = False
    """Whether a folder there that is not whole may be removed."""

    @property
    def there(self) -> bool:
        """Whether the target holds all files in their sizes."""
        return self.target.is_dir() and not lost(self.target, self.lock)


def plan_export(names: Sequence[str], target: Path, settings: Models) -> list[Move]:
    """What goes out to `target`: `names`, or without any all models that are in the models' folder.

    Raises `WeightsMissingError` where one is not on this machine, `SettingsError` for a name that nobody knows.
    """
    moves: list[Move] = []
    for name in names or [one.name for one in models_here(settings)]:
        hub = parse_hub_name(name)
        if hub is None:
            for weights in expand([name]):
                locate(weights.name, settings)
                place = folder(settings) / weights.name
                moves.append(Move(catalogue_lock(weights), place, target / weights.name))
            continue
        found = hub_folder(hub, folder(settings))
        if found is None:
            raise not_here(hub, folder(settings))
        moves.append(Move(hub_lock(hub, found), found, target / hub.folder))
    if not moves:
        raise WeightsMissingError("no models are on this machine.", cure="`longmedia models get starter` brings some.")
    return moves


def plan_import(source: Path, settings: Models) -> list[Move]:
    """What comes in from a folder that `models export` wrote.

    Raises `WeightsMissingError` where no model is in it, `WeightsDamagedError` where a lock is not to be believed.
    """
    moves = []
    for place in sorted(source.iterdir()) if source.is_dir() else ():
        lock = read_lock(place) if place.is_dir() and not place.name.startswith(".") else None
        if lock is not None:
            moves.append(Move(_believed(place, lock), place, folder(settings) / place.name, replaces=True))
    if not moves:
        raise WeightsMissingError(
            f"{source}: no models in it.", cure="It takes the folder that `longmedia models export` wrote."
        )
    return moves


def move(planned: Move, progress: Progress) -> None:
    """Copy a model, whole or not at all.

    Raises `WeightsDamagedError` where a file is not as its lock says, `StoreFullError` where there is no room.
    """
    lock, target, total, done = planned.lock, planned.target, bytes_of(planned.lock), 0
    if target.exists() and not planned.replaces and read_lock(target) is None:
        raise SettingsError(f"{target}: something else is there.", cure="Name another folder.")
    incoming = target.with_name(f".incoming-{target.name}")
    shutil.rmtree(incoming, ignore_errors=True)
    make_folder(incoming, total, lock.name)

    def read(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total, lock.name)

    try:
        files = tuple(_copied(file, planned.source, incoming, read) for file in lock.files)
        write_lock(incoming, lock.model_copy(update={"files": files}))
        if target.exists():
            shutil.rmtree(target)
        incoming.replace(target)
    except OSError as error:
        raise StoreFullError(
            f"{target}: cannot be written: {error.strerror}.", cure="Make room, and run it again."
        ) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _believed(place: Path, lock: ModelLock) -> ModelLock:
    """The lock by which a model comes in: of what the catalogue knows the catalogue's own."""
    weights, hub = find(place.name), parse_hub_name(lock.name)
    if weights is not None:
        return catalogue_lock(weights)
    if hub is None or hub.folder != place.name or not lock.files or not all(file.sha256 for file in lock.files):
        raise WeightsDamagedError(
            f"{place}: its lock is not that of a model that was exported.", cure="Export it again."
        )
    return lock


def _copied(file: LockedFile, source: Path, incoming: Path, read: Read) -> LockedFile:
    try:
        found = copy_hashed(source / file.name, incoming / file.name, read)
    except FileNotFoundError:
        found = ""
    if not found or (file.sha256 and found != file.sha256):
        raise WeightsDamagedError(
            f"{source / file.name}: {'its SHA-256 is not the locked one' if found else 'missing'}; nothing was taken.",
            cure="Get or export that model again.",
        )
    return LockedFile(name=file.name, size=file.size, sha256=found)
