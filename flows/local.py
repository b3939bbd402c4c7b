"""The archive flow, run for the command line: inside this process, or over an existing Dask cluster."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from flows.archive import archive_flow
from flows.progress import WatchOf
from flows.recording import Here
from pipeline.archive import Item
from pipeline.errors import MissingExtraError
from pipeline.settings import Settings
from pipeline.store import Store


def run_flow(
    files: list[Path],
    settings: Settings,
    store: Store,
    watch: WatchOf,
    stop: threading.Event,
    dask: str | None = None,
    *,
    egress: bool = False,
) -> list[Item]:
    """Run the flow on `files`; with a configured server it shows there, without one Prefect starts its own.

    `dask` is the address of a cluster whose workers have the same folders and this package.
    """
    Here.watch, Here.stop = watch, stop
    flow, processes = (archive_flow, 1) if dask is None else _on_dask(dask)
    items: list[Item] = flow(
        [str(path.absolute()) if dask else str(path) for path in files],
        settings.model_dump(mode="json"),
        _everywhere(store.files.url) if dask else store.files.url,
        in_flight=settings.media.recordings * processes,
        egress=egress,
    )
    return items


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
    return archive_flow.with_options(task_runner=DaskTaskRunner(address=address)), max(workers, 1)


def _everywhere(url: str) -> str:
    """The store as workers with another working folder find it."""
    return url if "://" in url else str(Path(url).absolute())
