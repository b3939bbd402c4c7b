"""The archive flow, run for the command line: inside this process, or over an existing Dask cluster."""

from __future__ import annotations

from flows.environment import prepare

prepare()

import signal  # noqa: E402
import threading  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow  # noqa: E402
from prefect.futures import PrefectFuture  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from chunkers.names import to_text  # noqa: E402
from flows.archive import MOST_IN_FLIGHT, run_jobs, submit_to_threads  # noqa: E402
from flows.pages import Shown, discreet  # noqa: E402
from flows.recording import process_recording  # noqa: E402
from flows.server import Child, server  # noqa: E402
from flows.session import Session  # noqa: E402
from pipeline.archive import Item, Job  # noqa: E402
from pipeline.errors import MissingExtraError  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.store import Store  # noqa: E402


def run_flow(
    todo: Sequence[Job],
    settings: Settings,
    store: Store,
    session: Session,
    children: list[Child],
    dask: str | None = None,
) -> list[Item]:
    """Run the flow on jobs; with a configured server it shows there, without one it starts one of its own.

    That one is added to `children` while it lives. `dask` is the address of a cluster whose workers have the same
    folders and this package.
    """
    runner: Any = ThreadPoolTaskRunner(max_workers=MOST_IN_FLIGHT)
    processes, ending = 1, signal.getsignal(signal.SIGTERM)
    if dask is not None:
        runner, processes = _on_dask(dask)

    def act() -> list[Item]:
        if ending is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, ending)  # Prefect has put in its own, which knows of no clean end
        submit = submit_to_threads(store, session) if dask is None else _submit_to_workers
        return run_jobs(todo, store, session, submit, settings.media.recordings * processes, dask)

    def _submit_to_workers(job: Job, shown: Shown) -> PrefectFuture[Item]:
        place, path = _everywhere(store.files.url), to_text(job.path.absolute())
        words = None if job.transcript is None else to_text(job.transcript.absolute())
        settings = job.settings.model_dump(mode="json")
        future: PrefectFuture[Item] = process_recording.submit(
            shown.name, shown.here, path, settings, place, job.egress, job.only, words
        )
        return future

    here = _Here(act)

    # The jobs are no parameters of the flow: those are kept by Prefect's server, and a long list is refused.
    @flow(name="longmedia-archive", persist_result=False, task_runner=runner)
    def archive() -> list[Item]:
        return here()

    with server(children), discreet():
        items: list[Item] = archive()
    return items


class _Here:
    """What a flow does in this process: workers elsewhere are sent the flow, and with it nothing of what this holds."""

    def __init__(self, act: Callable[[], list[Item]]) -> None:
        self._act = act

    def __call__(self) -> list[Item]:
        return self._act()

    def __reduce__(self) -> tuple[Any, ...]:
        return _Here, (list,)


def _on_dask(address: str) -> tuple[Any, int]:
    try:
        from distributed import Client
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise MissingExtraError(
            "--dask needs the extra `dask`.", cure="Install it: pip install 'longmedia[dask]'."
        ) from error
    with Client(address) as client:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
    return DaskTaskRunner(address=address), max(workers, 1)


def _everywhere(url: str) -> str:
    """The store as workers with another working folder find it."""
    return url if "://" in url else str(Path(url).absolute())
