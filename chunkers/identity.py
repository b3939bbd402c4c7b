"""Which recording this is, whatever its name."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import BinaryIO

_WHOLE = 1 << 30
_BLOCK = 256 * 1024
_BLOCKS = _WHOLE // _BLOCK
_SETTLED_NS = 100_000_000
"""A file that was changed more lately may be changed again without another time of change."""

_known: dict[str, tuple[tuple[int, ...], str]] = {}
_MOST_KNOWN = 100_000


def content_id(path: Path | str) -> str:
    """A hash of the content of `path`, 32 hex digits; never of its name or its dates.

    Up to 1 GiB every byte is read, in about a second and a half. Of a larger file: its size, and 4096 blocks of
    256 KiB, spread evenly from the first byte to the last, so that 50 GB take no longer. What it may miss then is a
    difference between two files of exactly the same size that lies wholly between two blocks: shorter than 0.25 MiB of
    2 GiB, and than 2.3 MiB of 10 GiB. Encoders, editors, taggers and interrupted copies change the size or the blocks
    at the ends.

    A process reads a file once: as long as neither its place on the disk, its size nor its times change, the answer is
    that of before. Raises `OSError`.
    """
    name = os.path.abspath(path)  # noqa: PTH100 - a third of the time of a path
    now, state = time.time_ns(), _state(name)
    known = _known.get(name)
    if known is not None and known[0] == state:
        return known[1]
    found = _read(name)
    if now - max(state[-2:]) > _SETTLED_NS and _state(name) == state:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[name] = state, found
    return found


def _state(path: str) -> tuple[int, ...]:
    """What shows that a file is another, or was changed; the times are the last two."""
    status = os.stat(path)  # noqa: PTH116
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _read(path: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        size = file.seek(0, 2)
        digest.update(size.to_bytes(8, "little"))
        file.seek(0)
        if size <= _WHOLE:
            while data := file.read(_BLOCK):
                digest.update(data)
        else:
            _sample(file, size, digest)
    return digest.hexdigest()


def _sample(file: BinaryIO, size: int, digest: hashlib.blake2b) -> None:
    for number in range(_BLOCKS):
        file.seek(number * (size - _BLOCK) // (_BLOCKS - 1))
        digest.update(file.read(_BLOCK))
