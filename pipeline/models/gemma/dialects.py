"""What differs between the engines that serve Gemma 4 by chat requests: one small table, read from their sources.

How an engine takes sound and pictures, how thinking is switched off, what it takes at once, and how it is started so
that it does. A dialect holds data only; `bodies` writes and reads requests by it, `handshake` proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chunkers.frames import BUDGETS
from pipeline.errors import SettingsError
from pipeline.settings import Video
from pipeline.settings.checks import MOST_FRAMES

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
"""What a request is made of."""

NO_THINKING: Mapping[str, Json] = {"chat_template_kwargs": {"enable_thinking": False}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one engine is asked."""

    name: str
    """Its name in the settings."""
    engine: str
    """Its name for people."""
    native: bool = False
    """Asked by Ollama's own `/api/chat`, where media are a list beside the text and `[img]` stands in their place;
    else by OpenAI's chat completions."""
    sound: Literal["input_audio", "audio_url"] = "input_audio"
    """The part that holds a WAV file: OpenAI's own, or a data URL."""
    keeps_order: bool = True
    """Whether the model gets the parts in the order in which they are sent. Where it does not, the stamps of frames
    stand as a list in the text."""
    fields: Mapping[str, Json] = field(default_factory=dict)
    """What every request holds beside its messages; thinking is switched off by name."""
    budget_at: tuple[str, ...] = ()
    """Where in a request the largest count of soft tokens of a picture stands; empty where a request has no say."""
    budgets: tuple[int, ...] = BUDGETS
    """Those counts that the engine can be brought to."""
    frames: int = MOST_FRAMES
    """Pictures of a request, at most."""
    clips: int | None = 1
    """Clips of sound of a request, at most; None: as many as one likes."""
    sound_cure: str
    """What to do where sound does not arrive."""
    picture_cure: str
    """What to do where pictures do not arrive as they were computed."""
    thinking_cure: str
    """What to do where it thinks."""


_DIALECTS = (
    Dialect(
        name="vllm",
        engine="vLLM",
        sound="audio_url",
        fields=NO_THINKING,
        budget_at=("mm_processor_kwargs", "max_soft_tokens"),
        sound_cure='install `vllm[audio]`, and start it with `--limit-mm-per-prompt \'{"image":60,"audio":1}\'`',
        picture_cure='start it with `--limit-mm-per-prompt \'{"image":60,"audio":1}\'`, and where it has that with '
        "`--trust-request-mm-kwargs`, for frames are sent smaller than pictures; vLLM 0.23 or newer",
        thinking_cure="start it without `--default-chat-template-kwargs`",
    ),
    Dialect(
        name="llamacpp",
        engine="llama.cpp",
        fields={**NO_THINKING, "cache_prompt": False},
        sound_cure="start it with the projector in BF16: `--mmproj FILE`",
        picture_cure="start it with `--mmproj FILE`, `--image-min-tokens 1`, `--image-max-tokens` of "
        "video.frame_tokens and `--ubatch-size` above it; a build after September 2026",
        thinking_cure="start it with `--jinja --reasoning-budget 0`",
    ),
    Dialect(
        name="ollama",
        engine="Ollama",
        native=True,
        fields={"think": False},
        budgets=(280,),
        sound_cure="use a build that hears, and a model with a projector: `gemma4:e4b`, `gemma4:12b`",
        picture_cure="its pictures are 280 tokens each, whatever is asked for: set video.frame_tokens to 280, and "
        "gemma.context to what a segment needs",
        thinking_cure="use a build that knows `think`",
    ),
    Dialect(
        name="mlx-vlm",
        engine="mlx-vlm",
        keeps_order=False,
        fields={"enable_thinking": False},
        budgets=(280,),
        frames=32,
        sound_cure="use a checkpoint with its audio tower or projection, and the newest mlx-vlm",
        picture_cure="its pictures are 280 tokens each: set video.frame_tokens to 280; at most 32 at once",
        thinking_cure="start the server without `--enable-thinking`",
    ),
    Dialect(
        name="transformers",
        engine="transformers serve",
        fields=NO_THINKING,
        budget_at=("chat_template_kwargs", "processor_kwargs", "images_kwargs", "max_soft_tokens"),
        clips=None,
        sound_cure="name a checkpoint that hears (12B, E4B or E2B), and install `soundfile` and `soxr` beside it",
        picture_cure="use transformers 5.24 or newer",
        thinking_cure="start it with `--reasoning off`",
    ),
    Dialect(
        name="openai",
        engine="the server",
        sound_cure="name the server's own dialect in endpoint.dialect, if it is one of those",
        picture_cure="name the server's own dialect in endpoint.dialect, if it is one of those",
        thinking_cure="switch thinking off where the server is started",
    ),
)

DIALECTS: Mapping[str, Dialect] = {one.name: one for one in _DIALECTS}


def check_video(dialect: Dialect, video: Video) -> None:
    """Raise `SettingsError` where the engine could not take the segments of `video`."""
    frames = video.length_s * video.fps
    if frames > dialect.frames:
        raise SettingsError(
            f"{dialect.engine} takes {dialect.frames} pictures at once; video.length_s x video.fps are {frames:g}.",
            cure=f"Set video.fps to {dialect.frames / video.length_s:.2g}, or video.length_s lower.",
        )
    if video.frame_tokens not in dialect.budgets:
        allowed = " or ".join(map(str, dialect.budgets))
        raise SettingsError(
            f"{dialect.engine} makes {allowed} tokens of a picture; video.frame_tokens is {video.frame_tokens}.",
            cure=f"Set video.frame_tokens to {allowed}.",
        )
