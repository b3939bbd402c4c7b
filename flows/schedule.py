"""Overnight on one workstation: a flow for an inbox, served on a schedule by a server on this machine."""

from __future__ import annotations

from flows.environment import prepare

prepare()

import contextlib  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from datetime import datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow  # noqa: E402
from prefect.types.entrypoint import EntrypointType  # noqa: E402

from chunkers import from_text, shown, to_text  # noqa: E402
from flows.archive import archive_flow  # noqa: E402
from flows.server import server  # noqa: E402
from pipeline.archive import Item  # noqa: E402
from pipeline.discovery import discover  # noqa: E402
from pipeline.errors import NotFoundError, SettingsError  # noqa: E402
from pipeline.settings import Settings, load_here  # noqa: E402

log = logging.getLogger(__name__)

_LOOK_S = 2.0

Look = Mapping[Path, tuple[int, int]]
"""Size and time of the last change of each file, as one look found them."""


@flow(name="longmedia-inbox", persist_result=False, validate_parameters=False)
def inbox_flow(
    inbox: str,
    settings: dict[str, Any] | None = None,
    store: str = "longmedia-store",
    until: str | None = None,
    settle_s: float = 30,
) -> list[Item]:
    """Everything in a folder that has stopped changing; what is finished already costs milliseconds.

    Args:
        inbox: the folder, as `chunkers.to_text` gives it.
        settings: as `Settings.model_dump(mode="json")` gives them; where None, those that `load_here` finds.
        store: folder or URL of the store.
        until: local time of day (HH:MM) to stop at; the next start goes on from there.
        settle_s: seconds for which a file must not have changed.
    """
    end = None if until is None else next_moment(until, datetime.now()).timestamp()
    folder = from_text(inbox)
    first = _look(folder)
    time.sleep(min(settle_s, _LOOK_S))
    paths = settled(first, _look(folder), time.time(), settle_s)
    for error in discover([folder]).passed:
        if error.path != folder:  # an empty inbox is nothing to speak of
            log.error("%s", error)
    if not paths:
        return []
    items: list[Item] = archive_flow(
        [to_text(path) for path in paths], settings or load_here().model_dump(mode="json"), store, end
    )
    return items


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


def serve_inbox(
    inbox: Path,
    store: str,
    settings: Settings,
    *,
    cron: str | None,
    every_s: float | None,
    until: str | None,
    settle_s: float,
) -> None:
    """Serve `inbox_flow` until the process is ended; one run at a time.

    Raises `SettingsError` for a wrong schedule, `NotFoundError` where there is no inbox, and
    `LongmediaError` where the server does not start.
    """
    if (cron is None) == (every_s is None):
        raise SettingsError("a schedule is needed: --cron or --every, one of them.")
    if until is not None:
        next_moment(until, datetime.now())
    if not inbox.is_dir():
        raise NotFoundError(inbox, "no such folder.", cure="The inbox must exist.")
    parameters = {
        "inbox": to_text(inbox.absolute()),
        "settings": settings.model_dump(mode="json"),
        "store": store if "://" in store else str(Path(store).absolute()),
        "until": until,
        "settle_s": settle_s,
    }
    when: dict[str, Any] = {"cron": cron} if cron is not None else {"interval": every_s}
    # A terminal that is closed, or a stop before Prefect has its own way to end, takes the server along as Ctrl-C does.
    for ending in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, lambda *_: signal.raise_signal(signal.SIGINT))
    with server() as url, contextlib.suppress(KeyboardInterrupt):
        print(f"The Prefect server is at {url.removesuffix('/api')}.", file=sys.stderr, flush=True)
        print(f"Serving {shown(inbox)}: {cron or f'every {every_s:g} s'}. Ctrl-C ends it.", file=sys.stderr, flush=True)
        inbox_flow.serve(
            name=f"inbox-{shown(inbox.absolute().name)}",
            parameters=parameters,
            limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,  # the runs' processes import us, wherever they start
            **when,
        )


def _look(inbox: Path) -> dict[Path, tuple[int, int]]:
    looks = {}
    for path in discover([inbox]).files:
        with contextlib.suppress(OSError):  # moved away between two looks
            stat = path.stat()
            looks[path] = stat.st_size, stat.st_mtime_ns
    return looks
