"""What a column of a table holds where it is no single value: classes that code handles, and their Arrow types."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from chunkers.spans import Span

CUE = pa.struct(
    [
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("speaker", pa.string()),
    ]
)
EVENT = pa.struct([pa.field("at", pa.int64(), nullable=False), pa.field("text", pa.string(), nullable=False)])
SCREEN_DIFFERENCE = pa.struct(
    [pa.field("text", pa.string(), nullable=False), pa.field("by", pa.string(), nullable=False)]
)
CITATION = pa.struct(
    [
        pa.field("sentence", pa.int32(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("valid", pa.bool_(), nullable=False),
        pa.field("how", pa.string(), nullable=False),
    ]
)

SCREEN_TEXT = pa.struct(
    [
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("box", pa.list_(pa.int32()), nullable=False),
        pa.field("confidence", pa.float32(), nullable=False),
    ]
)
SPEECH_PIECE = pa.struct(
    [
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("voice", pa.binary(), nullable=False),
        pa.field("overlapped", pa.bool_(), nullable=False),
        pa.field("local", pa.int32(), nullable=False),
        pa.field("narrow", pa.bool_(), nullable=False),
    ]
)
KEY_FRAME = pa.struct([pa.field("at", pa.int64(), nullable=False), pa.field("jpeg", pa.binary(), nullable=False)])


@dataclass(frozen=True, slots=True)
class ScreenText:
    """A text that was shown in the picture from `start` until `end` (ticks), in `box` where it was read best.

    `box`: left, top, right, bottom in pixels.
    """

    text: str
    start: int
    end: int
    box: tuple[int, int, int, int]
    confidence: float

    def __post_init__(self) -> None:
        """A table gives the box as a list."""
        object.__setattr__(self, "box", tuple(self.box))


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A picture that is kept, as a JPEG, and its moment in ticks."""

    at: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class SpeechPiece:
    """A piece of speech of one person, from `start` until `end` (ticks).

    `voice` is its vector: 192 numbers of two bytes (float16, little-endian). `overlapped`: another speaks meanwhile.
    `local`: who it is among those told apart in its window. `narrow`: nothing is heard above a telephone's band.
    """

    start: int
    end: int
    voice: bytes
    overlapped: bool
    local: int
    narrow: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A notable moment: when, in ticks on the recording's clock, and what happened."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class ScreenDifference:
    """A line of text in a picture that only one of its two readers read: `by` is `model` or `reader`."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A moment that a sentence of a summary rests on.

    `sentence` is its place among the stored sentences of its summary, from 0; `start` and `end` are ticks. `how`:
    cited by the writer, aligned by words, carried as it was, or measured in the picture. `valid` is false where the
    sentence says what the moment does not hold.
    """

    sentence: int
    start: int
    end: int
    valid: bool
    how: str

    @property
    def span(self) -> Span:
        """The moment."""
        return Span(self.start, self.end)
