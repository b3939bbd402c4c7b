"""A folder, a list, an archive inside a flow: one task a recording, a bounded number in flight."""

from __future__ import annotations

from flows.environment import prepare

prepare()

from collections.abc import Callable, Iterable, Iterator, Sequence  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.futures import PrefectFuture, as_completed  # noqa: E402

from flows.artifacts import show_items  # noqa: E402
from flows.pages import Shown, dask_elsewhere, discreet, prefect_elsewhere, shown  # noqa: E402
from flows.recording import work  # noqa: E402
from flows.session import Session  # noqa: E402
from flows.terminal import say  # noqa: E402
from pipeline.archive import Item, Job, attempt, triage  # noqa: E402
from pipeline.fallback.gate import Place  # noqa: E402
from pipeline.store import Store  # noqa: E402

MOST_IN_FLIGHT = 64
"""Threads that there may be; `media.recordings` says how many are used."""

Submit = Callable[[Job, Shown], PrefectFuture[Item]]
"""Hands a job to a task, which is called as shown."""


def submit_to_threads(store: Store, session: Session) -> Submit:
    """Tasks in this process, which share the session's models."""

    @task(task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
    def process(name: str, number: int) -> Item:
        del name
        job, shown = waiting.pop(number)
        return work(job, store, session, shown)

    # The job stays here: what is a parameter is shown by Prefect's pages, and settings are nobody's business there.
    waiting: dict[int, tuple[Job, Shown]] = {}

    def submit(job: Job, shown: Shown) -> PrefectFuture[Item]:
        waiting[id(job)] = job, shown
        future: PrefectFuture[Item] = process.submit(shown.name, id(job))
        return future

    return submit


def run_jobs(
    todo: Iterable[Job], store: Store, session: Session, submit: Submit, in_flight: int, dask: str | None = None
) -> list[Item]:
    """What became of each job, in order; `in_flight` of them are submitted at once. To be called inside a flow.

    `dask` is the address of the cluster that `submit` hands them to.
    """
    places = list(filter(None, (prefect_elsewhere(), dask_elsewhere(dask))))
    with discreet():
        items: dict[int, Item] = {}
        for number, item in _bounded(todo, store, session, submit, in_flight, places):
            session.done(item)
            items[number] = item
        done = [items[number] for number in sorted(items)]
        show_items(done, here=all(place.kind != "prefect" for place in places))
    return done


def _bounded(
    todo: Iterable[Job], store: Store, session: Session, submit: Submit, in_flight: int, places: Sequence[Place]
) -> Iterator[tuple[int, Item]]:
    """Submit a few ahead instead of all at once: a thousand waiting tasks cost more than they give.

    What is finished or a duplicate is never a task: it is answered here, in milliseconds. Neither is what must not
    be named at one of `places`: it is worked on here, where no page shows it.
    """
    waiting: dict[PrefectFuture[Item], tuple[int, Path]] = {}
    for number, (job, item) in enumerate(triage(todo, store, session.stop)):
        if item is not None:
            yield number, item
            continue
        if len(waiting) >= in_flight:
            yield _next(waiting)
        called = shown(job, places)
        if called is not None:
            waiting[submit(job, called)] = number, job.path
            continue
        say(f"{job.path}: must stay on this machine: it is run here, and shown on no page of Prefect.", error=True)
        yield number, attempt(job, store, session.registry, session.watch(job.path), session.stop)
    while waiting:
        yield _next(waiting)


def _next(waiting: dict[PrefectFuture[Item], tuple[int, Path]]) -> tuple[int, Item]:
    """The first that is done; a task that died with its worker is one recording's fault, not the night's."""
    future = next(as_completed(list(waiting)))
    number, path = waiting.pop(future)
    result: Any = future.result(raise_on_failure=False)
    return number, result if isinstance(result, Item) else Item(path, "blocked", error=f"{result}")
