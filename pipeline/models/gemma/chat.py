"""What an engine that takes chat requests is to `ChatGemma`: one request in, one answer and its count of tokens out.

An engine implements `Chat`: `ServedChat` asks a server over HTTP. How a message is written for an engine, and how its
answer is read, is in `bodies`; what differs from engine to engine is the table in `dialects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.models.protocol import Samples
from pipeline.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame as a JPEG file without metadata, `height` x `width` pixels."""

    jpeg: bytes
    height: int
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One clip: float32 samples at 16 kHz in [-1, 1], whole soft tokens long."""

    samples: Samples


Part = str | Picture | Sound


@dataclass(frozen=True, slots=True)
class Message:
    """One user turn, its parts in the order in which the model is to get them, behind the system text."""

    parts: tuple[Part, ...]
    system: str = ""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Its pictures, in order."""
        return tuple(part for part in self.parts if isinstance(part, Picture))

    @property
    def sounds(self) -> tuple[Sound, ...]:
        """Its clips, in order."""
        return tuple(part for part in self.parts if isinstance(part, Sound))

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Reply:
    """What an engine answered.

    `tokens_in` counts the whole prompt, pictures and sound included; both counts are -1 where the engine tells none.
    `complete` is false where the answer ran into its cap of tokens; `thoughts` is what it says to have thought.
    """

    text: str
    complete: bool
    tokens_in: int
    tokens_out: int
    thoughts: str = ""
    model: str = ""
    """The model that answered, where the engine names it."""


class Chat(Protocol):
    """An engine with a Gemma 4 in it, ready to be asked from several threads."""

    @property
    def name(self) -> str:
        """Name of the weights and of the engine, as rows and reports show it."""
        ...

    @property
    def context(self) -> int:
        """Tokens that one request may hold, prompt and answer together."""
        ...

    @property
    def concurrency(self) -> int:
        """Requests that are answered at once."""
        ...

    @property
    def counts_exactly(self) -> bool:
        """Whether `prompt_tokens` is what the engine will count, and not a bound."""
        ...

    def complete(self, message: Message, *, max_tokens: int, temperature: float) -> Reply:
        """The engine's answer.

        Raises `LimitError` where the message is too long for it, `UnreachedError` where it cannot be reached,
        `ModelError` where it gives no sound answer.
        """
        ...

    def count(self, text: str) -> int:
        """Tokens of `text` without special tokens; never too few."""
        ...

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of a request of text only, chat template included; never too few."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...
