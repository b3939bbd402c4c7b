"""The flow for one recording, and the task that every flow runs.

A task a recording, never a task a window: the Parquet parts are the checkpoint, Prefect is the
scheduler and the window to look through. Models live in the process and are never arguments.
"""

from __future__ import annotations

from flows.environment import prepare

prepare()

import threading  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from flows.artifacts import Progress, show_run  # noqa: E402
from pipeline.archive import Item, Job, Until, attempt  # noqa: E402
from pipeline.process import Watch  # noqa: E402
from pipeline.settings import Settings, load_here  # noqa: E402
from pipeline.store import Store  # noqa: E402


class Here:
    """What the tasks of this process share and no flow parameter can carry."""

    watch: Callable[[Path], Watch] = staticmethod(lambda _path: lambda _step: None)
    """Where the steps of a recording are shown."""
    stop = threading.Event()
    """Set to make every recording end soon."""


@task(task_run_name="{path}", cache_policy=NO_CACHE, persist_result=False)
def process_recording(
    path: str, settings: dict[str, Any], store: str, until: float | None = None, egress: bool = False
) -> Item:
    """Process one recording; see `pipeline.archive.attempt`. It stops at `until`, seconds since the epoch."""
    job = Job(Path(path), Settings.model_validate(settings), egress)
    opened = Store(store, job.settings.encryption.key)
    item = attempt(job, opened, Progress(job.path, Here.watch(job.path)), Until(Here.stop, until))
    show_run(item, opened)
    return item


@flow(name="longmedia-recording", flow_run_name="{path}", persist_result=False, validate_parameters=False)
def recording_flow(path: str, settings: dict[str, Any] | None = None, store: str = "longmedia-store") -> Item:
    """One recording, from its file to its summary.

    Args:
        path: the file.
        settings: as `Settings.model_dump(mode="json")` gives them; where None, those of the environment and of the
            `longmedia.toml` in the working folder.
        store: folder or URL of the store.
    """
    return process_recording(path, settings or load_here().model_dump(mode="json"), store)
