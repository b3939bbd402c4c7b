"""The flow for a folder, a list, an archive: one task a recording, a bounded number in flight."""

from __future__ import annotations

from flows.environment import prepare

prepare()

from collections.abc import Callable, Iterable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.futures import PrefectFuture, as_completed  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from chunkers import from_text, shown  # noqa: E402
from flows.artifacts import show_items  # noqa: E402
from flows.recording import work  # noqa: E402
from flows.session import Session  # noqa: E402
from pipeline.archive import Item, Job, Until, jobs, triage  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.store import Store  # noqa: E402

NAME = "longmedia-archive"
MOST_IN_FLIGHT = 64
"""Threads that there may be; `media.recordings` says how many are used."""

Submit = Callable[[Job], PrefectFuture[Item]]
"""Hands a job to a task."""


@flow(
    name=NAME,
    persist_result=False,
    validate_parameters=False,
    task_runner=ThreadPoolTaskRunner(max_workers=MOST_IN_FLIGHT),  # type: ignore[arg-type]
)
def archive_flow(
    paths: list[str],
    settings: dict[str, Any],
    store: str = "longmedia-store",
    until: float | None = None,
    egress: bool = False,
) -> list[Item]:
    """All recordings of `paths`, in order; one that fails never stops the others.

    Args:
        paths: files, as `chunkers.to_text` gives them; folders are expanded by the caller.
        settings: as `Settings.model_dump(mode="json")` gives them.
        store: folder or URL of the store.
        until: when to stop, in seconds since the epoch; what is finished then is kept.
        egress: whether what the local models failed at may go to the fallback; the settings must allow it too.
    """
    chosen = Settings.model_validate(settings)
    session = Session(Registry(keep=chosen.models.keep_loaded))
    todo = jobs(map(from_text, paths), chosen, egress=egress)
    opened = Store(store, chosen.encryption.key)
    submit = submit_to_threads(store, session, until)
    return run_jobs(todo, opened, session, submit, chosen.media.recordings, until)


def submit_to_threads(store: str, session: Session, until: float | None) -> Submit:
    """Tasks in this process, which share the session's models."""

    @task(task_run_name="{path}", cache_policy=NO_CACHE, persist_result=False)
    def process(path: str, number: int) -> Item:
        del path
        return work(waiting.pop(number), store, session, until)

    # The job stays here: what is a parameter is shown by Prefect's pages, and settings are nobody's business there.
    waiting: dict[int, Job] = {}

    def submit(job: Job) -> PrefectFuture[Item]:
        waiting[id(job)] = job
        future: PrefectFuture[Item] = process.submit(shown(job.path), id(job))
        return future

    return submit


def run_jobs(
    todo: Iterable[Job], store: Store, session: Session, submit: Submit, in_flight: int, until: float | None = None
) -> list[Item]:
    """What became of each job, in order; `in_flight` of them are submitted at once. To be called inside a flow."""
    items = dict(_bounded(todo, store, session, submit, in_flight, until))
    done = [items[number] for number in sorted(items)]
    show_items(done)
    return done


def _bounded(
    todo: Iterable[Job], store: Store, session: Session, submit: Submit, in_flight: int, until: float | None
) -> Iterator[tuple[int, Item]]:
    """Submit a few ahead instead of all at once: a thousand waiting tasks cost more than they give.

    What is finished or a duplicate is never a task: it is answered here, in milliseconds.
    """
    waiting: dict[PrefectFuture[Item], tuple[int, Path]] = {}
    for number, (job, item) in enumerate(triage(todo, store, Until(session.stop, until))):
        if item is not None:
            yield number, item
            continue
        if len(waiting) >= in_flight:
            yield _next(waiting)
        waiting[submit(job)] = number, job.path
    while waiting:
        yield _next(waiting)


def _next(waiting: dict[PrefectFuture[Item], tuple[int, Path]]) -> tuple[int, Item]:
    """The first that is done; a task that died with its worker is one recording's fault, not the night's."""
    future = next(as_completed(list(waiting)))
    number, path = waiting.pop(future)
    result: Any = future.result(raise_on_failure=False)
    return number, result if isinstance(result, Item) else Item(path, "blocked", error=f"{result}")
