"""The tables: what is stored, column by column, with unit and meaning.

A stage has a table of its own: hearing holds a row a window, seeing a row a segment, describing a row a chunk, merging
a row a node of the tree; the outline of a run holds a row a task, decision, question or figure. The dataclasses are
what code handles; the Arrow schemas are drawn from them, so that the two cannot drift apart. Any Parquet reader opens
the files; units and meanings travel in the schema.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pyarrow as pa

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.store.structs import (
    CITATION,
    CUE,
    EVENT,
    KEY_FRAME,
    SCREEN_DIFFERENCE,
    SCREEN_TEXT,
    SPEECH_PIECE,
    Citation,
    Event,
    KeyFrame,
    ScreenDifference,
    ScreenText,
    SpeechPiece,
)
from pipeline.text.cues import Cue
from pipeline.text.sentences import sentences


def _column(kind: pa.DataType, meaning: str, unit: str = "", default: Any = dataclasses.MISSING, of: Any = None) -> Any:
    """A dataclass field that knows its Arrow type, its meaning, its unit, and for a list of structs their class."""
    metadata = {"arrow": kind, "meaning": meaning, "unit": unit, "of": of}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def _tick(meaning: str, default: Any = dataclasses.MISSING) -> Any:
    return _column(pa.int64(), meaning, f"1/{TICKS_PER_SECOND} s", default)


def _measured(meaning: str) -> Any:
    """A column that holds a value a sample."""
    return _column(pa.list_(pa.float32()), meaning, "", list)


class _Owner:
    """A row that owns a span: from `start` to `end`."""

    __slots__ = ()
    start: int
    end: int

    @property
    def span(self) -> Span:
        """What the row owns; a node's is the union of its children's."""
        return Span(self.start, self.end)


@dataclass(slots=True, kw_only=True)
class HearRow(_Owner):
    """Hearing: one window of sound, and the words in it."""

    recording: str = _column(pa.string(), "content id of the recording")
    index: int = _column(pa.int64(), "number of the window in its recording, from 0")
    start: int = _tick("first moment that the window owns")
    end: int = _tick("first moment that it no longer owns")
    heard_start: int = _tick("first moment that was heard with it: before `start` where a cut may have hit a word")
    status: str = _column(pa.string(), "processed, silent, failed or skipped")
    error: str = _column(pa.string(), "why it failed, was skipped or is not believed; empty otherwise", "", "")
    language: str = _column(pa.string(), "language heard, ISO 639-1", "", "")
    language_probability: float = _column(
        pa.float64(),
        "what the recogniser gives that language in this window alone; low where the windows beside it decided, 0 "
        "where it was set or is not known",
        "",
        0.0,
    )
    transcript: str = _column(pa.string(), "words heard", "", "")
    cues: list[Cue] = _column(pa.list_(CUE), "transcript with times on the recording's clock", "", list, Cue)
    words: list[Cue] = _column(
        pa.list_(CUE), "its words with their times, or longer pieces where no word times are known", "", list, Cue
    )
    voice_seconds: float = _column(pa.float64(), "how much of it a voice detector takes for voice", "s", 0.0)
    rejected: str = _column(pa.string(), "model output that a guard refused, kept for the curious", "", "")
    model: str = _column(pa.string(), "model that heard it", "", "")
    audio_tokens_sent: int = _column(pa.int64(), "audio tokens that the processor made", "token", 0)
    audio_tokens_expected: int = _column(pa.int64(), "audio tokens computed beforehand", "token", 0)
    seconds: float = _column(pa.float64(), "model time spent on the row", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 0)
    source: str = _column(pa.string(), "local, cloud or imported", "", "local")

    @property
    def inputs(self) -> str:
        """What the row was made of beside the sound: nothing."""
        return ""


@dataclass(slots=True, kw_only=True)
class SpeakersRow(_Owner):
    """Telling speakers apart: one window of sound, and the pieces of speech in it with their voices.

    Whose voice is whose is told from all rows together, whenever they are read.
    """

    recording: str = _column(pa.string(), "content id of the recording")
    index: int = _column(pa.int64(), "number of the window in its recording, from 0")
    start: int = _tick("first moment that the window owns")
    end: int = _tick("first moment that it no longer owns")
    status: str = _column(pa.string(), "processed, silent, failed or skipped")
    error: str = _column(pa.string(), "why it failed or was skipped; empty otherwise", "", "")
    pieces: list[SpeechPiece] = _column(
        pa.list_(SPEECH_PIECE),
        "speech of one person each; voice: 192 float16, little-endian, of length 1; times on the recording's clock",
        "",
        list,
        SpeechPiece,
    )
    model: str = _column(pa.string(), "model that told them apart", "", "")
    seconds: float = _column(pa.float64(), "model time spent on the row", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 0)

    @property
    def inputs(self) -> str:
        """What the row was made of beside the sound: nothing."""
        return ""


@dataclass(slots=True, kw_only=True)
class SeeRow(_Owner):
    """Seeing: one segment of the picture, what was measured and read in it."""

    recording: str = _column(pa.string(), "content id of the recording")
    index: int = _column(pa.int64(), "number of the segment in its recording, from 0")
    start: int = _tick("first moment that the segment owns")
    end: int = _tick("first moment that it no longer owns")
    status: str = _column(pa.string(), "processed, failed or skipped")
    error: str = _column(pa.string(), "why it failed or was skipped; empty otherwise", "", "")
    width: int = _column(pa.int32(), "width of the picture in which text was read", "pixel", 0)
    height: int = _column(pa.int32(), "its height", "pixel", 0)
    texts: list[ScreenText] = _column(
        pa.list_(SCREEN_TEXT), "text read in the picture, each line from when to when", "", list, ScreenText
    )
    sampled: list[int] = _column(
        pa.list_(pa.int64()), "when each value of the lists below was measured", f"1/{TICKS_PER_SECOND} s", list
    )
    luminance: list[float] = _measured("mean brightness of the picture, from 0 to 1")
    contrast: list[float] = _measured("standard deviation of the brightness, from 0 to 1")
    change: list[float] = _measured("mean difference to the sample before, from 0 to 1")
    noise: list[float] = _measured("the same in the quietest quarter of the picture")
    moved: list[float] = _measured("share of the picture that differs from half a second before by more than noise")
    likeness: list[float] = _measured("correlation with the sample before, from -1 to 1")
    aligned: list[float] = _measured("the same at the best shift of the picture")
    key_frames: list[KeyFrame] = _column(pa.list_(KEY_FRAME), "pictures that are kept", "", list, KeyFrame)
    model: str = _column(pa.string(), "reader of the text", "", "")
    pictures: int = _column(pa.int64(), "pictures that were looked at for text", "picture", 0)
    seconds: float = _column(pa.float64(), "time spent on the row", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 0)

    @property
    def inputs(self) -> str:
        """What the row was made of beside the picture: nothing."""
        return ""


@dataclass(slots=True, kw_only=True)
class DescribeRow(_Owner):
    """Describing: one chunk (some windows, or a segment of video) and the level-0 summary of it."""

    recording: str = _column(pa.string(), "content id of the recording")
    index: int = _column(pa.int64(), "number of the chunk in its recording, from 0")
    start: int = _tick("first moment that the chunk owns")
    end: int = _tick("first moment that it no longer owns")
    kind: str = _column(pa.string(), "window (audio) or segment (video)")
    inputs: str = _column(pa.string(), "SHA-256 of what was heard in it, 16 hex digits: a change asks for a new row")
    status: str = _column(pa.string(), "processed, silent, failed or skipped")
    failed_step: str = _column(pa.string(), "hear or describe where it failed; empty otherwise", "", "")
    error: str = _column(
        pa.string(), "why it failed, was skipped, or its picture is not described; empty otherwise", "", ""
    )
    summary: str = _column(pa.string(), "what the chunk holds, in a sentence or two", "", "")
    screen_text: str = _column(pa.string(), "text read in the picture", "", "")
    screen_differences: list[ScreenDifference] = _column(
        pa.list_(SCREEN_DIFFERENCE),
        "lines that only the multimodal model or only the reader read in the picture",
        "",
        list,
        ScreenDifference,
    )
    events: list[Event] = _column(pa.list_(EVENT), "notable moments", "", list, Event)
    facts: list[str] = _column(pa.list_(pa.string()), "numbers, dates and names found in what was heard", "", list)
    rejected: str = _column(pa.string(), "model output that a guard refused, kept for the curious", "", "")
    model: str = _column(pa.string(), "model that made the row", "", "")
    prompt_hash: str = _column(pa.string(), "SHA-256 of the prompt templates, 16 hex digits", "", "")
    tokens_in: int = _column(pa.int64(), "text tokens given to the writer", "token", 0)
    tokens_out: int = _column(pa.int64(), "tokens it wrote", "token", 0)
    audio_tokens_sent: int = _column(pa.int64(), "audio tokens that the processor made", "token", 0)
    audio_tokens_expected: int = _column(pa.int64(), "audio tokens computed beforehand", "token", 0)
    frames_sent: int = _column(pa.int64(), "video frames that the processor took", "frame", 0)
    frames_expected: int = _column(pa.int64(), "video frames computed beforehand", "frame", 0)
    seconds: float = _column(pa.float64(), "model time spent on the row", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 0)
    source: str = _column(pa.string(), "local or cloud", "", "local")


@dataclass(slots=True, kw_only=True)
class NodeRow(_Owner):
    """Merging: one node of the tree."""

    recording: str = _column(pa.string(), "content id of the recording")
    level: int = _column(pa.int32(), "height in the tree; level 0 are the chunks")
    index: int = _column(pa.int64(), "number of the node in its level, from 0")
    start: int = _tick("start of the union of the children's spans")
    end: int = _tick("end of it")
    children: list[int] = _column(pa.list_(pa.int64()), "indices of the children in the level below")
    inputs: str = _column(
        pa.string(), "SHA-256 of what was merged, 16 hex digits: a change asks for a new node", "", ""
    )
    status: str = _column(pa.string(), "processed or failed")
    error: str = _column(pa.string(), "why it failed; empty otherwise", "", "")
    text: str = _column(pa.string(), "the summary, as shown to people", "", "")
    sentences: list[str] = _column(
        pa.list_(pa.string()), "the sentences of the summary, by whose numbers citations and marks go", "", list
    )
    citations: list[Citation] = _column(
        pa.list_(CITATION),
        "which moments each sentence rests on; how: cited by the writer, aligned by words, carried as it was, measured",
        "",
        list,
        Citation,
    )
    fidelity: str = _column(pa.string(), "JSON: what survived and what was invented", "", "{}")
    model: str = _column(pa.string(), "model that wrote it", "", "")
    prompt_hash: str = _column(pa.string(), "SHA-256 of the prompt template, 16 hex digits", "", "")
    tokens_in: int = _column(pa.int64(), "tokens of the prompt", "token", 0)
    tokens_out: int = _column(pa.int64(), "tokens written", "token", 0)
    seconds: float = _column(pa.float64(), "model time spent on the node", "s", 0.0)
    attempts: int = _column(pa.int32(), "tries it took", "", 1)
    source: str = _column(pa.string(), "local or cloud", "", "local")

    def __post_init__(self) -> None:
        """A row of a store that was made before sentences were a column of their own is divided here."""
        self.sentences = self.sentences or sentences(self.text)


@dataclass(slots=True, kw_only=True)
class OutlineRow(_Owner):
    """Outline: one decision, task, open question or figure that was said."""

    recording: str = _column(pa.string(), "content id of the recording")
    index: int = _column(pa.int64(), "number of the row in its table, in order of kind and time, from 0")
    kind: str = _column(pa.string(), "decision, task, question or figure")
    start: int = _tick("when the sentence begins that says so")
    end: int = _tick("when it ends")
    speaker: str = _column(pa.string(), "who said it; empty where speakers are not known", "", "")
    who: str = _column(pa.string(), "of a task who is to do it, in words that were said or as the speaker", "", "")
    what: str = _column(pa.string(), "of a task what is to be done, of a figure its amount, as it was said", "", "")
    when: str = _column(pa.string(), "of a task by when, as it was said", "", "")
    text: str = _column(pa.string(), "the sentence that was said, without its hesitations")


@dataclass(slots=True, kw_only=True)
class VoiceRow:
    """A voice that is remembered: of one person in one recording. It is biometric data."""

    name: str = _column(pa.string(), "what people have called the speaker")
    recording: str = _column(pa.string(), "content id of the recording that the voice is from")
    voice: bytes = _column(pa.binary(), "its mean vector: 192 float16, little-endian, of length 1")
    seconds: float = _column(pa.float64(), "how long it is heard", "s")


Row = TypeVar("Row", HearRow, SpeakersRow, SeeRow, DescribeRow, NodeRow)
Kept = TypeVar("Kept", HearRow, SpeakersRow, SeeRow, DescribeRow, NodeRow, OutlineRow, VoiceRow)


def schema(row: type[Any]) -> pa.Schema:
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


def to_table(rows: Iterable[Kept], row: type[Kept]) -> pa.Table:
    """Rows as an Arrow table of the class's schema."""
    return pa.Table.from_pylist([dataclasses.asdict(one) for one in rows], schema=schema(row))


def to_rows(table: pa.Table, row: type[Kept]) -> list[Kept]:
    """An Arrow table as rows; columns that we do not know are left out."""
    return [row(**_fields(record, row)) for record in table.to_pylist()]


def _fields(record: Mapping[str, Any], row: type[Any]) -> dict[str, Any]:
    columns = _columns(row)
    known = {name: value for name, value in record.items() if name in columns}
    for name, of in columns.items():
        if of is not None and name in known:
            known[name] = [of(**one) for one in known[name]]
    return known


def _columns(row: type[Any]) -> dict[str, Any]:
    """The columns of a row class, and for those that hold structs their class."""
    return {column.name: column.metadata["of"] for column in dataclasses.fields(row)}
