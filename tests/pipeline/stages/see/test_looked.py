"""What is told of a whole recording where a part of it is missing."""

from __future__ import annotations

import numpy as np

from chunkers.signals import Signals
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.rows import put_signals
from pipeline.store.tables import SeeRow

SECOND = TICKS_PER_SECOND
RATE = 10


def row(index: int, start: int, end: int, status: str = "processed") -> SeeRow:
    """A segment of a calm, noisy scene; nothing where it was skipped."""
    made = SeeRow(recording="r", index=index, start=start * SECOND, end=end * SECOND, status=status)
    if status == "processed":
        ticks = np.arange(start * RATE, end * RATE) * (SECOND // RATE)
        count = len(ticks)
        values = [np.full(count, value, np.float32) for value in (0.5, 0.2, 0.01, 0.01, 0.0, 0.99, 0.99)]
        put_signals(made, Signals(ticks.astype(np.int64), *values))
    return made


def test_what_nobody_saw_is_not_still() -> None:
    looked = Looked([row(0, 0, 10), row(1, 10, 30, "skipped"), row(2, 30, 40)])
    spans = [event.span for event in looked.events if event.kind == "still"]
    assert spans == [Span(0, 10 * SECOND), Span(30 * SECOND, 40 * SECOND)]
    assert looked.span == Span(0, 40 * SECOND)


def test_without_a_gap_it_is_one_stretch() -> None:
    looked = Looked([row(0, 0, 10), row(1, 10, 30), row(2, 30, 40)])
    assert [event.span for event in looked.events if event.kind == "still"] == [Span(0, 40 * SECOND)]
