"""Servers beyond this process: where they are, and what may be sent to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.group import LISTED, Group, Names

ADDRESS = r"^https?://[^/@\s?#]+(/[^\s?#]*)?$"
"""No user, no password, no query: settings are stored with the results, so they hold no secrets."""


class Server(Group):
    """Where an OpenAI-compatible server is, and how it is asked."""

    same_text = True
    named_only = True

    url: Annotated[str, Field(pattern=ADDRESS)] = Field(
        "http://127.0.0.1:8000/v1",
        description="base address, without user and password; https, or http on loopback",
    )
    model: str = Field("", description="model name as the server knows it")
    answers_as: str = Field("", description="model name in the server's answers, where it is another")
    key_variable: Annotated[str | None, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = Field(
        None,
        description="environment variable that holds the API key, never the key itself; none: no key is sent",
    )
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        120, description="longest wait for one whole answer, seconds"
    )
    attempts: Annotated[int, Field(ge=1, le=10)] = Field(4, description="tries of one request, the first included")
    longest_wait_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        60, description="give up where the server asks for a longer wait, seconds"
    )
    concurrency: Annotated[int, Field(ge=1, le=64)] = Field(
        4, description="requests at once, over all recordings of a process"
    )
    proxy: Annotated[str | None, Field(pattern=ADDRESS)] = Field(
        None,
        description="proxy on the way to other machines, never to this one; the environment's are never used",
    )
    cap_field: Literal["max_tokens", "max_completion_tokens"] = Field(
        "max_tokens", description="what the server calls the cap of an answer"
    )


class Endpoint(Server):
    """Your server: it writes where `write.engine` is `endpoint`, and hears, sees and writes where `gemma.engine` is
    `server`; its `model` is then part of the keys."""

    dialect: Literal["vllm", "llamacpp", "ollama", "mlx-vlm", "transformers", "openai"] | None = Field(
        None,
        description="what the server is, where it is sent sound and pictures; must be named for `gemma.engine=server`",
    )

    tokenizer: Path | None = Field(
        None,
        description="`tokenizer.json` of the server's model; none: a local server is asked, else bytes are counted",
    )


class Price(Group):
    """What a model costs, in money per million tokens."""

    input: Annotated[float, Field(ge=0, le=1e9)]
    output: Annotated[float, Field(ge=0, le=1e9)]
    audio: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Tokens of audio; none: as `input`."""


class Fallback(Server):
    """The cloud, for what the local model failed at: off, unless everything here and the run itself say yes.

    None of it is part of a key: it fills gaps of a run, and a row says where it came from.
    """

    enabled: bool = Field(False, description="let runs that ask for it send what failed here")
    hook: str = Field(
        "endpoint",
        description="who answers: `endpoint`, the name of an entry point, or `module:function`",
    )
    when: Annotated[tuple[Literal["failed", "too-long"], ...], LISTED] = Field(
        ("failed",),
        description="what may be asked: `failed` after all local tries, `too-long` for the local context",
    )
    kinds: Annotated[tuple[Literal["text-only", "audio", "frames"], ...], LISTED] = Field(
        ("text-only",), description="what may be sent: `text-only`, `audio`, `frames`"
    )
    hosts: Names = Field((), description="hosts that may be sent to, by exact name")
    plain_hosts: Names = Field((), description="hosts of your own network that may be sent to without TLS")
    allow: Names = Field(
        (),
        description="recordings that may be sent: patterns of absolute paths, `*` crosses folders; none: no recording",
    )
    deny: Names = Field((), description="recordings that may not, whatever `allow` says")
    cap: Annotated[float, Field(ge=0, le=1e9)] = Field(0, description="money that may be spent, over the whole ledger")
    prices: dict[str, Price] = Field(
        {},
        description="by model: `input`, `output` and `audio`, money per million tokens",
    )
    audio_tokens_s: Annotated[float, Field(gt=0, le=1e6)] = Field(
        32, description="tokens that the provider makes of a second of audio, at most"
    )
    image_tokens: Annotated[int, Field(gt=0, le=1_000_000)] = Field(
        2048, description="tokens that the provider makes of a frame, at most"
    )
    redact: str | None = Field(
        None,
        description="`contacts`, or `module:function`, over every text that is sent; it cannot clean audio or frames",
    )
    ledger: Path | None = Field(None, description="the ledger's file; none: in the user's state folder")
