"""Where a model named by its user lies on this machine: the models' folder, then the cache of the hub's own library.

The network is never asked.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.errors import WeightsMissingError
from pipeline.models.weights.choosing import is_checkpoint
from pipeline.models.weights.gguf_names import GgufModel, gguf_models, lost_parts, with_quantization
from pipeline.models.weights.lock import lost, read_lock
from pipeline.models.weights.names import HubName

_INDEX = "*.index.json"


def home_of(name: HubName, models: Path) -> Path:
    """The folder below `models` that holds a hub's model."""
    return models / name.folder


def hub_folder(name: HubName, models: Path) -> Path | None:
    """The folder that holds all of a hub's model, None where it is not on this machine.

    Raises `WeightsDamagedError` where the lock of that folder is unreadable, `WeightsMissingError` where files of it
    are gone.
    """
    home = home_of(name, models)
    if home.is_dir():
        lock = read_lock(home)
        gone = lost(home, lock) if lock is not None else []
        if gone:
            raise WeightsMissingError(
                f"{name}: missing or cut off in {home}: {', '.join(gone)}.",
                cure=f"Remove that folder; `longmedia models get {name}` brings it again.",
            )
        return home
    found = cached(name.repository)
    return found if found is not None and is_whole(found, name.quantization) else None


def cached(repository: str) -> Path | None:
    """The snapshot of a repository in the cache of the hub's own library, None where there is none.

    It is the one of the branch `main`, or the only one. Files in it are whole, but some may never have come.
    """
    from huggingface_hub.constants import HF_HUB_CACHE

    top = Path(HF_HUB_CACHE) / "--".join(("models", *repository.split("/")))
    try:
        main = top / "snapshots" / (top / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        every = sorted((top / "snapshots").glob("*"))
        return every[0] if len(every) == 1 else None
    return main if main.is_dir() else None


def is_whole(folder: Path, quantization: str = "") -> bool:
    """Whether `folder` holds a model with all files that its own index and names tell of."""
    if quantization:
        return any(one.whole for one in with_quantization(_ggufs(folder), quantization))
    if not _is_checkpoint(folder):
        return any(one.whole for one in _ggufs(folder))
    for index in folder.glob(_INDEX):
        try:
            shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (OSError, ValueError, KeyError, AttributeError):
            return False
        if not all((folder / shard).is_file() for shard in shards):
            return False
    return True


def model_in(place: Path, quantization: str = "") -> Path:
    """What an engine loads of `place`: the place itself, or the first file of the GGUF model in that folder.

    Raises `WeightsMissingError` where it is not clear which one is meant, or parts of it are not there.
    """
    if place.is_dir() and (quantization or not _is_checkpoint(place)):
        models = _ggufs(place)
        models = with_quantization(models, quantization) if quantization else models
        if len(models) > 1:
            names = ", ".join(one.files[0] for one in models)
            raise WeightsMissingError(f"{place}: it holds several models: {names}.", cure="Name one of these files.")
        if models:
            place = place / models[0].files[0]
    if lost_parts(place):
        raise WeightsMissingError(
            f"{place}: {lost_parts(place)} of its parts are not beside it.", cure="Bring all parts of the split file."
        )
    return place


def not_here(name: HubName, models: Path) -> WeightsMissingError:
    """The error that says how to bring a hub's model."""
    others = sorted(path.name.split("--")[2] for path in models.glob(f"{HubName(name.repository).folder}--*"))
    beside = f" Here is {', '.join(f'{name.repository}:{one}' for one in others)}." if others else ""
    return WeightsMissingError(
        f"the weights of {name} are not on this machine.{beside}",
        cure=f"`longmedia models get {name}` brings them once; without a network `longmedia models import` does.",
    )


def _is_checkpoint(folder: Path) -> bool:
    return is_checkpoint([path.name for path in folder.iterdir()])


def _ggufs(folder: Path) -> list[GgufModel]:
    return gguf_models(path.relative_to(folder).as_posix() for path in folder.rglob("*.gguf"))
