"""The models on this machine, and what each can be used for."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LongmediaError
from pipeline.models.weights.catalog import CATALOG, Weights
from pipeline.models.weights.fetch import folder, present
from pipeline.models.weights.gguf_header import read_header
from pipeline.models.weights.gguf_names import best_projector, gguf_models
from pipeline.models.weights.lock import lost, read_lock
from pipeline.models.weights.names import HubName, parse_hub_name
from pipeline.models.weights.places import cached, is_whole, model_in
from pipeline.models.weights.used import bytes_of, hub_lock
from pipeline.settings import Models

HEAR, WRITE, GEMMA, SPEAKERS = "hear", "write", "gemma", "speakers"
"""The roles: groups of settings that name a model, and the diariser."""

_CATALOGUE_ROLES = {"speech": HEAR, "text": WRITE, "speakers": SPEAKERS}
_ARCHITECTURE = "general.architecture"
_MULTIMODAL = "gemma4"


@dataclass(frozen=True, slots=True)
class Usable:
    """What a model can be used for."""

    roles: tuple[str, ...] = ()
    extra: str = ""
    """The optional dependencies that it needs; empty: none."""


@dataclass(frozen=True, slots=True)
class ModelHere:
    """A model of the hub or of the catalogue that is on this machine."""

    name: str
    size: int
    """Bytes."""
    usable: Usable
    commit: str = ""
    cache: bool = False
    """Whether it lies in the cache of the hub's own library."""


def models_here(settings: Models) -> list[ModelHere]:
    """Those in the models' folder: of the catalogue first, then of the hub."""
    known = [ModelHere(one.name, one.size, catalogue_use(one)) for one in CATALOG if present(one, settings)]
    return known + sorted(_fetched(folder(settings)), key=lambda one: one.name)


def cached_here() -> list[ModelHere]:
    """Those in the cache of the hub's own library that could be used; of GGUF files each quantisation."""
    from huggingface_hub.constants import HF_HUB_CACHE

    found = []
    for top in sorted(Path(HF_HUB_CACHE).glob("models--*--*")):
        repository = parse_hub_name(top.name.removeprefix("models--").replace("--", "/"))
        place = cached(repository.repository) if repository is not None else None
        if repository is None or place is None:
            continue
        for name in _names(repository, place):
            with contextlib.suppress(LongmediaError):
                lock, usable = hub_lock(name, place), use(place, name.quantization)
                if usable.roles and is_whole(place, name.quantization):
                    found.append(ModelHere(str(name), bytes_of(lock), usable, lock.commit, cache=True))
    return found


def catalogue_use(weights: Weights) -> Usable:
    """What an entry of the catalogue is used for."""
    return Usable((_CATALOGUE_ROLES[weights.role],))


def use(place: Path, quantization: str = "") -> Usable:
    """What the model in a folder can be used for, by its own words: configuration, or header of the GGUF file.

    Raises `WeightsMissingError` and `WeightsDamagedError` where that cannot be told.
    """
    loaded = model_in(place, quantization)
    if loaded.suffix == ".gguf":
        kind = read_header(loaded, (_ARCHITECTURE,)).get(_ARCHITECTURE)
        sees = best_projector(path.name for path in place.rglob("*.gguf")) is not None
        return Usable((WRITE, GEMMA) if kind == _MULTIMODAL and sees else (WRITE,))
    says = _configuration(place)
    if (place / "model.bin").is_file():
        return Usable((HEAR,) if "lang_ids" in says or "alignment_heads" in says else ())
    if str(says.get("model_type", "")).startswith(_MULTIMODAL):
        return Usable((GEMMA,), "gemma")
    architectures = says.get("architectures")
    writes = isinstance(architectures, list) and any(str(one).endswith("ForCausalLM") for one in architectures)
    return Usable((WRITE,) if writes else (), "gemma")


def _fetched(models: Path) -> Iterator[ModelHere]:
    """The hub's models below the folder of the models; a folder that is not whole is passed over."""
    for place in models.glob("*--*"):
        with contextlib.suppress(LongmediaError):
            lock = read_lock(place)
            name = parse_hub_name(
                lock.name if lock is not None else place.name.replace("--", "/", 1).replace("--", ":")
            )
            if name is None or (lock is not None and lost(place, lock)):
                continue
            lock = lock or hub_lock(name, place)
            yield ModelHere(str(name), bytes_of(lock), _use_if_clear(place, name), lock.commit)


def _use_if_clear(place: Path, name: HubName) -> Usable:
    try:
        return use(place, name.quantization)
    except LongmediaError:
        return Usable()


def _names(repository: HubName, place: Path) -> list[HubName]:
    labels = {one.quantization for one in gguf_models(path.name for path in place.rglob("*.gguf"))}
    quantized = [HubName(repository.repository, label) for label in sorted(filter(None, labels))]
    return quantized or [repository]


def _configuration(place: Path) -> dict[str, object]:
    try:
        says = json.loads((place / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return says if isinstance(says, dict) else {}
