"""Settings in, loaded models out: each is loaded once a process, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from pipeline.errors import MissingExtraError
from pipeline.models.llamacpp import LlamaCpp
from pipeline.models.protocol import Hearer, Writer
from pipeline.models.weights.catalog import find
from pipeline.models.weights.content_hash import build
from pipeline.models.weights.fetch import folder, locate
from pipeline.models.whisper import Whisper
from pipeline.settings import Settings

_T = TypeVar("_T")
_LOADED: dict[Any, Any] = {}
_LOCK = threading.Lock()


def once(key: object, load: Callable[[], _T]) -> _T:
    """The object under `key`, loaded by the first who asks while the others wait."""
    with _LOCK:
        if key not in _LOADED:
            _LOADED[key] = load()
        return cast("_T", _LOADED[key])


def weights_identity(name: str, settings: Settings) -> str:
    """What names the weights in a fingerprint: the pinned hash, or a hash of the user's own file.

    See `build` for what is read of a user's own file.
    """
    known = find(name)
    if known is not None:
        return f"{known.name}:{known.files[0].sha256[:16]}"
    path = locate(name, settings.models)
    return f"{path.name}:{build(path)}"


def writer_identity(settings: Settings) -> str:
    """What names the writer in a fingerprint: engine and weights, or the model of a server."""
    engine = text_engine(settings)
    weights = settings.endpoint.model if engine == "endpoint" else weights_identity(settings.write.model, settings)
    return f"{engine}:{weights}"


def gemma_identity(settings: Settings) -> str:
    """What names the multimodal model in a fingerprint: a hub id, or a hash of the user's own folder."""
    model = settings.gemma.model
    return weights_identity(model, settings) if Path(model).expanduser().is_dir() else model


def text_engine(settings: Settings) -> str:
    """`llamacpp`, `transformers` or `endpoint`, with `auto` decided by the machine."""
    if settings.write.engine != "auto":
        return settings.write.engine
    return "transformers" if _cuda() else "llamacpp"


def hearer(settings: Settings) -> Hearer:
    """The speech recogniser of the settings, loaded once."""
    hear = settings.hear
    place = locate(hear.model, settings.models)
    return once(
        ("hear", place, hear.device, hear.compute_type, hear.beam),
        lambda: Whisper(
            place, device=hear.device, compute_type=hear.compute_type, beam=hear.beam, name=_short(hear.model)
        ),
    )


def writer(settings: Settings) -> Writer:
    """The text model of the settings, loaded once; a server's is made anew for each run, which has its own gate."""
    write = settings.write
    if text_engine(settings) == "endpoint":
        return _endpoint(settings)
    path = locate(write.model, settings.models)
    if text_engine(settings) == "transformers":
        from pipeline.models.huggingface.quantized import LoadOptions
        from pipeline.models.huggingface.text import TransformersWriter

        return once(
            ("transformers", path, write.context, write.slots),
            lambda: TransformersWriter(
                path, folder(settings.models), LoadOptions(), context=write.context, batch=write.slots
            ),
        )
    return once(
        ("llamacpp", path, write.context, write.slots, write.threads, write.gpu_layers),
        lambda: LlamaCpp(
            path,
            context=write.context,
            slots=write.slots,
            threads=write.threads,
            gpu_layers=write.gpu_layers,
            name=_short(write.model),
        ),
    )


def _endpoint(settings: Settings) -> Writer:
    try:
        from pipeline.models.endpoint.client import Endpoint
        from pipeline.models.endpoint.writer import EndpointWriter
    except ImportError as error:
        raise MissingExtraError(
            "servers need the extra `cloud`.", cure="`pip install 'longmedia[cloud]'` brings it."
        ) from error
    server = settings.endpoint
    return EndpointWriter(Endpoint(server), context=settings.write.context, tokenizer=server.tokenizer)


def _short(model: str) -> str:
    return model if find(model) else Path(model).name


def _cuda() -> bool:
    """Whether torch finds a CUDA device; without a device node it is not even imported (three seconds)."""
    if not any(Path("/dev").glob("nvidia[0-9]*")):
        return False
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())
