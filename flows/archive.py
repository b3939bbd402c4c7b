"""The flow for a folder, a list, an archive: one task a recording, a bounded number in flight."""

from __future__ import annotations

from flows.environment import prepare

prepare()

from collections import deque  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow  # noqa: E402
from prefect.futures import PrefectFuture  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from flows.recording import process_recording  # noqa: E402
from pipeline.archive import Item  # noqa: E402

IN_FLIGHT = 2
"""Recordings at once: one in the model, the next decoding."""


@flow(
    name="longmedia-archive",
    persist_result=False,
    validate_parameters=False,
    task_runner=ThreadPoolTaskRunner(max_workers=IN_FLIGHT),  # type: ignore[arg-type]
)
def archive_flow(paths: list[str], settings: dict[str, Any], store: str = "longmedia-store") -> list[Item]:
    """All recordings of `paths`, in order; one that fails never stops the others.

    Args:
        paths: files; folders are expanded by the caller.
        settings: as `Settings.model_dump(mode="json")` gives them.
        store: folder or URL of the store.
    """
    return list(_bounded(paths, settings, store))


def _bounded(paths: list[str], settings: dict[str, Any], store: str) -> Iterator[Item]:
    """Submit a few ahead instead of all at once: a thousand waiting tasks cost more than they give."""
    waiting: deque[PrefectFuture[Item]] = deque()
    for path in paths:
        if len(waiting) >= IN_FLIGHT:
            yield waiting.popleft().result()
        waiting.append(process_recording.submit(path, settings, store))
    while waiting:
        yield waiting.popleft().result()
