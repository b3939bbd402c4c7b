"""A process that reads headers like the real one, but does to some names what a demuxer may do to hostile bytes."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from chunkers.errors import NotMediaError
from chunkers.probe_child import Request, main, read
from chunkers.recording import Recording

HAS_READ: list[str] = []


def misbehave(request: Request) -> Recording:
    name = request.path.name
    if name.startswith("crash"):
        ctypes.string_at(8)
    if name.startswith("once") and HAS_READ:
        # As in a process whose memory an earlier file has damaged.
        ctypes.string_at(8)
    if name.startswith("abort"):
        os.abort()
    if name.startswith("hang"):
        time.sleep(600)
    if name.startswith("stuck"):
        # Holds the interpreter's lock: no signal handler of Python's would ever run.
        ctypes.PyDLL(None).usleep(600_000_000)
    if name.startswith("eat"):
        grown = [bytearray(64 << 20) for _ in range(1000)]
        del grown
    if name.startswith("native"):
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        while at := libc.malloc(ctypes.c_size_t(64 << 20)):
            libc.memset(ctypes.c_void_p(at), 1, ctypes.c_size_t(64 << 20))
        raise MemoryError
    if name.startswith("lie"):
        return os.system  # type: ignore[return-value]
    if name.startswith("refuse"):
        raise NotMediaError(request.path, "is a text file.", cure="Name an audio or video file.")
    HAS_READ.append(name)
    return read(request)


main(misbehave)
