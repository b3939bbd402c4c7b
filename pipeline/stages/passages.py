"""What is described at once: some windows of sound, or a segment of video with the windows in it. Pure planning."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chunkers.audio import Window
from chunkers.segments import Segment
from chunkers.spans import Span
from pipeline.stages.hear import MISSING
from pipeline.stages.protocol import Pass
from pipeline.stages.see.looked import Looked, Seen
from pipeline.stages.speakers.assign import Turn
from pipeline.stages.speakers.spoken import turns_of
from pipeline.store.tables import DescribeRow, HearRow
from pipeline.text.cues import Cue
from pipeline.text.identify import language_name


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A chunk to be described: what was heard in it, and where it is seen or heard again, its media."""

    index: int
    """Of the first of its windows, or of its segment: it stays whatever becomes of the windows beside it."""
    span: Span
    heard: tuple[HearRow, ...] = ()
    segment: Segment | None = None
    windows: tuple[Window, ...] = ()
    """Its sound, where it is to be heard again."""
    skipped: str = ""
    """Why there is nothing in it, where that is known."""
    seen: Seen | None = None
    """What was measured and read in its picture, where it was looked at."""
    told: tuple[Turn, ...] | None = None
    """What a writer is shown of its words, where that was chosen; see `pipeline.stages.extract`."""

    @property
    def transcript(self) -> str:
        """What was said in it."""
        return " ".join(row.transcript for row in self.heard if row.transcript)

    @property
    def language(self) -> str:
        """The language it was said in, for a prompt; where nothing was said, that of our own sentences."""
        if not self.transcript:
            return "English"
        return language_name(self.transcript, "the language of the transcript")

    @property
    def turns(self) -> list[Turn]:
        """What was said in it, turn by turn, where speakers are known; else none."""
        found = list(turns_of(self.heard))
        return found if any(turn.speaker for turn in found) else []

    @property
    def unheard(self) -> str:
        """Why some of it could not be heard; empty where all of it was."""
        return next((f"hearing: {row.error}" for row in self.heard if row.status == "failed"), "")

    @property
    def shown(self) -> bool:
        """Whether there are frames of it that a model can look at."""
        return self.segment is not None and len(self.segment.frames) > 0

    @property
    def cues(self) -> list[Cue]:
        """What was said in it, with times on the recording's clock."""
        return [cue for row in self.heard for cue in row.cues]

    @property
    def inputs(self) -> str:
        """A hash of what was heard and seen in it, and of what was chosen of that."""
        said: list[object] = [
            [row.start, row.end, row.status, row.transcript, [(c.start, c.end, c.text, c.speaker) for c in row.cues]]
            for row in self.heard
        ]
        if self.seen is not None:
            said += [[one.text for one in self.seen.statements], list(self.seen.screen)]
        if self.told is not None:
            said.append([turn.text for turn in self.told])
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]

    @property
    def sound(self) -> tuple[Window, ...]:
        """The windows to be heard again: the segment's own, or those that came with it."""
        return self.segment.windows if self.segment is not None else self.windows


def of_windows(rows: Iterable[HearRow], size: int, windows: Iterable[Window] | None = None) -> Iterator[Passage]:
    """Passages of at most `size` windows that follow each other; one that failed or is missing stands alone.

    `windows` are those of the rows, where they are to be heard again.
    """
    again = iter(windows) if windows is not None else None
    for _, group in itertools.groupby(rows, key=lambda row: row.index // size):
        for alone, some in itertools.groupby(group, key=lambda row: row.status in ("failed", "skipped")):
            for part in [[row] for row in some] if alone else [list(some)]:
                sound = () if again is None else tuple(_next(again, row) for row in part if row.status != "skipped")
                yield _of_rows(part, tuple(window for window in sound if window is not None))


def _next(windows: Iterator[Window], row: HearRow) -> Window | None:
    """The row's window; none where the recording gives less sound than it did."""
    window = next(windows, None)
    return window if window is not None and window.span == row.span else None


def _of_rows(rows: Sequence[HearRow], windows: tuple[Window, ...] = ()) -> Passage:
    skipped = rows[0].error if rows[0].status == "skipped" else ""
    span = Span(rows[0].start, rows[-1].end)
    return Passage(rows[0].index, span, tuple(rows), windows=windows, skipped=skipped)


def of_segments(stream: Pass[Segment], rows: Iterable[HearRow], looked: Looked | None = None) -> Iterator[Passage]:
    """A passage a segment, with the windows that begin in it, and one for what the file does not hold.

    The passages touch and reach from 0 to the end of the sound or of the picture, whichever is later. `looked` is
    what the stage `see` found, where there is one.
    """
    pieces = (
        Passage(segment.index, segment.span, segment=segment, seen=looked.within(segment.span) if looked else None)
        for segment in stream
    )
    index = end = 0
    for passage in _with_windows(pieces, rows):
        yield passage
        index, end = passage.index + 1, passage.span.end
    missing = stream.report.missing
    if missing is not None and missing.end > end:
        yield Passage(index, Span(end, missing.end), skipped=MISSING)


def of_seen(looked: Looked, rows: Iterable[HearRow]) -> Iterator[Passage]:
    """A passage a segment that was looked at, with the windows that begin in it; they touch, see `of_segments`."""
    pieces = (
        Passage(one.index, one.span, skipped=one.skipped, seen=looked.within(one.span)) for one in looked.segments
    )
    return _with_windows(pieces, rows)


def _with_windows(pieces: Iterable[Passage], rows: Iterable[HearRow]) -> Iterator[Passage]:
    """Each piece of the picture with the windows that begin in it, then those behind the last."""
    waiting = iter(rows)
    row = next(waiting, None)
    index = end = heard = 0
    last: Passage | None = None
    for piece in pieces:
        if last is not None:
            yield last
        inside: list[HearRow] = []
        while row is not None and row.start < piece.span.end and row.status != "skipped":
            inside.append(row)
            heard = row.end
            row = next(waiting, None)
        last = replace(piece, heard=tuple(inside), skipped="" if inside else piece.skipped)
        index, end = piece.index + 1, piece.span.end
    if last is not None:
        end = max(end, heard)  # this pass may give less sound than the one that was heard
        yield replace(last, span=Span(last.span.start, end))
    while row is not None:
        if row.end > end:
            yield Passage(index, Span(end, row.end), (row,), skipped=row.error if row.status == "skipped" else "")
            index, end = index + 1, row.end
        row = next(waiting, None)


def row_of(recording: str, passage: Passage, status: str, error: str = "", failed_step: str = "") -> DescribeRow:
    """A row of the passage without anything described in it."""
    return DescribeRow(
        recording=recording,
        index=passage.index,
        start=passage.span.start,
        end=passage.span.end,
        kind="segment" if passage.segment is not None or passage.seen is not None else "window",
        inputs=passage.inputs,
        status=status,
        error=error,
        failed_step=failed_step,
    )
