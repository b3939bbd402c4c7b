"""Values that are absurd whatever the setting, and settings that do not go together: told before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.settings.groups import Audio, Video

if TYPE_CHECKING:
    from pipeline.settings.loading import Settings

WHISPER_S = 30
"""What the recogniser hears at once; of a longer window it would lose the rest."""
MOST_FRAMES = 60
"""Frames of a segment that the multimodal model takes."""
_LONGEST = 1000
"""Letters of a value: no path and no name is longer."""


def check_words(values: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for a word in `values`, a tree by names, that no setting can be made of."""
    for key, word in _words(values, ()):
        if not word.strip():
            raise SettingsError(f"{key}: has no value.", cure="Leave it out for its default, or write `none`.")
        if len(word) > _LONGEST:
            raise SettingsError(f"{key}: {len(word)} letters long (got {word[:20]!r}...).", cure="Shorten it.")
        if not word.replace("\u3000", " ").isprintable():
            raise SettingsError(f"{key}: holds what is no text (got {word!r}).", cure="Use letters of UTF-8.")


def check(settings: Settings) -> None:
    """Raise `SettingsError` for settings that do not go together."""
    audio, hear, write = settings.audio, settings.hear, settings.write
    gemma = settings.recipe == "gemma"
    if (hear.engine == "whisper" or (hear.engine == "auto" and not gemma)) and audio.length_s > WHISPER_S:
        raise SettingsError(
            f"audio.length_s={audio.length_s:g}: Whisper hears {WHISPER_S} s at once.",
            cure=f"Set audio.length_s to {WHISPER_S} or less.",
        )
    if write.adapter is not None and write.engine in ("transformers", "endpoint"):
        raise SettingsError(
            f"write.adapter: only llama.cpp takes one, not write.engine={write.engine}.",
            cure="Set write.engine to llamacpp.",
        )
    if settings.webhook.url is not None and settings.webhook.secret is None:
        raise SettingsError(
            "webhook.url: what is sent there is signed, and webhook.secret names nothing to sign it with.",
            cure="Set webhook.secret to env:NAME or file:PATH.",
        )
    tokens = settings.describe.max_tokens or 0
    if not gemma and 2 * tokens > write.context:
        raise SettingsError(
            f"describe.max_tokens={tokens}: more than half of write.context={write.context}, which holds words, too.",
            cure="Set describe.max_tokens lower or write.context higher.",
        )
    if gemma:
        check_video(settings.video, audio)
        if settings.gemma.engine == "server" and settings.endpoint.dialect is None:
            raise SettingsError(
                "gemma.engine=server: endpoint.dialect does not say what the server is.",
                cure="Set it to vllm, llamacpp, ollama, mlx-vlm, transformers or openai; see docs/engines.md.",
            )


def check_video(video: Video, audio: Audio) -> None:
    """Raise `SettingsError` where segments of `video` cannot hold the windows of `audio`, or have too many frames."""
    frames = video.length_s * video.fps
    if not 1 <= frames <= MOST_FRAMES:
        raise SettingsError(
            f"video.length_s x video.fps are {frames:g} frames a segment; the model takes from 1 to {MOST_FRAMES}.",
            cure="Change video.length_s or video.fps.",
        )
    if video.length_s < audio.length_s:
        raise SettingsError(
            f"video.length_s={video.length_s} is shorter than audio.length_s={audio.length_s:g}: a segment holds whole "
            "windows.",
            cure="Longer segments or shorter windows.",
        )
    if video.scene_range_s >= video.length_s:
        raise SettingsError(
            f"video.scene_range_s={video.scene_range_s:g} is not shorter than video.length_s={video.length_s}: a scene "
            "could end a segment before it begins.",
            cure="Set video.scene_range_s, too.",
        )


def _words(values: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _words(value, (*path, str(name)))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _words(value, path)
    elif isinstance(values, str):
        yield ".".join(path), values
