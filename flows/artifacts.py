"""What Prefect's own pages show: how far a recording is, its chunks, where its report is. Never its words.

The pages show Markdown, so every name goes through `markdown`. A server on another machine gets no path and no reason.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from chunkers.spans import stamp
from flows.pages import Shown
from pipeline.archive import Item
from pipeline.job import Step, Watch
from pipeline.reports.reading import sections
from pipeline.store import Store
from pipeline.text.markup import markdown

log = logging.getLogger(__name__)

_ROWS = 500
"""Rows of a table, at most: the whole of it is in the store."""


class Progress:
    """A `Watch` that passes every step on, and shows each finished part as a progress artifact."""

    def __init__(self, shown: Shown, watch: Watch) -> None:
        self._name = shown.name
        self._watch = watch
        self._id: UUID | None = None

    def __call__(self, step: Step) -> None:
        """Called after every part, which is seldom enough for a request each."""
        self._watch(step)
        if step.stage != "load" and step.done and step.total:
            _quietly(lambda: self._show(step.stage, min(100.0, 100 * step.done / step.total)))

    def _show(self, stage: str, percent: float) -> None:
        described = f"{markdown(self._name)}: {stage}"
        if self._id is None:
            self._id = create_progress_artifact(percent, description=described)  # type: ignore[assignment]
        else:
            update_progress_artifact(self._id, percent, description=described)


def show_run(item: Item, store: Store, shown: Shown) -> None:
    """The chunks of a run that was just made, without their text, and on this machine a link to its folder."""
    if item.fresh:
        _quietly(lambda: _show_run(item, store, shown))


def _show_run(item: Item, store: Store, shown: Shown) -> None:
    run = store.find(item.recording, item.run)
    rows = [
        {"from": stamp(section.span.start), "to": stamp(section.span.end), "status": section.status}
        for section, _ in zip(sections(run, run.heard()), range(_ROWS), strict=False)
    ]
    create_table_artifact(rows, key=f"chunks-{item.recording[:12]}", description=markdown(shown.name))
    if not shown.here:
        return
    url = store.files.url
    place = quote(url, safe=":/?&=%@+,") if "://" in url else Path(url).absolute().as_uri()
    create_link_artifact(
        f"{place}/{run.key.recording}",
        link_text=f"longmedia report {item.recording}",
        key=f"report-{item.recording[:12]}",
        description=markdown(shown.name),
    )


def show_items(items: Sequence[Item], *, here: bool) -> None:
    """What became of each recording of an archive; on a server elsewhere how many came to what."""
    rows: list[dict[str, Any]] = [
        {"recording": markdown(str(item.path)), "state": item.state, "reason": markdown(item.error)}
        for item in items[:_ROWS]
    ]
    if not here:
        counts = Counter(item.state for item in items)
        rows = [{"state": state, "recordings": number} for state, number in counts.items()]
    _quietly(lambda: create_table_artifact(rows, key="archive", description=f"{len(items)} recordings"))


def _quietly(show: Callable[[], Any]) -> None:
    try:
        show()
    except Exception as error:  # noqa: BLE001 - a window to look through must never stop the work
        log.warning("no artifact: %s", type(error).__name__)
