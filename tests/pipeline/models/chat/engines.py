"""An engine that the tests play: a real HTTP server that counts tokens as Gemma's engines do, and has their faults.

It takes the request shapes of every dialect, as they are written down in the engines' documentation, and refuses any
other. Its tokenizer is simple: a word, a digit, a sign and a line break are a token each; joined text is one text.
"""

from __future__ import annotations

import base64
import io
import json
import re
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from chunkers.frames import frame_size
from pipeline.settings.fallback import Endpoint

MODEL = "gemma-4-e4b"
_TEMPLATE, _TURN, _MARKS = 6, 5, 2


@dataclass(frozen=True)
class Clip:
    """Sound that arrived, in samples."""

    size: int


@dataclass(frozen=True)
class Shot:
    """A picture that arrived."""

    height: int
    width: int


Arrived = list[str | Clip | Shot]
Answers = Callable[[Arrived], str]


@dataclass
class Engine:
    """One engine and its faults; `answer` is what it says to what arrived."""

    dialect: str
    answer: Answers = lambda arrived: "words"
    fault: str = ""
    fails_from: int = 0
    """Number of the request with media from which the fault shows."""
    slow_s: float = 0.0
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    most_at_once: int = 0
    inside: int = 0
    with_media: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of an answer."""
        assert path == ("/api/chat" if self.dialect == "ollama" else "/v1/chat/completions"), path
        _documented(self.dialect, body)
        turns = [_arrived(self.dialect, message) for message in body["messages"]]
        user = turns[-1]
        media = any(not isinstance(part, str) for part in user)
        with self.lock:
            self.bodies.append(body)
            self.paths.append(path)
            self.with_media += media
            faulty = self.fault if not media or self.with_media >= self.fails_from else ""
        if faulty == "refuses sound" and any(isinstance(part, Clip) for part in user):
            return 500, {"error": "secret words of the request"}
        kept = _lost(user, faulty)
        budget = 280 if faulty == "another budget" else _budget(self.dialect, body)
        tokens = sum(_TURN + _tokens(turn, budget) for turn in [*turns[:-1], kept]) + _TEMPLATE
        if faulty == "a turn of each part":
            tokens += _TURN * (len(kept) - 1)
        if faulty == "own stamps":
            tokens += 5 * sum(isinstance(part, Shot) for part in kept)
        if faulty == "cuts the prompt":
            tokens = min(tokens, 300)
        return 200, self._answered(body, kept, tokens, faulty)

    def _answered(self, body: dict[str, Any], kept: Arrived, tokens: int, fault: str) -> dict[str, Any]:
        cap = body.get("max_tokens") or body.get("options", {}).get("num_predict")
        text, thoughts, finish, out = self.answer(kept), "", "stop", 2
        if cap == 1:
            text, finish, out = text[:1], "length", 1
        if fault in {"thinks", "thinks unseen"}:
            text, finish, out = "", "length", cap
            thoughts = "Let me think" if fault == "thinks" else ""
        if self.dialect == "ollama":
            counts = {} if fault == "counts nothing" else {"prompt_eval_count": tokens, "eval_count": out}
            message = {"role": "assistant", "content": text, "thinking": thoughts}
            return {"model": MODEL, "message": message, "done": True, "done_reason": finish, **counts}
        message = {"role": "assistant", "content": text, "reasoning_content": thoughts}
        usage = {} if fault == "counts nothing" else {"prompt_tokens": tokens, "completion_tokens": out}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {"model": MODEL, "choices": [choice], "usage": usage}


FAULTS = {
    "drops sound": "sound is dropped",
    "cuts sound": "s of sound do not arrive whole",
    "refuses sound": "does not take sound",
    "drops pictures": "pictures are dropped",
    "cuts to 32 frames": "60 frames do not arrive whole",
    "another budget": "a picture is not",
    "own stamps": "a picture is not",
    "drops stamps": "the stamps of frames do not arrive",
    "pictures first": "pictures are put elsewhere",
    "sound first": "sound are put elsewhere",
    "a turn of each part": "makes a turn of its own of each part",
    "thinks": "it thinks",
    "thinks unseen": "it thinks",
    "counts nothing": "does not tell how many tokens",
    "cuts the prompt": "do not arrive whole",
}
"""What an engine does in silence, and the words by which it is refused."""


def _lost(parts: Arrived, fault: str) -> Arrived:
    """What is left of a turn, in the order in which the model gets it."""
    shots = [part for part in parts if isinstance(part, Shot)]
    clips = [part for part in parts if isinstance(part, Clip)]
    texts = [part for part in parts if isinstance(part, str)]
    stamps = [text for text in texts if shots and re.fullmatch(r" ?\d\d:\d\d ", text)]
    gone = {"drops sound": clips, "drops pictures": shots, "cuts to 32 frames": shots[32:], "drops stamps": stamps}
    if fault in gone:
        return [part for part in parts if not any(part is one for one in gone[fault])]
    if fault == "cuts sound":
        return [Clip(min(part.size, 160_000)) if isinstance(part, Clip) else part for part in parts]
    if (fault == "pictures first" and shots) or (fault == "sound first" and clips):
        return [*shots, *clips, *texts]
    return parts


def _tokens(parts: Arrived, budget: int) -> int:
    """Tokens of one turn; texts that stand side by side are one text."""
    total, text = 0, ""
    for part in [*parts, None]:
        if isinstance(part, str):
            text += part
            continue
        total += len(re.findall(r"\d|[^\W\d]+|[^\w\s]|\n", text))
        text = ""
        if isinstance(part, Clip):
            total += -(-part.size // 640) + _MARKS
        elif isinstance(part, Shot):
            width, height = frame_size(part.width, part.height, budget)
            total += width * height // 48**2 + _MARKS
    return total


def _budget(dialect: str, body: dict[str, Any]) -> int:
    if dialect == "vllm":
        return int(body.get("mm_processor_kwargs", {}).get("max_soft_tokens", 280))
    if dialect == "transformers":
        kwargs = body["chat_template_kwargs"].get("processor_kwargs", {"images_kwargs": {"max_soft_tokens": 280}})
        return int(kwargs["images_kwargs"]["max_soft_tokens"])
    return 280 if dialect in {"ollama", "mlx-vlm"} else 70


def _documented(dialect: str, body: dict[str, Any]) -> None:
    """Thinking is switched off, and nothing is asked that the engine does not know."""
    openai = {"model", "messages", "max_tokens", "temperature"}
    known = {
        "vllm": openai | {"chat_template_kwargs", "mm_processor_kwargs"},
        "llamacpp": openai | {"chat_template_kwargs", "cache_prompt"},
        "ollama": {"model", "messages", "stream", "think", "options"},
        "mlx-vlm": openai | {"enable_thinking"},
        "transformers": openai | {"chat_template_kwargs"},
        "openai": openai,
    }[dialect]
    assert set(body) <= known, set(body) - known
    assert body["model"] == MODEL
    off = {"ollama": body.get("think"), "mlx-vlm": body.get("enable_thinking"), "openai": False}
    assert off.get(dialect, body.get("chat_template_kwargs", {}).get("enable_thinking")) is False
    if dialect == "ollama":
        assert body["stream"] is False
        assert set(body["options"]) == {"num_ctx", "num_predict", "temperature", "seed"}


def _arrived(dialect: str, message: dict[str, Any]) -> Arrived:
    if dialect == "ollama":
        media = iter([_media(base64.b64decode(data)) for data in message.get("images", [])])
        pieces = re.split(r"(\[img\])", message["content"])
        found: Arrived = [next(media) if piece == "[img]" else piece for piece in pieces if piece]
        assert next(media, None) is None
        return found
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    read = [_part(dialect, part) for part in parts]
    if dialect == "mlx-vlm":
        texts = " ".join(part for part in read if isinstance(part, str)).strip()
        shots = [part for part in read if isinstance(part, Shot)]
        return [*shots, texts, *(part for part in read if isinstance(part, Clip))]
    return read


def _part(dialect: str, part: dict[str, Any]) -> str | Clip | Shot:
    kind = part["type"]
    if kind == "text":
        return str(part["text"])
    if kind == "image_url":
        return _media(_data(part["image_url"]["url"], "image/jpeg"))
    if kind == "audio_url":
        assert dialect == "vllm"
        return _media(_data(part["audio_url"]["url"], "audio/wav"))
    assert kind == "input_audio"
    assert dialect != "vllm"
    assert part["input_audio"]["format"] == "wav"
    return _media(base64.b64decode(part["input_audio"]["data"]))


def _data(url: str, kind: str) -> bytes:
    head, data = url.split(",", 1)
    assert head == f"data:{kind};base64"
    return base64.b64decode(data)


def _media(data: bytes) -> Clip | Shot:
    if data.startswith(b"RIFF"):
        with wave.open(io.BytesIO(data)) as clip:
            assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (16_000, 1, 2)
            return Clip(clip.getnframes())
    with Image.open(io.BytesIO(data)) as picture:
        return Shot(picture.height, picture.width)


@contextmanager
def running(engine: Engine) -> Iterator[Engine]:
    """The engine on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            path, body = urlsplit(self.path).path, json.loads(raw)
            status, said = 404, {}
            with engine.lock:
                engine.inside += 1
                engine.raw.append(raw)
                engine.most_at_once = max(engine.most_at_once, engine.inside)
            try:
                if path != "/tokenize":
                    time.sleep(engine.slow_s)
                    status, said = engine.reply(path, body)
            except AssertionError as error:
                status, said = 400, {"error": f"not as documented: {error}"}
            finally:
                with engine.lock:
                    engine.inside -= 1
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    engine.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()


def endpoint_of(engine: Engine, **changes: Any) -> Endpoint:
    """The settings of the endpoint that `engine` is; it gives up at once."""
    return Endpoint.model_validate(
        {"url": engine.url, "model": MODEL, "dialect": engine.dialect, "attempts": 1, "timeout_s": 30, **changes}
    )
