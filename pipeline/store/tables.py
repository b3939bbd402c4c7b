"""The tables: what is stored, column by column, with unit and meaning.

Two tables make a run. Level 0 holds a row a chunk; every level above holds a row a node of the merge
tree. The dataclasses are what code handles; the Arrow schemas are drawn from them, so that the two
cannot drift apart. Any Parquet reader opens the files; units and meanings travel in the schema.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from chunkers.spans import TICKS_PER_SECOND, Span

CUE = pa.struct(
    [
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("speaker", pa.string()),
    ]
)
EVENT = pa.struct([pa.field("at", pa.int64(), nullable=False), pa.field("text", pa.string(), nullable=False)])
CITATION = pa.struct(
    [
        pa.field("sentence", pa.int32(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("valid", pa.bool_(), nullable=False),
        pa.field("how", pa.string(), nullable=False),
    ]
)


def _column(kind: pa.DataType, meaning: str, unit: str = "", default: Any = dataclasses.MISSING) -> Any:
    """A dataclass field that knows its Arrow type, its meaning and its unit."""
    metadata = {"arrow": kind, "meaning": meaning, "unit": unit}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def _tick(meaning: str, default: Any = dataclasses.MISSING) -> Any:
    return _column(pa.int64(), meaning, f"1/{TICKS_PER_SECOND} s", default)


@dataclass(slots=True, kw_only=True)
class ChunkRow:
    """Level 0: one chunk, described or accounted for."""

    recording: str = _column(pa.string(), "content id of the recording")
    index: int = _column(pa.int64(), "number of the chunk in its recording, from 0")
    start: int = _tick("first moment that the chunk owns")
    end: int = _tick("first moment that it no longer owns")
    kind: str = _column(pa.string(), "window (audio) or segment (video)")
    status: str = _column(pa.string(), "processed, silent, failed or skipped")
    error: str = _column(pa.string(), "why it failed or was skipped; empty otherwise", "", "")
    language: str = _column(pa.string(), "language heard, ISO 639-1", "", "")
    transcript: str = _column(pa.string(), "words heard", "", "")
    cues: list[dict[str, Any]] = _column(pa.list_(CUE), "transcript with times on the recording's clock", "", list)
    screen_text: str = _column(pa.string(), "text read in the picture", "", "")
    summary: str = _column(pa.string(), "what the chunk holds, in a sentence or two", "", "")
    summary_start: int = _tick("start of what `summary` describes", 0)
    summary_end: int = _tick("end of it: beyond `end` where one summary covers several windows, 0 where none", 0)
    events: list[dict[str, Any]] = _column(pa.list_(EVENT), "notable moments", "", list)
    facts: list[str] = _column(pa.list_(pa.string()), "numbers, dates and names found in the transcript", "", list)
    rejected: str = _column(pa.string(), "model output that a guard refused, kept for the curious", "", "")
    model: str = _column(pa.string(), "models that made the row", "", "")
    prompt_hash: str = _column(pa.string(), "SHA-256 of the prompt templates, 16 hex digits", "", "")
    tokens_in: int = _column(pa.int64(), "text tokens given to the writer", "token", 0)
    tokens_out: int = _column(pa.int64(), "tokens it wrote", "token", 0)
    audio_tokens_sent: int = _column(pa.int64(), "audio tokens that the processor made", "token", 0)
    audio_tokens_expected: int = _column(pa.int64(), "audio tokens computed beforehand", "token", 0)
    frames_sent: int = _column(pa.int64(), "video frames that the processor took", "frame", 0)
    frames_expected: int = _column(pa.int64(), "video frames computed beforehand", "frame", 0)
    seconds: float = _column(pa.float64(), "model time spent on the row", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 1)
    source: str = _column(pa.string(), "local or cloud", "", "local")

    @property
    def span(self) -> Span:
        """What the chunk owns."""
        return Span(self.start, self.end)


@dataclass(slots=True, kw_only=True)
class NodeRow:
    """Level k > 0: one node of the merge tree."""

    recording: str = _column(pa.string(), "content id of the recording")
    level: int = _column(pa.int32(), "height in the tree; level 0 are the chunks")
    index: int = _column(pa.int64(), "number of the node in its level, from 0")
    start: int = _tick("start of the union of the children's spans")
    end: int = _tick("end of it")
    children: list[int] = _column(pa.list_(pa.int64()), "indices of the children in the level below")
    inputs_hash: str = _column(pa.string(), "SHA-256 of what was merged, 16 hex digits: a change asks for a new node")
    status: str = _column(pa.string(), "processed or failed")
    error: str = _column(pa.string(), "why it failed; empty otherwise", "", "")
    text: str = _column(pa.string(), "the summary, as shown to people", "", "")
    citations: list[dict[str, Any]] = _column(
        pa.list_(CITATION),
        "which moments each sentence rests on; how: cited by the writer, aligned by words, carried as it was",
        "",
        list,
    )
    fidelity: str = _column(pa.string(), "JSON: what survived and what was invented", "", "{}")
    model: str = _column(pa.string(), "model that wrote it", "", "")
    prompt_hash: str = _column(pa.string(), "SHA-256 of the prompt template, 16 hex digits", "", "")
    tokens_in: int = _column(pa.int64(), "tokens of the prompt", "token", 0)
    tokens_out: int = _column(pa.int64(), "tokens written", "token", 0)
    seconds: float = _column(pa.float64(), "model time spent on the node", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 1)
    source: str = _column(pa.string(), "local or cloud", "", "local")

    @property
    def span(self) -> Span:
        """The union of the children's spans."""
        return Span(self.start, self.end)


def schema(row: type[ChunkRow] | type[NodeRow]) -> pa.Schema:
    """The Arrow schema of a row class; each field carries `meaning` and `unit` as metadata."""
    return pa.schema(
        [
            pa.field(
                column.name,
                column.metadata["arrow"],
                nullable=False,
                metadata={key: column.metadata[key] for key in ("meaning", "unit") if column.metadata[key]},
            )
            for column in dataclasses.fields(row)
        ],
        metadata={"ticks_per_second": str(TICKS_PER_SECOND), "table": row.__name__},
    )


def to_table(rows: Iterable[ChunkRow] | Iterable[NodeRow], row: type[ChunkRow] | type[NodeRow]) -> pa.Table:
    """Rows as an Arrow table of the class's schema."""
    return pa.Table.from_pylist([dataclasses.asdict(one) for one in rows], schema=schema(row))


def to_chunks(table: pa.Table) -> list[ChunkRow]:
    """An Arrow table of level 0 as rows; columns that we do not know are left out."""
    return [ChunkRow(**_known(record, ChunkRow)) for record in table.to_pylist()]


def to_nodes(table: pa.Table) -> list[NodeRow]:
    """An Arrow table of a level above 0 as rows; columns that we do not know are left out."""
    return [NodeRow(**_known(record, NodeRow)) for record in table.to_pylist()]


def _known(record: dict[str, Any], row: type[ChunkRow] | type[NodeRow]) -> dict[str, Any]:
    names = {column.name for column in dataclasses.fields(row)}
    return {name: value for name, value in record.items() if name in names}
