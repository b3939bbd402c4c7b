"""What the JSON report holds, as types: `json_report` writes it, `json_schema` draws the schema from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.prompts.severity import Severity
from pipeline.reports.by_speaker import BySpeaker
from pipeline.reports.expected import ExpectedWord
from pipeline.reports.outline_types import Outline
from pipeline.stages.see.rows import SIGNALS
from pipeline.stages.see.series import Series
from pipeline.stages.speakers.assign import Turn
from pipeline.store import RunDocument
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow

VERSION = 1
"""The version of the document: raised where a field is taken away or means something else, not where one is added."""

IN_SECONDS = ("start", "end", "heard_start", "at", "until")
"""Fields that hold ticks in the store; the document has seconds in them."""

LEFT_OUT = ("key_frames", "sampled", *SIGNALS)
"""Columns of segments that no text should hold: pictures, and ten numbers a second."""

Moment = tuple[float, float]
"""Start and end in seconds."""


def moment(span: Span) -> Moment:
    """A span in seconds."""
    return span.start / TICKS_PER_SECOND, span.end / TICKS_PER_SECOND


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of the root summary, with the moments that bear it out."""

    text: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class PictureSentence:
    """A sentence by rule about the picture, with the moments that it is about."""

    kind: str
    text: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class JudgedEvent:
    """What a rule of the profile calls bad."""

    severity: Severity
    kind: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class SpeakingTime:
    """One who speaks: for how many seconds, and when first."""

    name: str
    seconds: float
    first: float


@dataclass(frozen=True, slots=True)
class JsonReport:
    """A run of a recording. Times are seconds on the recording's clock; those in `run` are ticks of 1/16000 s."""

    version: Literal[1]
    run: RunDocument | None
    outline: Outline
    summary: tuple[SummarySentence, ...]
    tree: tuple[NodeRow, ...]
    chunks: tuple[DescribeRow, ...]
    windows: tuple[HearRow, ...]
    segments: tuple[SeeRow, ...]
    picture: tuple[PictureSentence, ...]
    findings: tuple[JudgedEvent, ...]
    series: tuple[Series, ...]
    speakers: tuple[SpeakingTime, ...]
    turns: tuple[Turn, ...]
    expected_words: tuple[ExpectedWord, ...]
    by_speaker: tuple[BySpeaker, ...] | None = None
    """Only where it was asked for."""
