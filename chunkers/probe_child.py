"""What the process that reads headers does: `python -c "from chunkers.probe_child import main; main()" FD`.

It answers questions from `chunkers.probe_process` until the other end closes. Native code may end it at any
moment, so it holds nothing that anybody would miss.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from chunkers.errors import MediaError
from chunkers.recording import AudioTrack, Recording
from chunkers.spans import TICKS_PER_SECOND
from chunkers.tracks import marked, seems_silent


@dataclass(frozen=True, slots=True)
class Request:
    """One file to read."""

    path: Path
    """Absolute: this process has a working folder of its own."""
    levels: bool
    """Whether to measure how loud each audio track is."""
    deadline_s: int
    """After so many seconds the process ends itself, should its parent be gone by then."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with the file: the name of an error in `chunkers.errors`, and its words without the path."""

    error: str
    what: str
    cure: str


Answer = Recording | Failure


def read(request: Request) -> Recording:
    """The header of a file. Raises the `MediaError` that says what is wrong with it, and `OSError`."""
    # Imported here, so that only this process loads PyAV.
    from chunkers.demuxing import read_header
    from chunkers.levels import listen_through, measure_levels

    recording = read_header(request.path)
    if not request.levels:
        return recording
    duration_s = float(recording.duration) / TICKS_PER_SECOND
    recording = _measured(recording, dict(enumerate(measure_levels(request.path, duration_s, len(recording.audio)))))
    tracks = recording.audio
    if len(tracks) < 2 or not seems_silent(marked(tracks)):
        return recording
    # It may have spoken between the excerpts. Others are in doubt as well, and do not cost another pass.
    doubtful = [track.index for track in tracks if seems_silent(track)]
    levels, of_all = listen_through(request.path, doubtful, marked(tracks).index, request.deadline_s / 2)
    return _measured(recording, levels, of_all=of_all)


def _measured(recording: Recording, levels: dict[int, tuple[float, ...]], *, of_all: bool = False) -> Recording:
    def measured(track: AudioTrack) -> AudioTrack:
        if track.index not in levels:
            return track
        found = levels[track.index]
        return replace(track, level_db=max(found, default=None), channel_db=found, level_of_all=of_all)

    return replace(recording, audio=tuple(map(measured, recording.audio)))


def answer(request: Request, reader: Callable[[Request], Recording] = read) -> Answer:
    """What `reader` gives, or the failure in its place. Raises `MemoryError`: the process may not go on then."""
    try:
        return reader(request)
    except MediaError as error:
        return Failure(type(error).__name__, error.what, error.cure)
    except OSError as error:
        return Failure("UnreadableError", f"cannot be read ({error.strerror}).", "Check the disk.")


def main(reader: Callable[[Request], Recording] = read) -> None:
    """Limit the memory, say that we are ready, then answer until nobody asks any more."""
    connection: Connection[Answer | None, Request] = Connection(int(sys.argv[1]))
    memory, hard = int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_DATA)[1]
    # A limit that is lower already, as in a container or after `ulimit -d`, may not be raised.
    memory = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    # A core dump of a few hundred megabytes beside somebody's recordings helps nobody.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send(None)
    try:
        while True:
            request = connection.recv()
            # The parent ends us when a demuxer hangs; the kernel does where the parent is gone by then.
            signal.alarm(request.deadline_s + 5)
            reply = answer(request, reader)
            signal.alarm(0)
            connection.send(reply)
    except EOFError:
        return
    except MemoryError:
        os._exit(errno.ENOMEM)
