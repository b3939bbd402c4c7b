"""Overnight on one workstation: a flow for an inbox, served on a schedule by a server on this machine."""

from __future__ import annotations

from flows.environment import prepare

prepare()

import contextlib  # noqa: E402
import hashlib  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Mapping  # noqa: E402
from datetime import datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402
from prefect.types.entrypoint import EntrypointType  # noqa: E402
from pydantic import BaseModel, JsonValue  # noqa: E402

from chunkers.names import from_text  # noqa: E402
from chunkers.printable import printable  # noqa: E402
from flows.archive import MOST_IN_FLIGHT, run_jobs, submit_to_threads  # noqa: E402
from flows.notices import Notices, each  # noqa: E402
from flows.pages import prefect_elsewhere  # noqa: E402
from flows.reports import Reports  # noqa: E402
from flows.server import server  # noqa: E402
from flows.session import Session  # noqa: E402
from flows.terminal import say  # noqa: E402
from pipeline.archive import Item, jobs  # noqa: E402
from pipeline.discovery import discover  # noqa: E402
from pipeline.errors import NotFoundError, SettingsError  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.settings import Settings, load_here  # noqa: E402
from pipeline.store import Store  # noqa: E402

log = logging.getLogger(__name__)

_LOOK_S = 2.0
_THREADS: Any = ThreadPoolTaskRunner(max_workers=MOST_IN_FLIGHT)

Look = Mapping[Path, tuple[int, int]]
"""Size and time of the last change of each file, as one look found them."""


class Served(BaseModel):
    """An inbox, and how it is processed."""

    inbox: str
    """As `chunkers.to_text` gives it."""
    store: str
    settings: dict[str, JsonValue]
    """As `Settings.model_dump(mode="json")` gives them."""
    until: str | None
    settle_s: float
    formats: str = ""
    """Of the reports that are written when a recording is done, with commas between them."""
    reports: str = "longmedia-reports"
    """The folder for them, as `chunkers.to_text` gives it."""


_SERVED = "_LONGMEDIA_SERVED"
"""The variable that tells the processes of a served inbox what is served: parameters are kept by Prefect's server."""


@flow(name="longmedia-inbox", persist_result=False, validate_parameters=False, task_runner=_THREADS)
def inbox_flow(
    inbox: str,
    store: str = "longmedia-store",
    until: str | None = None,
    settle_s: float = 30,
    formats: str = "",
    reports: str = "longmedia-reports",
) -> list[Item]:
    """Everything in a folder that has stopped changing; what is finished already costs milliseconds.

    The settings are those that `load_here` finds.

    Args:
        inbox: the folder, as `chunkers.to_text` gives it.
        store: folder or URL of the store.
        until: local time of day (HH:MM) to stop at; the next start goes on from there.
        settle_s: seconds for which a file must not have changed.
        formats: reports to write when a recording is done, such as `html,srt`.
        reports: the folder for them, as `chunkers.to_text` gives it.
    """
    settings = load_here().model_dump(mode="json")
    return _take_in(
        Served(
            inbox=inbox,
            store=store,
            settings=settings,
            until=until,
            settle_s=settle_s,
            formats=formats,
            reports=reports,
        )
    )


@flow(name="longmedia-served-inbox", persist_result=False, task_runner=_THREADS)
def served_flow() -> list[Item]:
    """The same for the inbox that `serve_inbox`, a process above this one, serves."""
    return _take_in(Served.model_validate_json(os.environ[_SERVED]))


def _take_in(served: Served) -> list[Item]:
    end = None if served.until is None else next_moment(served.until, datetime.now()).timestamp()
    inbox = from_text(served.inbox)
    first = _look(inbox)
    time.sleep(min(served.settle_s, _LOOK_S))
    paths = settled(first, _look(inbox), time.time(), served.settle_s)
    for error in discover([inbox]).passed:
        if error.path != inbox:  # an empty inbox is nothing to speak of
            log.error("%s", error)
    if not paths:
        return []
    settings = Settings.model_validate(served.settings)
    store = Store(served.store, settings.encryption.key)
    session = Session(Registry(keep=settings.models.keep_loaded), until=end, done=_when_done(served, settings, store))
    return run_jobs(jobs(paths, settings), store, session, submit_to_threads(store, session), settings.media.recordings)


def _when_done(served: Served, settings: Settings, store: Store) -> Callable[[Item], None]:
    """What follows when a recording is done; raises `SettingsError` for what cannot."""
    written = Reports(served.formats, from_text(served.reports), store, settings, fresh_only=True)
    return each(written, Notices(store, settings))


def settled(before: Look, after: Look, now: float, settle_s: float) -> list[Path]:
    """The files that two looks found the same, and that were last changed `settle_s` seconds ago or earlier.

    Two looks, since copying tools set the time of change to that of the original.
    """
    return [
        path
        for path, (size, changed) in after.items()
        if before.get(path) == (size, changed) and now - changed / 1e9 >= settle_s
    ]


def next_moment(until: str, now: datetime) -> datetime:
    """When a clock shows `until` (HH:MM) next; raises `SettingsError` for what is no time of day."""
    try:
        wanted = datetime.strptime(until, "%H:%M")
    except ValueError as error:
        raise SettingsError(f"--until {until}: expected a time of day such as 06:00.") from error
    moment = now.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return moment if moment > now else moment + timedelta(days=1)


def serve_inbox(served: Served, *, cron: str | None, every_s: float | None) -> None:
    """Serve an inbox until the process is ended; one run at a time.

    Raises `SettingsError` for a wrong schedule or report, `NotFoundError` where there is no inbox, and
    `LongmediaError` where the server does not start.
    """
    if (cron is None) == (every_s is None):
        raise SettingsError("a schedule is needed: --cron or --every, one of them.")
    if served.until is not None:
        next_moment(served.until, datetime.now())
    inbox, settings = from_text(served.inbox), Settings.model_validate(served.settings)
    _when_done(served, settings, Store(served.store, settings.encryption.key))
    if not inbox.is_dir():
        raise NotFoundError(inbox, "no such folder.", cure="The inbox must exist.")
    os.environ[_SERVED] = served.model_dump_json()
    when: dict[str, Any] = {"cron": cron} if cron is not None else {"interval": every_s}
    # A terminal that is closed, or a stop before Prefect has its own way to end, takes the server along as Ctrl-C does.
    for ending in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, lambda *_: signal.raise_signal(signal.SIGINT))
    with server() as url, contextlib.suppress(KeyboardInterrupt):
        say(f"The Prefect server is at {url.removesuffix('/api')}.", error=True)
        say(f"Serving {inbox}: {cron or f'every {every_s:g} s'}. Ctrl-C ends it.", error=True)
        name = printable(inbox.name) if prefect_elsewhere() is None else _hash(served.inbox)
        served_flow.serve(
            name=f"inbox-{name}",
            limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,  # the runs' processes import us, wherever they start
            **when,
        )


def _hash(inbox: str) -> str:
    """What stands for a folder's name on a server elsewhere, and tells two inboxes apart."""
    return hashlib.sha256(inbox.encode()).hexdigest()[:8]


def _look(inbox: Path) -> dict[Path, tuple[int, int]]:
    looks = {}
    for path in discover([inbox]).files:
        with contextlib.suppress(OSError):  # moved away between two looks
            stat = path.stat()
            looks[path] = stat.st_size, stat.st_mtime_ns
    return looks
