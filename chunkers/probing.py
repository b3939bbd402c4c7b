"""What a file holds."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

from chunkers.errors import EmptyFileError, NotAFileError, NotFoundError, UnreadableError
from chunkers.identity import content_id
from chunkers.probe_process import shared
from chunkers.recording import Recording

HEADER_DEADLINE_S = 150
"""Longer than a demuxer waits for a disk or a network mount (`demuxing.OPEN_TIMEOUT_S`)."""
LEVELS_DEADLINE_S = 600
"""Excerpts of all tracks of a long recording on a slow disk."""


def probe(path: Path | str, *, levels: bool = False) -> Recording:
    """Read the header of `path`; with `levels` also how loud each audio track is, from a few short excerpts.

    Nothing but this one file is opened, whatever it says, and a process of its own reads it: a file that makes a
    demuxer crash, hang or ask for all the memory is an error like any other.

    Raises, each with its cause and cure, `NotFoundError`, `NotAFileError`, `UnreadableError`, `EmptyFileError`,
    `NotMediaError`, `StalledError` and `ProbeError`; `ProbeStartError` where this machine starts no such process.
    """
    path = Path(path)
    check_file(path)
    deadline_s = LEVELS_DEADLINE_S if levels else HEADER_DEADLINE_S
    # First the content: a file that changes before its header is read is told by it after decoding.
    try:
        content = content_id(path)
    except OSError as error:
        raise UnreadableError(path, f"cannot be read ({error.strerror}).", cure="Check the disk.") from error
    return replace(shared.read(path, levels=levels, deadline_s=deadline_s), path=path, content_id=content)


def check_file(path: Path) -> os.stat_result:
    """The status of a file that can be opened, and is not empty.

    Raises, each with its cause and cure, `NotFoundError`, `NotAFileError`, `UnreadableError`, `EmptyFileError`.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):  # noqa: PTH114 - the name itself may be one that cannot be looked up
            raise NotFoundError(path, "is a link to nothing.", cure="Mend or delete the link.") from None
        raise NotFoundError(path, "there is no such file.", cure="Check the name.") from None
    except PermissionError:
        raise UnreadableError(path, "may not be reached.", cure="Check the rights of its folders.") from None
    except OSError as error:
        raise NotFoundError(
            path, f"cannot be reached ({error.strerror}).", cure="Check the name and the disk."
        ) from error
    except ValueError as error:
        raise NotFoundError(path, f"cannot be reached ({error}).", cure="Check the name.") from error
    if stat.S_ISDIR(status.st_mode):
        raise NotAFileError(path, "is a directory.", cure="Name the files in it, one by one.")
    if not stat.S_ISREG(status.st_mode):
        # It could be read once only, but it is read twice: for its header and for its content.
        raise NotAFileError(path, "is a pipe or a device.", cure="Write it to a file first.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise UnreadableError(path, f"may not be read ({error.strerror}).", cure="Check its rights.") from error
    if not status.st_size:
        raise EmptyFileError(path, "is empty.", cure="Was it copied to the end?")
    return status
