"""A recording being decoded: an iterator of chunks, and afterwards the truth about the damage."""

from __future__ import annotations

import signal
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Generic, Self, TypeVar

from chunkers.errors import ChangedError, DecodeError
from chunkers.ffmpeg import Child
from chunkers.identity import content_id
from chunkers.readahead import ReadAhead
from chunkers.recording import Recording
from chunkers.spans import TICKS_PER_SECOND, Span, stamp, to_ticks

T = TypeVar("T")

TRUNCATION_S = 1.0
"""How much shorter than its header a recording may decode and still pass as whole: encoders round to their
frames and count the padding."""


DROPPED_S = 0.5
"""How much sound may be left out, a tenth of a second at a time where clocks drift, before it is named."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of a decode pass, against what the header promised. Durations are in ticks."""

    duration: int
    header: int
    """0: the header does not say."""
    error_lines: int
    """Lines that ffmpeg wrote about damage."""
    errors: tuple[str, ...]
    """The first of them."""
    truncated: bool
    notes: tuple[str, ...]
    """What a report should tell its reader, in words."""
    unread: int = 0
    """Bytes at the end of the file that nothing has read; `header` counts the time they are likely to last."""

    @property
    def missing(self) -> Span | None:
        """The part that the header promised and that did not decode."""
        return Span(self.duration, self.header) if self.truncated else None


_READ_WHOLE = {"flv", "tta", "wv"}
"""Containers without a size that says where they end: a decoder that stops early has met something else."""


def judge(
    child: Child, duration: int, header: int, recording: Recording, *, exact: bool, notes: Sequence[str] = ()
) -> Decoded:
    """The report of a pass of `child` that gave `duration` of `header` ticks of `recording`; `notes` come first.

    `exact`: whether the header counts time; a duration that is guessed from the bit rate proves nothing. Bytes that
    nothing has read are missing for as long as such bytes last elsewhere in the file.
    """
    unread = recording.unread or _unread(child, recording)
    runaway = runs_away(duration, header, recording)
    start = recording.size - unread
    if unread:
        header = duration + max(round(duration * unread / max(start, 1)), to_ticks(TRUNCATION_S) + 1)
        exact = True
    short = header - duration > to_ticks(TRUNCATION_S)
    found = list(notes)
    if recording.read_on:
        found.append("The size in its header is too small: it was read to the end of the file.")
    if unread:
        found.append(
            f"From about byte {start:,} on, the file holds another recording ({unread:,} bytes), which was not heard. "
            "Cut it out and hear it on its own."
        )
    elif short and exact:
        found.append(f"Truncated: {stamp(duration)} of {stamp(header)} could be decoded.")
    elif short:
        found.append(f"{stamp(duration)} could be decoded; the header guesses {stamp(header)}.")
    if child.error_lines:
        found.append(f"Damaged: the decoder wrote {child.error_lines} line(s) of errors; the first: {child.errors[0]}")
    if child.dropped > to_ticks(DROPPED_S):
        seconds = child.dropped / TICKS_PER_SECOND
        found.append(f"{seconds:.1f} s of sound were left out: their time stamps overlap what came before them.")
    if runaway:
        found.append("The time stamps are damaged: it was stopped where it ran far beyond its header.")
    elif child.returncode:
        found.append(f"ffmpeg ended with status {child.returncode}.")
    return Decoded(duration, header, child.error_lines, tuple(child.errors), short and exact, tuple(found), unread)


def _unread(child: Child, recording: Recording) -> int:
    """The bytes behind the place where the decoder stopped, of a container in which none should be."""
    lone = len(recording.audio) == 1 and not recording.video and recording.container in _READ_WHOLE
    if not lone or child.read_bytes is None:
        return 0
    return max(0, recording.size - child.read_bytes)


RUNAWAY_S = 3600
"""How far a decode may pass twice its header before its time stamps are taken to be damaged."""

LEAST_RATE = 1000
"""Bytes a second: hardly any sound is stored in less."""


def runs_away(decoded: int, header: int, recording: Recording) -> bool:
    """Whether damaged time stamps make silence without end: ffmpeg fills any gap, a million hours too.

    A header may speak of the first of many parts; sound alone is then believed as far as its bytes may reach.
    """
    reach = 0 if recording.video else to_ticks(Fraction(recording.size, LEAST_RATE))
    return decoded > max(reach, 2 * header + to_ticks(RUNAWAY_S if header else 168 * 3600))


def check_end(child: Child, recording: Recording, *, gave: bool, stopped: bool, what: str) -> None:
    """Raises `DecodeError` where the end of what came is not the end of the recording, or nothing came at all, and
    `ChangedError` where the file is another one by now.

    `stopped`: we ended the child ourselves.
    """
    if not stopped and child.returncode in {-signal.SIGKILL, -signal.SIGTERM}:
        # Not the file's fault: another try may go on. A last window would own less than it should.
        raise DecodeError(recording.path, "ffmpeg was killed.", cure="Try again; was there enough memory?")
    if not gave:
        if child.returncode is not None and child.returncode < 0:
            crash = signal.Signals(-child.returncode).name
            cure = "Name another ffmpeg (media.ffmpeg); if that one crashes too, the file is damaged."
            raise DecodeError(recording.path, f"ffmpeg crashed before it gave anything ({crash}).", cure=cure)
        said = "; ".join(child.errors[:3]) or f"exit status {child.returncode}"
        raise DecodeError(recording.path, f"no {what} could be decoded ({said}).", cure="Is the file damaged?")
    _check_unchanged(recording)


def _check_unchanged(recording: Recording) -> None:
    """Raises `ChangedError` where the file is no longer the one that was probed."""
    try:
        status = recording.path.stat()
        same = (status.st_size, status.st_mtime_ns) == (recording.size, recording.modified_ns)
        # A date alone may change: only another content is another recording.
        if same or not recording.modified_ns or content_id(recording.path) == recording.content_id:
            return
    except OSError:
        return  # it was read to its end before it was taken away
    raise ChangedError(
        recording.path, "was changed while it was read.", cure="Start again once nothing writes to it any more."
    )


class Decoding(Generic[T]):
    """The chunks of one recording, in order, made by one ffmpeg child that runs a few chunks ahead.

    An iterator and a context manager. Leaving it on any way (the end, `close`, an exception, Ctrl-C, being
    forgotten, the end of the interpreter) leaves neither child nor thread behind.

    Raises, while iterated, `StalledError` where the source stalls, `DecodeError` where nothing could be decoded or the
    child was killed, and `ChangedError` where the file was changed meanwhile. What was decoded before is given first,
    in whole chunks.
    """

    def __init__(self, child: Child, chunks: Iterator[T], report: Callable[[], Decoded], read_ahead: int) -> None:
        try:
            self._chunks = ReadAhead(chunks, read_ahead, child.kill)
        except BaseException:
            child.close()
            raise
        self._report = report
        self._exhausted = False
        # Holds no reference to self, so that a forgotten decoding is collected and closed.
        self._finalizer = weakref.finalize(self, _close, self._chunks, child)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        try:
            return next(self._chunks)
        except StopIteration:
            self._exhausted = self._exhausted or self._finalizer.alive
            self.close()
            raise
        except BaseException:
            self.close()
            raise

    @property
    def report(self) -> Decoded:
        """How the pass went; known once every chunk was taken, a `RuntimeError` before."""
        if not self._exhausted:
            raise RuntimeError("the report is known once every chunk was taken")
        return self._report()

    def close(self) -> None:
        """End the child and the thread. Safe to call twice."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _close(chunks: ReadAhead[T], child: Child) -> None:
    chunks.close()
    child.close()
