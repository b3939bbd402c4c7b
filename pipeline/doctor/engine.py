"""The proof of an engine, asked for by itself: what it answers, hears and sees."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import SettingsError
from pipeline.models.gemma.gguf_pair import is_gguf
from pipeline.models.registry import Lease
from pipeline.models.weights.fetch import folder
from pipeline.settings import Settings


def examine_engine(settings: Settings, lease: Lease) -> Iterator[str]:
    """Prove the engine that answers Gemma's chat requests, and say line by line what it heard and saw.

    It is sent a question, a tone and pictures of three colours, nothing of a recording. Raises `SettingsError` where
    the settings name no such engine, and what `Handshake` raises.
    """
    gemma = settings.gemma
    files = gemma.engine == "auto" and is_gguf(gemma.model, folder(settings.models))
    if gemma.engine == "server":
        found = lease.served(gemma, settings.video, settings.endpoint)
    elif gemma.engine == "llamacpp" or files:
        found = lease.llama(gemma, settings.video, settings.models)
    else:
        raise SettingsError(
            f"gemma.engine={gemma.engine}: only `server` and `llamacpp` are proved by a handshake.",
            cure="transformers in this process is proved before every call.",
        )
    yield f"{found.name}: {found.batch} requests at once, {found.context:,} tokens each"
    yield f"It answers: {_said(found.handshake.answers())}"
    if found.limits.hears:
        sound = found.handshake.hears()
        yield f"It hears every token of sound, and {sound.beside} more a clip. Of a tone it says: {_said(sound.heard)}"
    if found.limits.sees:
        seen = found.handshake.sees()
        yield (
            f"It sees every token of frames, and {seen.further} more each, their stamps included. "
            f"Of red, green and blue it says: {_said(seen.seen)}"
        )


def _said(text: str) -> str:
    return " ".join(text.split()) or "(nothing)"
