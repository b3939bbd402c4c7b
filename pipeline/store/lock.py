"""One writer at a time: an advisory lock on a folder of the store, which dies with its process.

On an object store there is no such lock: two writers of one stage cost double work, and since each part is put
whole and is the same from either, they cannot harm it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from pipeline.errors import StoreBusyError, StoreFullError
from pipeline.store.files import Files

_LOCK = ".lock"
_LOOK_S = 0.05
"""For an instant `busy` holds the lock itself: a writer that finds it taken looks again."""


@contextlib.contextmanager
def held(files: Files, folder: str) -> Iterator[None]:
    """Hold `folder` as its only writer.

    Raises `StoreBusyError` where another process holds it, `StoreFullError` where nothing can be written.
    """
    if not files.local:
        yield
        return
    path = files.local_path(f"{folder}/{_LOCK}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StoreFullError(
            f"{files.url}: cannot write here: {error.strerror}.", cure="Choose another folder with --store."
        ) from error
    try:
        if not _taken(handle):
            raise StoreBusyError(
                f"{path.parent}: another process is writing it.", cure="Wait for it, or use another --store."
            )
        yield
    finally:
        os.close(handle)


def busy(files: Files, folder: str) -> bool:
    """Whether a process holds `folder`; never on an object store, where nothing tells."""
    if not files.local:
        return False
    try:
        handle = os.open(files.local_path(f"{folder}/{_LOCK}"), os.O_RDWR)
    except OSError:
        return False
    try:
        return not _locked(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Lock at last, if it is only somebody's look that holds it now."""
    for _ in range(5):
        if _locked(handle):
            return True
        time.sleep(_LOOK_S)
    return False


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
