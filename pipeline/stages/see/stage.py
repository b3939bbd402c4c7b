"""Seeing: segments of the picture in, what was measured and read in them out; no model describes anything."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chunkers.frames import changed_blocks
from chunkers.key_frames import key_frames
from chunkers.pictures import Picture, PictureSegment
from pipeline.models.protocol import Reader
from pipeline.stages.protocol import Absent, Made, Part, Pass, Worker, with_missing
from pipeline.stages.see.jpeg import to_jpeg
from pipeline.stages.see.reading import read_segment
from pipeline.stages.see.rows import put_signals
from pipeline.store.structs import KeyFrame
from pipeline.store.tables import HearRow, SeeRow

VERSION = 1
"""Raised when code changes what is seen although no setting or model did."""

MISSING = "missing: the picture ends before the length that its header gives"

Shown = PictureSegment | Absent


def window_ends(rows: Iterable[HearRow], length: int) -> list[int]:
    """Where segments of at most `length` ticks end, so that each holds whole windows of sound, as far as it reaches.

    A window that is itself longer ends where it ends.
    """
    ends: list[int] = []
    start = last = 0
    for row in rows:
        if row.end - start > length and last > start:
            ends.append(last)
            start = last
        last = row.end
    return [*ends, last] if last > start else ends


def shown(stream: Pass[PictureSegment]) -> Iterator[Shown]:
    """The segments of a pass, and what the header promised and the file did not hold."""
    return with_missing(stream, lambda _: MISSING)


@dataclass(frozen=True)
class SeeStage:
    """A `Stage` of segments of the picture."""

    recording: str
    worker: Worker[Shown, SeeRow]

    def inputs(self, item: Shown) -> str:
        """Nothing but the picture."""
        del item
        return ""

    def without_model(self, item: Shown) -> SeeRow | None:
        """A row of what the file does not hold."""
        return _row(self.recording, item, "skipped", item.reason) if isinstance(item, Absent) else None


class SeeWorker:
    """A `Worker` over a reader of text; None where text is not to be read."""

    def __init__(self, reader: Reader | None, *, key_frames: int, key_frame_side: int) -> None:
        self._reader = reader
        self._key_frames = key_frames
        self._side = key_frame_side

    def begin(self, item: Shown) -> Shown:
        """Nothing can be done before the reader is free."""
        return item

    def work(self, *parts: Part[Shown]) -> list[Made[SeeRow]]:
        """A row a segment."""
        return [
            Made(self._seen(part.recording, item))
            for part in parts
            for item in part.items
            if isinstance(item, PictureSegment)
        ]

    def _seen(self, recording: str, segment: PictureSegment) -> SeeRow:
        started = time.perf_counter()
        row = _row(recording, segment, "processed")
        signals = segment.signals
        put_signals(row, signals)
        row.attempts, row.pictures = 1, len(segment.pictures)
        if segment.pictures:
            row.height, row.width = segment.pictures[0].gray.shape
        if self._reader is not None:
            row.texts = read_segment(segment.pictures, self._reader, changed_blocks, segment.span.end)
            row.model = self._reader.name
        row.key_frames = self._kept(key_frames(segment.pictures, most=self._key_frames) if self._key_frames else ())
        row.seconds = time.perf_counter() - started
        return row

    def _kept(self, pictures: Sequence[Picture]) -> list[KeyFrame]:
        return [KeyFrame(one.at, to_jpeg(one.yuv, self._side)) for one in pictures]


def _row(recording: str, item: Shown, status: str, error: str = "") -> SeeRow:
    return SeeRow(
        recording=recording, index=item.index, start=item.span.start, end=item.span.end, status=status, error=error
    )
