"""A message as an engine's request, and an engine's answer as a `Reply`. Pure."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping
from typing import cast

import numpy as np

from pipeline.errors import EndpointError
from pipeline.models.endpoint.messages import wav
from pipeline.models.gemma.chat import Message, Picture, Reply, Sound
from pipeline.models.gemma.dialects import Dialect, Json

_CONTROL = re.compile(r"<(?=\||__|(?:bos|eos|pad|unk|mask)>)|(?<=\|)(?=>)|\[(?=img)")
"""Where in a text a control token of the tokenizer, llama.cpp's mark of media or Ollama's mark of a picture begins."""

_COMPLETE = {"stop": True, "length": False}


def body(
    dialect: Dialect,
    message: Message,
    *,
    model: str,
    budget: int,
    context: int,
    max_tokens: int,
    temperature: float,
    cap_field: str = "max_tokens",
) -> dict[str, Json]:
    """The request as `dialect` wants it.

    `budget` is the largest count of soft tokens of a picture, `context` the tokens that the request may hold, prompt
    and answer together; `cap_field` is what the engine calls `max_tokens`.
    """
    if dialect.native:
        options: dict[str, Json] = {
            "num_ctx": context, "num_predict": max_tokens, "temperature": temperature, "seed": 0
        }  # fmt: skip
        head: dict[str, Json] = {"model": model, "stream": False, "options": options}
        messages = [*_system(message), _native(message)]
    else:
        head = {"model": model, "temperature": temperature, cap_field: max_tokens}
        messages = [*_system(message), {"role": "user", "content": _content(dialect, message)}]
    written: dict[str, Json] = {**head, "messages": cast("Json", messages), **_copied(dialect.fields)}
    if dialect.budget_at and message.pictures:
        _put(written, dialect.budget_at, budget)
    return written


def plain(text: str) -> str:
    """`text` with a space in whatever the model or the engine would take for a control token."""
    return _CONTROL.sub(lambda found: f"{found.group()} ", text)


def reply(dialect: Dialect, content: bytes) -> Reply:
    """The answer in `content`; raises `EndpointError` where it is none, in words that hold nothing of it."""
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise EndpointError("not JSON, or cut off")
    return _native_reply(said) if dialect.native else _reply(said)


def jpeg(frame: np.typing.NDArray[np.uint8]) -> Picture:
    """One RGB frame (height, width, 3) as a JPEG file: near enough to lossless for text on it to stay readable."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "JPEG", quality=95, subsampling=0)
    return Picture(buffer.getvalue(), frame.shape[0], frame.shape[1])


# -- requests ------------------------------------------------------------------------------------------------


def _system(message: Message) -> list[Json]:
    return [{"role": "system", "content": plain(message.system)}] if message.system else []


def _content(dialect: Dialect, message: Message) -> Json:
    """A text alone as it is: some engines know no parts where they have no projector."""
    if not message.pictures and not message.sounds and len(message.parts) == 1:
        return plain(message.text)
    return [_part(dialect, part) for part in message.parts]


def _part(dialect: Dialect, part: str | Picture | Sound) -> Json:
    if isinstance(part, str):
        return {"type": "text", "text": plain(part)}
    if isinstance(part, Picture):
        return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{_base64(part.jpeg)}"}}
    data = _base64(wav(part.samples))
    if dialect.sound == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}}
    return {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}


def _native(message: Message) -> Json:
    """Ollama takes sound, too, for a picture: it looks at the bytes."""
    media = [part for part in message.parts if not isinstance(part, str)]
    content = "".join(plain(part) if isinstance(part, str) else "[img]" for part in message.parts)
    turn: dict[str, Json] = {"role": "user", "content": content}
    if media:
        turn["images"] = [_base64(part.jpeg if isinstance(part, Picture) else wav(part.samples)) for part in media]
    return turn


def _put(written: dict[str, Json], place: tuple[str, ...], value: Json) -> None:
    inner = written
    for name in place[:-1]:
        inner = cast("dict[str, Json]", inner.setdefault(name, {}))
    inner[place[-1]] = value


def _copied(fields: Mapping[str, Json]) -> dict[str, Json]:
    return cast("dict[str, Json]", json.loads(json.dumps(dict(fields))))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


# -- answers -------------------------------------------------------------------------------------------------


def _reply(said: dict[str, Json]) -> Reply:
    choices = said.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        raise EndpointError("not exactly one choice")
    message, usage = choices[0].get("message"), said.get("usage")
    if not isinstance(message, dict):
        raise EndpointError("no message")
    counted = usage if isinstance(usage, dict) else {}
    return Reply(
        text=_text(message.get("content")),
        complete=_complete(choices[0].get("finish_reason")),
        tokens_in=_count(counted.get("prompt_tokens")),
        tokens_out=_count(counted.get("completion_tokens")),
        thoughts=_text(message.get("reasoning_content") or message.get("reasoning")),
        model=_text(said.get("model")),
    )


def _native_reply(said: dict[str, Json]) -> Reply:
    message = said.get("message")
    if not isinstance(message, dict):
        raise EndpointError("no message")
    return Reply(
        text=_text(message.get("content")),
        complete=_complete(said.get("done_reason")),
        tokens_in=_count(said.get("prompt_eval_count")),
        tokens_out=_count(said.get("eval_count")),
        thoughts=_text(message.get("thinking")),
        model=_text(said.get("model")),
    )


def _complete(finish: Json) -> bool:
    if not isinstance(finish, str) or finish not in _COMPLETE:
        raise EndpointError("ended by something else than its end")
    return _COMPLETE[finish]


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""


def _count(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1
