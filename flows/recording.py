"""The flow for one recording, and the task that every flow runs.

A task a recording, never a task a window: the Parquet parts are the checkpoint, Prefect is the
scheduler and the window to look through. Models live in the process and are never arguments.
"""

from __future__ import annotations

from flows.environment import prepare

prepare()

from typing import Any  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from chunkers import from_text  # noqa: E402
from flows.artifacts import Progress, show_run  # noqa: E402
from flows.session import Session  # noqa: E402
from pipeline.archive import Item, Job, Until, attempt  # noqa: E402
from pipeline.chain import Stage  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.settings import Settings, load_here  # noqa: E402
from pipeline.store import Store  # noqa: E402


def work(job: Job, store: str, session: Session, until: float | None = None) -> Item:
    """Process one recording; see `pipeline.archive.attempt`. It stops at `until`, seconds since the epoch."""
    opened = Store(store, job.settings.encryption.key)
    watch = Progress(job.path, session.watch(job.path))
    item = attempt(job, opened, session.registry, watch, Until(session.stop, until))
    show_run(item, opened)
    return item


@task(task_run_name="{path}", cache_policy=NO_CACHE, persist_result=False)
def process_recording(
    path: str,
    settings: dict[str, Any],
    store: str,
    until: float | None = None,
    egress: bool = False,
    only: Stage | None = None,
    transcript: str | None = None,
) -> Item:
    """Process one recording with models of its own: for a flow of one recording, and for workers elsewhere."""
    words = None if transcript is None else from_text(transcript)
    job = Job(from_text(path), Settings.model_validate(settings), egress, only, words)
    with Registry(keep=False) as registry:
        return work(job, store, Session(registry), until)


@flow(name="longmedia-recording", flow_run_name="{path}", persist_result=False, validate_parameters=False)
def recording_flow(path: str, settings: dict[str, Any] | None = None, store: str = "longmedia-store") -> Item:
    """One recording, from its file to its summary.

    Args:
        path: the file; one whose name is no UTF-8 as a `file:` URI.
        settings: as `Settings.model_dump(mode="json")` gives them; where None, those that `load_here` finds.
        store: folder or URL of the store.
    """
    return process_recording(path, settings or load_here().model_dump(mode="json"), store)
