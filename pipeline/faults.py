"""Faults that nobody foresaw or that the operating system reports, as a line for people: never a traceback."""

from __future__ import annotations

import errno
import os
import traceback

from chunkers import shown

_RIGHTS = "Check your rights there, or choose another place."
_ROOM = "Make room there, or choose another place; what was finished is kept."
_HANDLES = "Too much is open at once: raise `ulimit -n`, or set media.recordings=1."

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

    Of a fault that nobody foresaw the line names kind and place, and not its text: what was said may be in that.
    """
    if isinstance(error, MemoryError):
        return _CURES[errno.ENOMEM]
    if isinstance(error, OSError):
        return _explain_system(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""  # noqa: PTH119
    return f"an error that was not foreseen: {type(error).__name__}{place}. LONGMEDIA_LOG=DEBUG shows the way to it."


def _explain_system(error: OSError) -> str:
    name = error.filename
    where = f"{shown(name)}: " if isinstance(name, str | bytes) and name else ""
    what = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    return f"{where}{what}. {_CURES.get(error.errno or 0, '')}".strip()
