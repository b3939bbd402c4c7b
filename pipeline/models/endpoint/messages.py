"""What a server is asked, in its words, and what it answered, held against what was asked. Pure."""

from __future__ import annotations

import base64
import datetime
import email.utils
import io
import json
import re
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Samples
from pipeline.prompts import Prompt

_FINISHED = {"stop": True, "length": False}
_ENDED = frozenset({"content_filter", "tool_calls", "function_call"})
_NAME = re.compile(r"[\w./:@+-]*\d[\w./:@+-]*")
"""A name of a model. Almost all hold a digit, and no word does."""

_SLACK = 8
"""Tokens that a server may count more than it was allowed: end marks, a template's own."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: text, and what the text is about.

    `audio` are samples at 16 kHz, `images` are JPEG files. Neither carries any metadata.
    """

    prompt: Prompt
    audio: tuple[Samples, ...] = ()
    images: tuple[bytes, ...] = ()

    @property
    def kind(self) -> str:
        """`text-only`, `audio`, `frames` or `audio+frames`."""
        kinds = ("audio" * bool(self.audio), "frames" * bool(self.images))
        return "+".join(filter(None, kinds)) or "text-only"

    @property
    def text_bytes(self) -> int:
        """UTF-8 bytes of the text."""
        return len(f"{self.prompt.system}{self.prompt.user}".encode())

    @property
    def audio_s(self) -> float:
        """Seconds of audio."""
        return sum(map(len, self.audio)) / TICKS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Answer:
    """A sound answer; token counts are -1 where the server gave none."""

    text: str
    complete: bool
    model: str
    tokens_in: int
    tokens_out: int
    tokens_audio: int
    thoughts: str = ""


class BadAnswer(Exception):  # noqa: N818 - never leaves this package
    """Why an answer is refused; `usage` holds what it says to have cost, if it says so."""

    def __init__(self, why: str, usage: tuple[int, int, int] = (-1, -1, 0)) -> None:
        super().__init__(why)
        self.usage = usage


def messages(ask: Ask) -> list[dict[str, Any]]:
    """The request as the protocol wants it: what is talked about stands before the text."""
    system = [{"role": "system", "content": ask.prompt.system}] if ask.prompt.system else []
    if not ask.audio and not ask.images:
        return [*system, {"role": "user", "content": ask.prompt.user}]
    parts: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{as_base64(image)}"}}
        for image in ask.images
    ]
    parts += [
        {"type": "input_audio", "input_audio": {"data": as_base64(wav(samples)), "format": "wav"}}
        for samples in ask.audio
    ]
    return [*system, {"role": "user", "content": [*parts, {"type": "text", "text": ask.prompt.user}]}]


def read(content: bytes, *, model: str, max_tokens: int) -> Answer:
    """The answer in `content`; raises `BadAnswer` where it is not one that was asked for."""
    try:
        said = json.loads(content)
    except ValueError:
        raise BadAnswer("not JSON, or cut off") from None
    if not isinstance(said, dict):
        raise BadAnswer("not an object")
    usage = _usage(said.get("usage"))
    choices = said.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        raise BadAnswer("not exactly one choice", usage)
    named = said.get("model")
    if not isinstance(named, str) or not same_model(model, named):
        raise BadAnswer(f"another model answered{safe_name(named)}", usage)
    finish = choices[0].get("finish_reason")
    if finish not in _FINISHED:
        raise BadAnswer(f"ended by {finish if finish in _ENDED else 'something else than its end'}", usage)
    message = choices[0].get("message")
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise BadAnswer("no text", usage)
    if usage[1] > max_tokens + _SLACK:
        raise BadAnswer(f"{usage[1]} tokens where {max_tokens} were asked for", usage)
    return Answer(text.strip(), _FINISHED[finish], named, *usage)


def safe_name(named: object) -> str:
    """What to say of the model that answered: a server may put anything there, what it was sent included."""
    short = isinstance(named, str) and len(named) <= 80 and _NAME.fullmatch(named)
    return f": {named}" if short else " (its name is no model's)"


def same_model(asked: str, named: str) -> bool:
    """Whether `named` is the model that was asked for, or a dated build of it; folders before a name do not count."""
    asked, named = asked.rsplit("/", 1)[-1].lower(), named.rsplit("/", 1)[-1].lower()
    return named == asked or (named.startswith(f"{asked}-") and named[len(asked) + 1 :].replace("-", "").isdigit())


def largest(max_tokens: int) -> int:
    """Bytes that an answer of so many tokens can have, JSON escapes and all."""
    return 256 * 1024 + 128 * max_tokens


def retry_after(headers: Mapping[str, str], now: datetime.datetime) -> float:
    """Seconds that the server asks to wait, from its `Retry-After`: a number or a date; 0 where it says nothing."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _usage(usage: Any) -> tuple[int, int, int]:
    """Tokens in, out and of audio; -1 where it does not say."""
    if not isinstance(usage, dict):
        return -1, -1, 0
    details = usage.get("prompt_tokens_details")
    audio = details.get("audio_tokens") if isinstance(details, dict) else 0
    return tokens_of(usage.get("prompt_tokens")), tokens_of(usage.get("completion_tokens")), max(tokens_of(audio), 0)


def tokens_of(value: object) -> int:
    """A server's count of tokens; -1 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1


def as_base64(data: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(data).decode("ascii")


def wav(samples: Samples) -> bytes:
    """Samples at 16 kHz as a WAV file of 16 bits; what came from 16 bits is in it as it was.

    A cast alone would cut each sample towards zero: a tiny Gemma then heard something else in a real recording.
    """
    steps = np.clip(np.round(samples * 32_768.0), -32_768, 32_767)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TICKS_PER_SECOND)
        out.writeframes(steps.astype("<i2").tobytes())
    return buffer.getvalue()
