"""Rows of one recording as rows of a longer one that it is a part of: another id, other numbers, later times. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from chunkers.spans import Span
from pipeline.store.tables import DescribeRow, HearRow, SeeRow, SpeakersRow

StageRow = TypeVar("StageRow", HearRow, SpeakersRow, SeeRow, DescribeRow)
"""A row of a stage that goes over the recording."""


def shifted(row: StageRow, recording: str, index: int, by: int) -> StageRow:
    """`row` as row `index` of `recording`, all of its times `by` ticks later."""
    moved = replace(row, recording=recording, index=index, start=row.start + by, end=row.end + by)
    if isinstance(moved, HearRow):
        moved.heard_start += by
        moved.cues = [replace(cue, start=cue.start + by, end=cue.end + by) for cue in moved.cues]
        moved.words = [replace(word, start=word.start + by, end=word.end + by) for word in moved.words]
    elif isinstance(moved, SpeakersRow):
        moved.pieces = [replace(one, start=one.start + by, end=one.end + by) for one in moved.pieces]
    elif isinstance(moved, SeeRow):
        moved.texts = [replace(one, start=one.start + by, end=one.end + by) for one in moved.texts]
        moved.sampled = [tick + by for tick in moved.sampled]
        moved.key_frames = [replace(one, at=one.at + by) for one in moved.key_frames]
    else:
        moved.events = [replace(one, at=one.at + by) for one in moved.events]
    return moved


def gap(kind: type[StageRow], recording: str, index: int, span: Span, why: str) -> StageRow:
    """The row of a stretch that no part holds."""
    more: dict[str, Any] = {"heard_start": span.start} if kind is HearRow else {}
    if kind is DescribeRow:
        more = {"kind": "window", "inputs": ""}
    return kind(recording=recording, index=index, start=span.start, end=span.end, status="skipped", error=why, **more)
