"""What leaves and what comes back, in the words of the gate that both pass through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Departure:
    """One request that is about to leave, and what it may cost at most."""

    url: str
    model: str
    kind: str
    """`text-only`, or `audio`, `frames` or both with a `+` between."""
    text_bytes: int
    """UTF-8 bytes of its text: no tokenizer makes more tokens of it."""
    audio_s: float
    images: int
    max_tokens: int
    attempt: int
    body: bytes = b""
    """What is sent, to the byte."""
    proxy: str | None = None
    """The proxy that it is handed to."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a departure ended.

    `billed` is false only where the server surely did not do the work: it was never reached, or
    answered with an error status. `tokens_in` and `tokens_out` are -1 where it did not count.
    """

    outcome: str
    billed: bool
    status: int = 0
    size: int = 0
    tokens_in: int = -1
    tokens_out: int = -1
    tokens_audio: int = 0


class Gate(Protocol):
    """Who is asked before a request leaves, and told how it ended."""

    def leave(self, departure: Departure) -> int:
        """Account for the request, on disk, and give it a number; raises `EgressError` to keep it here."""
        ...

    def arrive(self, number: int, arrival: Arrival) -> None:
        """Account for its end."""
        ...
