"""The lock of weights that are on this machine, whichever way they came: cheap, no content is read."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.models.weights.catalog import Weights, find
from pipeline.models.weights.choosing import HubFile, choose
from pipeline.models.weights.fetch import folder, locate
from pipeline.models.weights.gguf_names import files_of
from pipeline.models.weights.lock import read_lock
from pipeline.models.weights.names import HubName, parse_hub_name
from pipeline.models.weights.places import hub_folder
from pipeline.settings import Models
from pipeline.store.documents import LockedFile, ModelLock

_SHA256 = re.compile(r"[0-9a-f]{64}")


def used_lock(name: str, settings: Models) -> ModelLock:
    """What is known of the weights that `name` stands for in settings.

    Raises `WeightsMissingError` where they are not here, `WeightsDamagedError` where their lock is unreadable.
    """
    weights = find(name)
    if weights is not None:
        return catalogue_lock(weights)
    hub, path = parse_hub_name(name), Path(name).expanduser()
    if hub is None or path.exists():
        return own_lock(name, locate(name, settings))
    place = hub_folder(hub, folder(settings))
    return hub_lock(hub, place) if place is not None else own_lock(name, locate(name, settings))


def catalogue_lock(weights: Weights) -> ModelLock:
    """That of an entry of the catalogue: its files as they are pinned; the commit of the hub does not matter."""
    files = tuple(LockedFile(name=one.name, size=one.size, sha256=one.sha256) for one in weights.files)
    return ModelLock(name=weights.name, repository=weights.hub, files=files)


def hub_lock(name: HubName, place: Path) -> ModelLock:
    """That of a hub's model in `place`: as it was fetched by us, else what the cache of the hub's library tells."""
    lock = read_lock(place)
    if lock is not None:
        return lock
    commit = place.name if place.parent.name == "snapshots" else ""
    files = {one.name: one for one in (_file(path, place) for path in _visible(place))}
    chosen = choose(name, [HubFile(one.name, one.size) for one in files.values()])
    needed = tuple(files[one.name] for one in chosen)
    return ModelLock(name=str(name), repository=name.repository, commit=commit, files=needed)


def own_lock(name: str, place: Path) -> ModelLock:
    """That of the user's own file or folder: names and sizes, or the lock that lies in the folder."""
    lock = read_lock(place) if place.is_dir() else None
    if lock is not None:
        return lock
    top = place if place.is_dir() else place.parent
    paths = _visible(place) if place.is_dir() else files_of(place)
    return ModelLock(name=name, files=tuple(_file(path, top) for path in paths))


def bytes_of(lock: ModelLock) -> int:
    """The size of its files together."""
    return sum(file.size for file in lock.files)


def _visible(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))


def _file(path: Path, top: Path) -> LockedFile:
    """In the cache of the hub's library a large file is a link to one that its SHA-256 names."""
    blob = path.resolve().name
    return LockedFile(
        name=path.relative_to(top).as_posix(),
        size=path.stat().st_size,
        sha256=blob if path.is_symlink() and _SHA256.fullmatch(blob) else "",
    )
