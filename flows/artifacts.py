"""What Prefect's own pages show: how far a recording is, its chunks, where its report is. Never its words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from chunkers import shown, stamp
from pipeline.archive import Item
from pipeline.job import Step, Watch
from pipeline.reports.reading import sections
from pipeline.store import Store

log = logging.getLogger(__name__)

_ROWS = 500
"""Rows of a table, at most: the whole of it is in the store."""


class Progress:
    """A `Watch` that passes every step on, and shows each finished part as a progress artifact."""

    def __init__(self, path: Path, watch: Watch) -> None:
        self._path = path
        self._watch = watch
        self._id: UUID | None = None

    def __call__(self, step: Step) -> None:
        """Called after every part, which is seldom enough for a request each."""
        self._watch(step)
        if step.stage != "load" and step.done and step.total:
            _quietly(lambda: self._show(step.stage, min(100.0, 100 * step.done / step.total)))

    def _show(self, stage: str, percent: float) -> None:
        described = f"{shown(self._path.name)}: {stage}"
        if self._id is None:
            self._id = create_progress_artifact(percent, description=described)  # type: ignore[assignment]
        else:
            update_progress_artifact(self._id, percent, description=described)


def show_run(item: Item, store: Store) -> None:
    """The chunks of a run that was just made, without their text, and a link to its folder."""
    if item.fresh:
        _quietly(lambda: _show_run(item, store))


def _show_run(item: Item, store: Store) -> None:
    run = store.find(item.recording, item.run)
    rows = [
        {"from": stamp(section.span.start), "to": stamp(section.span.end), "status": section.status}
        for section, _ in zip(sections(run), range(_ROWS), strict=False)
    ]
    create_table_artifact(rows, key=f"chunks-{item.recording[:12]}", description=shown(item.path.name))
    place = store.files.url if "://" in store.files.url else Path(store.files.url).absolute().as_uri()
    create_link_artifact(
        f"{place}/{run.key.recording}",
        link_text=f"longmedia report {item.recording}",
        key=f"report-{item.recording[:12]}",
        description=shown(item.path.name),
    )


def show_items(items: Sequence[Item]) -> None:
    """What became of each recording of an archive."""
    rows = [{"recording": shown(item.path), "state": item.state, "reason": item.error} for item in items[:_ROWS]]
    _quietly(lambda: create_table_artifact(rows, key="archive", description=f"{len(items)} recordings"))


def _quietly(show: Callable[[], Any]) -> None:
    try:
        show()
    except Exception as error:  # noqa: BLE001 - a window to look through must never stop the work
        log.warning("no artifact: %s", error)
