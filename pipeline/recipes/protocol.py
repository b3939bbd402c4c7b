"""What a recipe is: chunks in, level-0 rows out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chunkers import Segment, Window
from pipeline.models.protocol import Writer
from pipeline.store.tables import ChunkRow

Chunk = Window | Segment

SUMMARY = "summary: "
"""How the error of a row begins whose transcript is sound and only its summary failed."""

TOO_LONG = f"{SUMMARY}too long for the local context"


class Part(NamedTuple):
    """Chunks of one recording, in order: what is to become one part of its store."""

    recording: str
    chunks: Sequence[Chunk]


class Recipe(Protocol):
    """Turns chunks into rows, with models that it has already loaded."""

    @property
    def sees(self) -> bool:
        """Whether it takes video segments; otherwise a video is heard only, window by window."""
        ...

    @property
    def writer(self) -> Writer:
        """The model that merges."""
        ...

    def begin(self, chunk: Chunk) -> Chunk:
        """`chunk` as it is to be described; what can be done for it while the models are busy is under way."""
        ...

    def describe(self, *parts: Part) -> list[ChunkRow]:
        """One row a chunk, in order; all go through the models together.

        A chunk that the models failed is a row with status `failed` and a reason, never an exception:
        exceptions are for a machine that cannot go on (no weights, no memory).
        """
        ...
