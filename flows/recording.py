"""The work on one recording, and the task of it that workers elsewhere run.

A task a recording, never a task a window: the Parquet parts are the checkpoint, Prefect is the
scheduler and the window to look through. Models live in the process and are never arguments.
"""

from __future__ import annotations

from flows.environment import prepare

prepare()

import atexit  # noqa: E402
import threading  # noqa: E402
from typing import Any  # noqa: E402

from prefect import task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from chunkers.names import from_text  # noqa: E402
from flows.artifacts import Progress, show_run  # noqa: E402
from flows.pages import Shown, discreet  # noqa: E402
from flows.session import Session  # noqa: E402
from pipeline.archive import Item, Job, attempt  # noqa: E402
from pipeline.chain import Stage  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.store import Store  # noqa: E402


def work(job: Job, store: Store, session: Session, shown: Shown) -> Item:
    """Process one recording, called `shown` on Prefect's pages; see `pipeline.archive.attempt`."""
    watch = Progress(shown, session.watch(job.path))
    with discreet():
        item = attempt(job, store, session.registry, watch, session.stop)
        show_run(item, store, shown)
    return item


@task(task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
def process_recording(
    name: str,
    here: bool,
    path: str,
    settings: dict[str, Any],
    store: str,
    egress: bool = False,
    only: Stage | None = None,
    transcript: str | None = None,
) -> Item:
    """Process one recording in a worker's process, with the models of that process; `name` and `here` as in `Shown`.

    `path` and `transcript` as `chunkers.to_text` gives them.
    """
    words = None if transcript is None else from_text(transcript)
    job = Job(from_text(path), Settings.model_validate(settings), egress, only, words)
    opened = Store(store, job.settings.encryption.key)
    return work(job, opened, Session(registry_here(job.settings.models.keep_loaded)), Shown(name, here))


_lock = threading.Lock()
_registries: dict[bool | None, Registry] = {}


def registry_here(keep: bool | None) -> Registry:
    """The models of this process, made once and let go at its end: a worker's recordings come one after the other.

    `keep` as the setting `models.keep_loaded`.
    """
    with _lock:
        if keep not in _registries:
            _registries[keep] = Registry(keep=keep)
            atexit.register(_registries[keep].close)
        return _registries[keep]
