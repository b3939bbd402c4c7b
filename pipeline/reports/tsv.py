"""The transcript as a table with tabs: `start`, `end`, `text`, `speaker`, a cue a row, times in milliseconds.

The first three columns are those that Whisper's own program writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from chunkers.printable import printable
from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run


def report(run: Run) -> Iterator[str]:
    """The heading, then every cue in order; `speaker` is empty where nobody was told apart."""
    yield "start\tend\ttext\tspeaker\n"
    for row in Spoken(run).heard():
        for cue in row.cues:
            text = printable(cue.text)
            if text:
                yield f"{_milliseconds(cue.start)}\t{_milliseconds(cue.end)}\t{text}\t{printable(cue.speaker or '')}\n"


def _milliseconds(ticks: int) -> int:
    return ticks * 1000 // TICKS_PER_SECOND
