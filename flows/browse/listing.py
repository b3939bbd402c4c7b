"""The recordings of a store as rows of a page: name, headline, day, length, and where a run stands that is at work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.errors import StoreError
from pipeline.run_status import run_status
from pipeline.search import Entry
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Row:
    """One recording. `stage` and `share` are empty and 1 where its run has come to its end."""

    recording: str
    name: str
    headline: str
    day: str
    ticks: int
    state: str
    stage: str = ""
    share: float = 1.0

    @property
    def running(self) -> bool:
        """Whether a process is at it now."""
        return self.state == "running"


def rows(store: Store, entries: Iterable[Entry]) -> Iterator[Row]:
    """A row for each entry, in their order; where a run stands that has no end yet is read from the store."""
    for entry in entries:
        row = Row(entry.recording, entry.name, entry.headline, entry.created[:10], entry.ticks, entry.state)
        status = None
        if entry.growing:
            with contextlib.suppress(StoreError):
                status = run_status(store.find(entry.recording, entry.run))
        if status is None:
            yield row
        else:
            yield replace(row, state=status.state, stage=status.stage, share=status.share)
