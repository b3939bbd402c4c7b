"""The flow for a folder, a list, an archive: one task a recording, a bounded number in flight."""

from __future__ import annotations

from flows.environment import prepare

prepare()

from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow  # noqa: E402
from prefect.futures import PrefectFuture, as_completed  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from flows.artifacts import show_items  # noqa: E402
from flows.recording import Here, process_recording  # noqa: E402
from pipeline.archive import Item, Until, jobs, triage  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.store import Store  # noqa: E402

_MOST_IN_FLIGHT = 64
"""Threads that there may be; `media.recordings` says how many are used."""


@flow(
    name="longmedia-archive",
    persist_result=False,
    validate_parameters=False,
    task_runner=ThreadPoolTaskRunner(max_workers=_MOST_IN_FLIGHT),  # type: ignore[arg-type]
)
def archive_flow(
    paths: list[str],
    settings: dict[str, Any],
    store: str = "longmedia-store",
    until: float | None = None,
    in_flight: int | None = None,
    egress: bool = False,
) -> list[Item]:
    """All recordings of `paths`, in order; one that fails never stops the others.

    Args:
        paths: files; folders are expanded by the caller.
        settings: as `Settings.model_dump(mode="json")` gives them.
        store: folder or URL of the store.
        until: when to stop, in seconds since the epoch; what is finished then is kept.
        in_flight: recordings submitted at once, `media.recordings` by itself; on a cluster so many for each process.
        egress: whether what the local models failed at may go to the fallback; the settings must allow it too.
    """
    chosen = Settings.model_validate(settings)
    items = dict(_bounded(paths, chosen, store, until, in_flight or chosen.media.recordings, egress))
    done = [items[number] for number in sorted(items)]
    show_items(done)
    return done


def _bounded(
    paths: list[str], settings: Settings, store: str, until: float | None, in_flight: int, egress: bool
) -> Iterator[tuple[int, Item]]:
    """Submit a few ahead instead of all at once: a thousand waiting tasks cost more than they give.

    What is finished or a duplicate is never a task: it is answered here, in milliseconds.
    """
    waiting: dict[PrefectFuture[Item], tuple[int, Path]] = {}
    stop = Until(Here.stop, until)
    opened = Store(store, settings.encryption.key)
    for number, (job, item) in enumerate(triage(jobs(map(Path, paths), settings, egress=egress), opened, stop)):
        if item is not None:
            yield number, item
            continue
        if len(waiting) >= in_flight:
            yield _next(waiting)
        future = process_recording.submit(str(job.path), job.settings.model_dump(mode="json"), store, until, egress)
        waiting[future] = number, job.path
    while waiting:
        yield _next(waiting)


def _next(waiting: dict[PrefectFuture[Item], tuple[int, Path]]) -> tuple[int, Item]:
    """The first that is done; a task that died with its worker is one recording's fault, not the night's."""
    future = next(as_completed(list(waiting)))
    number, path = waiting.pop(future)
    result: Any = future.result(raise_on_failure=False)
    return number, result if isinstance(result, Item) else Item(path, "blocked", error=f"{result}")
