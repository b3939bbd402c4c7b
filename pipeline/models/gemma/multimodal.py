"""A Gemma 4 behind any engine, as the stages see it: it hears, sees and writes.

`Gemma` runs it in this process through transformers, `ChatGemma` through an engine that takes chat requests: a server,
or llama.cpp in this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.errors import ModelError
from pipeline.models.gemma.frames import Frames
from pipeline.models.gemma.inputs import Proof, Request
from pipeline.models.gemma.limits import GemmaLimits
from pipeline.models.protocol import Writer, Written


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: words, or the error that kept it from the model.

    `proof` is missing where the request was refused before anything was made of it.
    """

    written: Written | None
    proof: Proof | None
    error: ModelError | None = None


class Multimodal(Writer, Protocol):
    """A multimodal model behind any engine."""

    @property
    def limits(self) -> GemmaLimits:
        """What it takes in."""
        ...

    def look(self, frames: Frames, at: tuple[int, ...]) -> Future[Any]:
        """Begin with the frames of a later request, on a thread of their own: what `Request.patches` takes.

        `at` is when each frame is, in ticks from the start of the segment.
        """
        ...

    def ask(self, requests: Sequence[Request], *, max_tokens: int, temperature: float = 0.0) -> list[Answer]:
        """An answer for each request, in order; what is wrong with one of them is its answer's error.

        Raises `ModelError` where nothing can be asked at all.
        """
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


def words(answer: Answer) -> Written:
    """What was written; raises the answer's error where nothing was."""
    if answer.written is None:
        raise answer.error or ModelError("no answer")
    return answer.written
