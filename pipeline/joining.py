"""Where the files of one long recording, such as a camera's numbered segments, lie on its clock. Pure planning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND, Span

TOUCHING = 2 * TICKS_PER_SECOND
"""Ticks by which a file may begin early or late and still follow the one before: names know seconds only."""

_MOMENT = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_. T]{0,3}(\d\d)[-_.:hH]?(\d\d)(?:[-_.:mM]?(\d\d))?(?!\d{3,})"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """One file, and the span that it has on the common clock."""

    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class Placing:
    """All files in order of time, and what was decided about them, in words."""

    files: tuple[Placed, ...]
    notes: tuple[str, ...]

    @property
    def gaps(self) -> list[Span]:
        """Stretches that no file holds."""
        pairs = pairwise(self.files)
        return [Span(one.span.end, two.span.start) for one, two in pairs if two.span.start > one.span.end]


def moment(name: str) -> datetime | None:
    """The date and time of day in a file's name, such as `cam1_2026-03-14_22-05-00.mp4`; None where it has none."""
    for match in _MOMENT.finditer(name):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            continue
    return None


def natural(path: Path) -> list[tuple[int, str]]:
    """A key that puts `part10` behind `part9`."""
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", path.name.casefold())]


def placed(lengths: Sequence[tuple[Path, int]]) -> Placing:
    """The files with their lengths in ticks, put on one clock that begins with the first of them.

    Where every name holds a date and time of day, they say when a file begins; else the files follow each other in the
    order of their numbers. A file that would begin before the one before it ends is put behind that.
    """
    moments = {path: moment(path.name) for path, _ in lengths}
    known = {path: at for path, at in moments.items() if at is not None}
    timed = len(known) == len(moments) and len(set(known.values())) == len(known)
    ordered = sorted(lengths, key=lambda one: (known[one[0]], one[0].name) if timed else natural(one[0]))
    files: list[Placed] = []
    how = "in the order of the times in their names" if timed else "one behind the other, in the order of their names"
    notes = [how]
    end = 0
    for path, length in ordered:
        start = end
        if timed and files:
            asked = round((known[path] - known[ordered[0][0]]).total_seconds()) * TICKS_PER_SECOND
            if asked < end - TOUCHING:
                notes.append(f"{path.name} would begin before the file before it ends: it is put behind that")
            start = asked if asked > end + TOUCHING else end
        files.append(Placed(path, Span(start, start + length)))
        end = start + length
    return Placing(tuple(files), tuple(notes))
