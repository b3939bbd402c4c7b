"""What a stage is made of: items in, rows out, a worker with loaded models between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from chunkers.decoding import Decoded
from chunkers.spans import Span
from pipeline.errors import ModelError
from pipeline.store.tables import Row


class Item(Protocol):
    """A piece of a recording that becomes one row."""

    @property
    def index(self) -> int:
        """Number of its row, ascending."""
        ...

    @property
    def span(self) -> Span:
        """What its row owns."""
        ...


ItemT = TypeVar("ItemT", bound=Item)
ChunkT_co = TypeVar("ChunkT_co", covariant=True)


class Pass(Protocol[ChunkT_co]):
    """A pass over the recording: its chunks, and once they are exhausted what was wrong."""

    @property
    def report(self) -> Decoded:
        """What was decoded, and what was wrong with it."""
        ...

    def __iter__(self) -> Iterator[ChunkT_co]: ...


@dataclass(frozen=True, slots=True)
class Absent:
    """A piece that the file does not hold, or that is left out, and why."""

    index: int
    span: Span
    reason: str


def with_missing(stream: Pass[ItemT], reason: Callable[[Decoded], str]) -> Iterator[ItemT | Absent]:
    """The chunks of a pass, and behind them what the header promised and the file did not hold; `reason` says why."""
    index = 0
    for chunk in stream:
        index = chunk.index + 1
        yield chunk
    missing = stream.report.missing
    if missing is not None:
        yield Absent(index, missing, reason(stream.report))


class Part(NamedTuple, Generic[ItemT]):
    """Items of one recording, in order: what is to become one part of its table."""

    recording: str
    items: Sequence[ItemT]


@dataclass(slots=True)
class Made(Generic[Row]):
    """A row, and what the model failed at where it did: the fallback goes by it."""

    row: Row
    failure: ModelError | None = None


class Worker(Protocol[ItemT, Row]):
    """Turns items into rows, with models that are loaded."""

    def begin(self, item: ItemT) -> ItemT:
        """`item` as it is to be worked on; what can be done for it while the models are busy is under way."""
        ...

    def work(self, *parts: Part[ItemT]) -> list[Made[Row]]:
        """One row an item, in order; all go through the models together.

        An item that the models failed at is a row with status `failed` and a reason, never an exception:
        exceptions are for a machine that cannot go on (no weights, no memory).
        """
        ...


class Stage(Protocol[ItemT, Row]):
    """What the driver asks of a stage."""

    @property
    def worker(self) -> Worker[ItemT, Row]:
        """Who turns its items into rows."""
        ...

    def inputs(self, item: ItemT) -> str:
        """What the item's row rests on in the stages before, as a hash: where it changes, the row is made anew."""
        ...

    def without_model(self, item: ItemT) -> Row | None:
        """The row of an item that no model needs to see (silence, a gap); None where one does."""
        ...
