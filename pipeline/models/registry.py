"""The models of a program: each is loaded once, whoever asks, and let go when nobody needs it any more.

A registry is made by whoever runs (a flow, a command, a test) and handed down. A `Lease` is what one recording
holds of it: while any lease holds a model it stays; after that it is let go, unless there is memory to keep it.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import threading
from collections.abc import Callable, Collection, Hashable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from pipeline.errors import MissingExtraError
from pipeline.models.diariser.files import WEIGHTS
from pipeline.models.diariser.voices import Diariser
from pipeline.models.gemma.chat_gemma import ChatGemma, Proofs
from pipeline.models.gemma.dialects import DIALECTS
from pipeline.models.gemma.limits import served_limits
from pipeline.models.gemma.llama_chat import load_llama_gemma
from pipeline.models.gemma.model import Gemma
from pipeline.models.gemma.multimodal import Multimodal
from pipeline.models.hardware import GIB, memory
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.models.protocol import Reader, Samples, VoiceFinder, Writer
from pipeline.models.reader.rapid import RapidReader
from pipeline.models.voice import voice_seconds
from pipeline.models.weights.catalog import find
from pipeline.models.weights.fetch import folder, locate
from pipeline.models.whisper import Whisper
from pipeline.settings import Endpoint, Hear, Models, Video, Write
from pipeline.settings import Gemma as GemmaSettings
from pipeline.settings.checks import MOST_FRAMES

_T = TypeVar("_T")

WHISPER, DIARISER, READER, TEXT, GEMMA = "whisper", "diariser", "reader", "text", "gemma"
"""The engines that a lease can hold."""

KEEP_FROM = 12 * GIB
"""Memory from which models that nobody needs any more are kept for the next recording."""


class Registry:
    """The loaded models of a program, and who holds them."""

    def __init__(self, *, keep: bool | None = None) -> None:
        """`keep`: whether to keep what nobody holds; None decides by this machine's memory."""
        self._keep = memory() >= KEEP_FROM if keep is None else keep
        self._loaded: dict[Hashable, Any] = {}
        self._holders: dict[Hashable, set[int]] = {}
        self._lock = threading.RLock()
        self.generating = threading.Lock()
        """Held by a transformers model while it generates: two at once would share the memory that a batch was
        sized for, and torch's seed."""

    def lease(self) -> Lease:
        """What one recording will hold."""
        return Lease(self)

    def hold(self, holder: int, key: Hashable, load: Callable[[], _T]) -> _T:
        """The model under `key` for `holder`, loaded by the first who asks while the others wait."""
        with self._lock:
            if key not in self._loaded:
                _hand_back()
                self._loaded[key] = load()
            self._holders.setdefault(key, set()).add(holder)
            return cast("_T", self._loaded[key])

    def release(self, holder: int, keys: set[Hashable]) -> None:
        """`holder` needs these no more; what nobody holds is let go."""
        with self._lock:
            for key in keys & self._holders.keys():  # a registry that was closed meanwhile has let it go already
                self._holders[key].discard(holder)
                if not self._holders[key] and not self._keep:
                    self._forget(key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let everything go."""
        with self._lock:
            for key in list(self._loaded):
                self._forget(key)

    def _forget(self, key: Hashable) -> None:
        model = self._loaded.pop(key)
        self._holders.pop(key, None)
        close = getattr(model, "close", None)
        if close is not None:
            close()


def _hand_back() -> None:
    """Hand memory that is free back to the system, where the C library can: else the next model comes on top of it."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class Lease:
    """The models that one recording holds; they are let go by the names of their engines, such as `WHISPER`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._held: dict[Hashable, str] = {}

    def model(self, engine: str, key: Hashable, load: Callable[[], _T]) -> _T:
        """The object under `key`, held until the lease lets `engine` go."""
        self._held[key] = engine
        return self._registry.hold(id(self), key, load)

    def whisper(self, hear: Hear, models: Models) -> Whisper:
        """The speech recogniser; `hear` with nothing left on `auto`. Raises `WeightsMissingError`, `ModelError`."""
        place = locate(hear.model, models)
        return self.model(
            WHISPER,
            ("whisper", place, hear.device, hear.compute_type, hear.beam, hear.hotwords),
            lambda: Whisper(
                place,
                device=hear.device,
                compute_type=hear.compute_type,
                beam=hear.beam,
                name=_short(hear.model),
                hotwords=hear.hotwords,
            ),
        )

    def writer(self, write: Write, endpoint: Endpoint, models: Models) -> Writer:
        """The text model; a server's is made anew for each run, which has a gate of its own."""
        if write.engine == "endpoint":
            return _endpoint(write, endpoint)
        path = locate(write.model, models)
        if write.engine == "transformers":
            key = ("transformers", path, write.context, write.slots)
            return self.model(TEXT, key, lambda: self._text(path, write, models))
        return self.model(
            TEXT,
            ("llamacpp", path, write.context, write.slots, write.threads, write.gpu_layers, write.adapter),
            lambda: LlamaCpp(
                path,
                context=write.context,
                slots=write.slots,
                threads=write.threads,
                gpu_layers=write.gpu_layers,
                adapter=write.adapter,
                name=_short(write.model),
            ),
        )

    def voice(self) -> Callable[[Samples], float]:
        """The voice detector: seconds of voice in samples."""
        return voice_seconds

    def diariser(self, models: Models) -> VoiceFinder:
        """The diariser. Raises `WeightsMissingError`, `WeightsDamagedError`, `ModelError`."""
        place = locate(WEIGHTS, models)
        return self.model(DIARISER, ("diariser", place), lambda: Diariser(place))

    def reader(self, threads: int = 1) -> Reader:
        """The reader of on-screen text. Raises `WeightsMissingError`, `WeightsDamagedError`, `ModelError`."""
        return self.model(READER, ("reader", threads), lambda: RapidReader(threads=threads))

    def gemma(self, gemma: GemmaSettings, frame_tokens: int, models: Models) -> Multimodal:
        """The multimodal model, in this process; raises what `load_gemma` raises."""

        def load() -> Gemma:
            from pipeline.models.gemma.loading import load_gemma

            return Gemma(
                load_gemma(gemma, folder(models), frame_tokens=frame_tokens, generating=self._registry.generating)
            )

        return self.model(GEMMA, ("gemma", gemma, frame_tokens), load)

    def llama(self, gemma: GemmaSettings, video: Video, models: Models) -> ChatGemma:
        """The multimodal model in GGUF files, in this process; raises what `load_llama_gemma` raises."""
        budget, frames = video.frame_tokens, _frames(video, MOST_FRAMES)
        return self.model(
            GEMMA,
            ("llamacpp", gemma, budget, frames),
            lambda: load_llama_gemma(gemma, folder(models), frame_tokens=budget, frames=frames),
        )

    def served(self, gemma: GemmaSettings, video: Video, endpoint: Endpoint) -> ChatGemma:
        """The multimodal model of a server, made anew for each run, which has a gate of its own.

        Raises `MissingExtraError`, `EndpointError` and `WeightsMissingError`; the server is not asked yet.
        """
        with _cloud():
            from pipeline.models.endpoint.client import Endpoint as Client
            from pipeline.models.gemma.served import ServedChat
        dialect = DIALECTS[endpoint.dialect or "openai"]
        frames = _frames(video, dialect.frames)
        budget, context = video.frame_tokens, gemma.context
        chat = ServedChat(Client(endpoint), dialect, context=context, budget=budget, tokenizer=endpoint.tokenizer)
        limits = served_limits(endpoint.model, context, frames=dialect.frames, clips=dialect.clips)
        key = ("proofs", endpoint.url, endpoint.model, dialect.name, budget, frames)
        proofs = self.model(GEMMA, key, Proofs)
        return ChatGemma(chat, dialect, limits, budget=budget, frames=frames, proofs=proofs)

    def keep(self, engines: Collection[str]) -> None:
        """Let go of everything but `engines`: what the stages to come need."""
        gone = {key for key, engine in self._held.items() if engine not in engines}
        self._registry.release(id(self), gone)
        for key in gone:
            del self._held[key]

    def close(self) -> None:
        """Let go of everything."""
        self.keep(())

    def _text(self, path: Path, write: Write, models: Models) -> Writer:
        from pipeline.models.huggingface.quantized import LoadOptions
        from pipeline.models.huggingface.text import TransformersWriter

        return TransformersWriter(
            path,
            folder(models),
            LoadOptions(),
            context=write.context,
            batch=write.slots,
            generating=self._registry.generating,
        )


def _frames(video: Video, most: int) -> int:
    """Frames of a segment, at most."""
    return min(most, math.ceil(video.length_s * video.fps))


def _endpoint(write: Write, server: Endpoint) -> Writer:
    with _cloud():
        from pipeline.models.endpoint.client import Endpoint as Client
        from pipeline.models.endpoint.writer import EndpointWriter
    return EndpointWriter(Client(server), context=write.context, tokenizer=server.tokenizer)


@contextlib.contextmanager
def _cloud() -> Iterator[None]:
    """Says which extra is missing where an import within fails."""
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(
            "servers need the extra `cloud`.", cure="`pip install 'longmedia[cloud]'` brings it."
        ) from error


def _short(model: str) -> str:
    return model if find(model) else Path(model).name
