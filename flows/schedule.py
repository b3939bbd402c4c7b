"""Overnight on one workstation: a flow for an inbox, served on a schedule by a server on this machine."""

from __future__ import annotations

from flows.environment import prepare

prepare()

import contextlib  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import urllib.request  # noqa: E402
from collections.abc import Iterator, Mapping, Sequence  # noqa: E402
from datetime import datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow  # noqa: E402
from prefect.types.entrypoint import EntrypointType  # noqa: E402

from flows.archive import archive_flow  # noqa: E402
from pipeline.archive import Item, discover  # noqa: E402
from pipeline.errors import LongmediaError, NotFoundError, SettingsError  # noqa: E402
from pipeline.settings import Settings, load_here  # noqa: E402

_START_S = 180
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
        inbox: the folder.
        settings: as `Settings.model_dump(mode="json")` gives them; where None, those of the environment and of the
            `longmedia.toml` in the working folder.
        store: folder or URL of the store.
        until: local time of day (HH:MM) to stop at; the next start goes on from there.
        settle_s: seconds for which a file must not have changed.
    """
    end = None if until is None else next_moment(until, datetime.now()).timestamp()
    first = _look(Path(inbox))
    time.sleep(min(settle_s, _LOOK_S))
    paths = settled(first, _look(Path(inbox)), time.time(), settle_s)
    if not paths:
        return []
    items: list[Item] = archive_flow(
        [str(path) for path in paths], settings or load_here().model_dump(mode="json"), store, end
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
        "inbox": str(inbox.absolute()),
        "settings": settings.model_dump(mode="json"),
        "store": store if "://" in store else str(Path(store).absolute()),
        "until": until,
        "settle_s": settle_s,
    }
    when: dict[str, Any] = {"cron": cron} if cron is not None else {"interval": every_s}
    with server(), contextlib.suppress(KeyboardInterrupt):
        print(f"Serving {inbox}: {cron or f'every {every_s:g} s'}. Ctrl-C ends it.", file=sys.stderr, flush=True)
        inbox_flow.serve(
            name=f"inbox-{inbox.absolute().name}",
            parameters=parameters,
            limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,  # the runs' processes import us, wherever they start
            **when,
        )


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of the configured Prefect server; where there is none, one of ours, on this machine only.

    Its database is Prefect's own, in the user's home; it ends with the block.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings

    configured = PREFECT_API_URL.value()
    if configured:
        yield configured
        return
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    print(
        f"No Prefect server is configured: starting one on this machine, http://127.0.0.1:{port}; "
        "set PREFECT_API_URL to use your own.",
        file=sys.stderr,
        flush=True,
    )
    words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            _wait(child, url)
            os.environ["PREFECT_API_URL"] = url  # for the processes that the runs start in
            with temporary_settings({PREFECT_API_URL: url}):
                yield url
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            child.terminate()


def _wait(child: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and child.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310 - loopback
            return
        time.sleep(0.5)
    raise LongmediaError(
        "the Prefect server did not start.", cure="Try `prefect server start` and set PREFECT_API_URL to it."
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _look(inbox: Path) -> dict[Path, tuple[int, int]]:
    found: Sequence[Path]
    try:
        found = discover([inbox])
    except NotFoundError:
        return {}  # empty: nothing to do tonight
    looks = {}
    for path in found:
        with contextlib.suppress(OSError):  # moved away between two looks
            stat = path.stat()
            looks[path] = stat.st_size, stat.st_mtime_ns
    return looks
