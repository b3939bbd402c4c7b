"""One process at a time fetches a model; the others wait for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import StoreFullError

WAITING = "waiting for another process that fetches it"


@contextlib.contextmanager
def fetch_lock(home: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder `home`, which may not be there yet, as the only one that fetches into it.

    `waiting` is called where another process holds it; then that one is waited for. The lock dies with its process.
    Raises `StoreFullError` where nothing can be written.
    """
    path = home.with_name(f".fetching-{home.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _locked(path, waiting)
    except OSError as error:
        raise StoreFullError(
            f"{path.parent}: cannot write here: {error.strerror}.",
            cure="Set models.folder to a folder that you may write.",
        ) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path, waiting: Callable[[], None]) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        # The one before removed the file while it was waited for: a third may hold one of the same name.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        os.close(handle)
