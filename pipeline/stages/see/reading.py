"""Read the pictures of a segment, one after the other, and of each only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.models.protocol import Box, Reader, ReadLine
from pipeline.stages.see.boxes import moved, touches
from pipeline.stages.see.regions import regions, whole_lines
from pipeline.stages.see.tracks import Reading, tracks
from pipeline.store.structs import ScreenText

Grey = NDArray[np.uint8]
"""(height, width)."""

ChangedBlocks = Callable[[Grey, Grey], NDArray[np.bool_]]
"""From a picture and the next to a mask of the 16x16 blocks that changed."""

_EDGE_PX = 2
_ASIDE = 12
"""Heights that a line is looked for behind the edge of what was read: about 25 letters."""


class Picture(Protocol):
    """A picture of a segment."""

    @property
    def at(self) -> int:
        """Its moment, ticks."""
        ...

    @property
    def gray(self) -> Grey:
        """Its brightness."""
        ...


def read_segment(
    pictures: Iterable[Picture], reader: Reader, changed_blocks: ChangedBlocks, end: int
) -> list[ScreenText]:
    """The texts of a segment that ends at `end` (ticks), each from the first picture that shows it to the last.

    `pictures` in order of time; those that show nothing new may be left out. One picture is held at a time, and one
    of what was read. Raises what `reader` raises.
    """
    return tracks(_readings(pictures, reader, changed_blocks), end)


def _readings(pictures: Iterable[Picture], reader: Reader, changed_blocks: ChangedBlocks) -> Iterator[Reading]:
    seen: Grey | None = None
    known: tuple[ReadLine, ...] = ()
    for picture in pictures:
        now = picture.gray
        size = (now.shape[0], now.shape[1])
        if seen is None or seen.shape != now.shape:
            boxes, seen = [(0, 0, size[1], size[0])], now.copy()
        else:
            boxes = regions(changed_blocks(seen, now), size, [line.box for line in known])
        kept, read, done = _updated(now, boxes, known, reader)
        for left, top, right, bottom in done:
            # Each part is compared with how it was when it was read: what fades in slowly changes at last.
            seen[top:bottom, left:right] = now[top:bottom, left:right]
        known = kept + read
        yield Reading(picture.at, kept, read)


def _updated(
    picture: Grey, boxes: Sequence[Box], known: Sequence[ReadLine], reader: Reader
) -> tuple[tuple[ReadLine, ...], tuple[ReadLine, ...], list[Box]]:
    """The lines that are still there, those that are read in `boxes` of `picture`, and the boxes that were read.

    Where a line goes on behind the edge of its box, a wider one is read, once.
    """
    size = (picture.shape[0], picture.shape[1])
    found = {box: _lines(picture, box, reader) for box in boxes}
    further = [_further(line.box, box, size) for box, lines in found.items() for line in lines]
    if any(further):
        wider = whole_lines([*boxes, *filter(None, further)], size, [line.box for line in known])
        found = {box: found[box] if box in found else _lines(picture, box, reader) for box in wider}
    kept = tuple(line for line in known if not any(touches(line.box, box) for box in found))
    return kept, tuple(line for lines in found.values() for line in lines), list(found)


def _lines(picture: Grey, box: Box, reader: Reader) -> list[ReadLine]:
    left, top, right, bottom = box
    lines = reader.read(picture[top:bottom, left:right])
    return [replace(line, box=moved(line.box, left, top)) for line in lines]


def _further(line: Box, box: Box, size: tuple[int, int]) -> Box | None:
    """Where a line that ends at the edge of `box`, but not of the picture, may go on; None where it does not."""
    edges = (0, 0, size[1], size[0])
    cut = [abs(line[n] - box[n]) <= _EDGE_PX and box[n] != edges[n] for n in range(4)]
    high = line[3] - line[1]
    reach = (_ASIDE * high, high, _ASIDE * high, high)
    steps = [step if is_cut else 0 for step, is_cut in zip(reach, cut, strict=True)]
    if not any(steps):
        return None
    return (
        max(0, line[0] - steps[0]),
        max(0, line[1] - steps[1]),
        min(size[1], line[2] + steps[2]),
        min(size[0], line[3] + steps[3]),
    )
