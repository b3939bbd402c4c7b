"""Faults that nobody foresaw or that the operating system reports, as a line for people: never a traceback."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path

from chunkers.printable import without_controls

_RIGHTS = "Check your rights there, or choose another place."
_ROOM = "Make room there, or choose another place; what was finished is kept."
_HANDLES = "Too much is open at once: raise `ulimit -n`, or set media.recordings=1."

_SHORT = 3
"""Places that are told of a fault; the others are of the libraries' depth."""

_CURES = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "It is read-only: choose another place.",
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EMFILE: _HANDLES,
    errno.ENFILE: _HANDLES,
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.EIO: "The disk reports a fault: look at it before anything else is written there.",
    errno.ENOMEM: "there is no memory left: end other programs, or take smaller models.",
    errno.EAGAIN: "The system starts no more processes: end others, or raise `ulimit -u`.",
    errno.ENOENT: "Check the name.",
}


def explain(error: BaseException) -> str:
    """The fault in one line, with its cure where one is known.

    Of a fault that nobody foresaw the line names kind and place, and not what it says: anybody's code may say
    anything, what was spoken included. What the operating system says is told, and of which file.
    """
    if isinstance(error, MemoryError):
        return _CURES[errno.ENOMEM]
    if isinstance(error, OSError) and error.errno is not None:
        return _explain_system(error)
    places = _places(error)[:_SHORT]
    return (
        f"an unforeseen {type(error).__name__}, raised at {' < '.join(places) or 'no known place'}. "
        "LONGMEDIA_LOG=DEBUG shows the way to it."
    )


def way_to(error: BaseException) -> str:
    """In one line every place on the way to a fault, the innermost first; as `explain`, nothing of what it says."""
    return f"{type(error).__name__}, raised at {' < '.join(_places(error))}"


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames)]


def _explain_system(error: OSError) -> str:
    name = error.filename
    where = f"{without_controls(os.fsdecode(name))}: " if isinstance(name, str | bytes) and name else ""
    what = (error.strerror or type(error).__name__).rstrip(".")
    return f"{where}{what}. {_CURES.get(error.errno or 0, '')}".strip()
