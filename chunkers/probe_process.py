"""The process that reads headers, kept warm: its death is the file's fault, not ours."""

from __future__ import annotations

import atexit
import errno
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from fractions import Fraction
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from chunkers.errors import MediaError, ProbeError, ProbeStartError, StalledError
from chunkers.probe_child import Answer, Failure, Request
from chunkers.recording import AudioTrack, Recording, VideoTrack

START_TIMEOUT_S = 120.0
"""A cold disk and busy cores; a quiet machine needs half a second."""

MEMORY_BYTES = 2 << 30
"""Private memory of the child. The first frame of an 8K film in ten bits, with sixteen reference frames, needs
1.7 GB; a header asks for kilobytes."""

_CODE = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from chunkers.probe_child import main
main()
"""
_PROGRAM = (sys.executable, "-P", "-c", _CODE)
_ALLOWED = {
    (cls.__module__, cls.__qualname__): cls
    for cls in (Recording, AudioTrack, VideoTrack, Failure, Fraction, type(Path()))
}


class ProbeProcesses:
    """Processes that read headers; one is kept warm, more are started while several threads ask at once.

    `program` is what is started, `memory` how many bytes it may have. Safe to use from several threads.
    """

    def __init__(self, program: Sequence[str] = _PROGRAM, memory: int = MEMORY_BYTES) -> None:
        self._program = program
        self._memory = memory
        self._idle: list[_Child] = []
        self._lock = threading.Lock()

    def read(self, path: Path, *, levels: bool, deadline_s: int) -> Recording:
        """What `path` holds, read within `deadline_s` seconds.

        Raises the `MediaError` that says what is wrong with it, among them `ProbeError` where the process died of
        the file and `StalledError` where it gave no answer in time, and `ProbeStartError`.
        """
        request = Request(path.absolute(), levels, deadline_s)
        with self._lock:
            child = self._idle.pop() if self._idle else None
        reused = child is not None
        if child is None:
            child = _Child(self._program, self._memory)
        try:
            try:
                reply = child.ask(request)
            except _DiedError:
                if not reused:
                    raise
                # A file before this one may have damaged its memory: only a fresh process shows whose fault it is.
                child.close()
                child = _Child(self._program, self._memory)
                reply = child.ask(request)
        except _DiedError:
            why = child.close()
            raise ProbeError(
                path,
                f"the process that reads headers died of it ({why}).",
                cure="It is damaged or hostile: try `ffmpeg -i FILE -c copy NEW.mkv`, or leave it out.",
            ) from None
        except TimeoutError:
            child.close()
            raise StalledError(
                path,
                f"its header could not be read in {deadline_s} s.",
                cure="Copy it to a local disk first; if that does not help, it is damaged.",
            ) from None
        except BaseException:
            # Interrupted while it works: its answer would be taken for that of the next question.
            child.close()
            raise
        self._keep(child)
        if isinstance(reply, Failure):
            raise _error(reply, path)
        return reply

    def close(self) -> None:
        """End the idle processes; the next question starts a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def forget(self) -> None:
        """In a forked process: the children are the parent's, and two may not share one connection."""
        self._lock = threading.Lock()
        self._idle = []

    def _keep(self, child: _Child) -> None:
        with self._lock:
            if not self._idle:
                self._idle.append(child)
                return
        child.close()


class _DiedError(Exception):
    """The process ended instead of answering."""


class _Child:
    """One process and the connection to it. Raises `ProbeStartError` where it does not start."""

    def __init__(self, program: Sequence[str], memory: int) -> None:
        ours, theirs = Pipe()
        self._connection: Connection[Request, bytes] = ours
        self._memory = memory
        # One frame needs no threads, and each of them would reserve memory.
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            try:
                # Its own session: Ctrl-C reaches us alone.
                self._process = subprocess.Popen(
                    [*program, str(theirs.fileno()), str(memory)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    env=environment,
                )
            except OSError as error:
                ours.close()
                raise ProbeStartError(f"{program[0]} does not start: {error}.") from error
        try:
            self._receive(START_TIMEOUT_S)
        except (_DiedError, TimeoutError):
            why = self.close()
            raise ProbeStartError(
                f"The process that reads headers does not start ({why}).",
                cure=f"`{program[0]} -c 'import chunkers.demuxing'` shows why.",
            ) from None
        except BaseException:
            self.close()
            raise

    def ask(self, request: Request) -> Answer:
        """Its answer. Raises `_DiedError`, and `TimeoutError` after the request's deadline."""
        try:
            self._connection.send(request)
        except OSError:
            raise _DiedError from None
        reply = self._receive(request.deadline_s)
        if reply is None:
            raise _DiedError
        return reply

    def _receive(self, timeout_s: float) -> Answer | None:
        try:
            if not self._connection.poll(timeout_s):
                raise TimeoutError
            return _loads(self._connection.recv_bytes())
        except (EOFError, ConnectionError, pickle.UnpicklingError):
            raise _DiedError from None

    def close(self) -> str:
        """End it; gives how it ended, in words. Safe to call twice."""
        self._connection.close()
        try:
            # A process that has crashed or been closed ends at once; one that hangs does not.
            code = self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return "it did not answer"
        if code == errno.ENOMEM:
            return f"it needed more than {self._memory >> 20} MiB of memory"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


class _Unpickler(pickle.Unpickler):
    """Makes only what an answer holds: the other end has met bytes that nobody has checked."""

    def find_class(self, module: str, name: str) -> type:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer") from None


def _loads(data: bytes) -> Answer | None:
    reply = _Unpickler(io.BytesIO(data)).load()
    if reply is not None and not isinstance(reply, Recording | Failure):
        raise pickle.UnpicklingError("no answer")
    return reply


def _error(failure: Failure, path: Path) -> MediaError:
    kinds = {kind.__name__: kind for kind in MediaError.__subclasses__()}
    return kinds.get(failure.error, ProbeError)(path, failure.what, cure=failure.cure)


shared = ProbeProcesses()
"""The processes of `chunkers.probe`."""
atexit.register(shared.close)
os.register_at_fork(after_in_child=shared.forget)
