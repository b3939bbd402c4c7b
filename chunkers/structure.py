"""Where the sizes that a file tells of itself end, and whether more is behind: a recording that was joined to it, or
the rest of one whose size was told wrong. Sizes of 32 bits begin anew at 4 GiB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

_LEAST_BYTES = 4096
"""Less than this behind the end is padding or a tag."""
_STREAMED = {0, 0xFFFFFFFF}
"""Sizes by which a WAV says that its writer did not know; it is read to its end then."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the sizes in a file say."""

    read_on: bool = False
    """The size of a WAV's sound is too small, and what is behind it is of the same kind."""
    unread: int = 0
    """How many bytes at the end no demuxer reads."""
    length: Fraction | None = None
    """How long the file is, in seconds, where it is read on; None: its header is right, or nothing better is known."""
    times: Fraction = Fraction(1)
    """How much larger the file is than its first part, where another one of its kind is read behind it."""


def structure(path: Path) -> Structure:
    """What the sizes in `path` say. Raises `OSError`."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(12)
        if head[:4] in {b"RIFF", b"RF64"} and head[8:] == b"WAVE":
            return _wav(file, size)
        if head[:4] == b"FORM":
            end = 8 + int.from_bytes(head[4:8], "big")
            return Structure(unread=size - end if size - end >= _LEAST_BYTES else 0)
        if head[4:8] == b"ftyp":
            second = _second_film(file, size)
            return Structure(unread=size - second if second else 0)
        if head.startswith(_EBML):
            return Structure(times=Fraction(size, _second_segment(file, size) or size))
    return Structure()


def _wav(file: BinaryIO, size: int) -> Structure:
    kinds: list[bytes] = []
    start = end = 0
    while end < size:
        file.seek(end)
        if file.read(4) not in {b"RIFF", b"RF64"}:
            break
        kind, behind = _wav_part(file, end, size)
        if behind is None:
            return Structure()
        kinds.append(kind)
        start, end = start or behind, behind
    if len(set(kinds)) > 1:
        return Structure(unread=size - start)
    rate = int.from_bytes(kinds[0][8:12], "little")
    if (size - end >= _LEAST_BYTES or len(kinds) > 1) and rate:
        # A header amid the sound is heard as a click of a few milliseconds; another kind would be heard as noise.
        return Structure(read_on=True, length=Fraction(size, rate))
    return Structure()


def _wav_part(file: BinaryIO, start: int, size: int) -> tuple[bytes, int | None]:
    """Of the WAV at `start`: its kind, and where its chunks end; None where the writer knew no size."""
    kind, long_size, at = b"", 0, start + 12
    while at + 8 <= size:
        file.seek(at)
        name, length = file.read(4), int.from_bytes(file.read(4), "little")
        if name in {b"RIFF", b"RF64"} or not all(32 <= byte < 127 for byte in name):
            break
        if name != b"data" and at + 8 + length > size:  # sound that looks like a name
            break
        if name == b"ds64":
            long_size = int.from_bytes(file.read(16)[8:], "little")
        elif name == b"fmt ":
            kind = file.read(min(length, 64))
        elif name == b"data":
            if length in _STREAMED and not long_size:
                return kind, None
            length = long_size or length
        at += 8 + length + length % 2
    return kind, min(at, size)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """The name and place of each box of an MP4, as far as their sizes hold."""
    at = 0
    while at + 16 <= size:
        file.seek(at)
        length, name = int.from_bytes(file.read(4), "big"), file.read(4)
        if length == 1:
            length = int.from_bytes(file.read(8), "big")
        yield name, at
        if length < 8:  # 0: to the end
            return
        at += length


def _second_film(file: BinaryIO, size: int) -> int | None:
    """Where a second MP4 begins, which is never read; one in fragments is read to its end."""
    seen = set()
    for name, at in _boxes(file, size):
        if name == b"ftyp" and b"moov" in seen and b"moof" not in seen:
            return at
        seen.add(name)
    return None


_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"


def _second_segment(file: BinaryIO, size: int) -> int | None:
    """Where another Matroska follows the first; None too where that does not say how long it is."""
    at = 0
    for magic in (_EBML, _SEGMENT):
        if at >= size:  # a length may be larger than any place that can be sought
            return None
        file.seek(at)
        head = file.read(12)
        width = 9 - head[4].bit_length() if len(head) == 12 and head[4] else 0
        if not head.startswith(magic) or not width:
            return None
        length = int.from_bytes(head[4 : 4 + width], "big") - (1 << 7 * width)
        if length == (1 << 7 * width) - 1:
            return None
        at += 4 + width + length
    file.seek(min(at, size))
    return at if file.read(4) == _EBML else None
