"""Which parts of the next picture are to be read: those that changed, widened to the lines they belong to.

A clock changes every second, and to read the whole slide for it would cost as much as to read every picture. But half
a line cannot be read: a part that touches a line known from before takes in the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chunkers.frames import BLOCK_PX
from pipeline.models.protocol import Box
from pipeline.stages.see.boxes import area, around, grown, touches

WHOLE_SHARE = 0.5
"""Share of changed blocks above which the picture is read whole, whatever the lines."""

_MARGIN_PX = 16
"""The reader wants some paper around a line."""

_LEAST_PX = 64
_NARROWEST = 6
"""A region is at least so many pixels high and wide, and no side is shorter than a sixth of the other."""

_LOOKING_PX = 736
_CALL = 6_000
_LINE = 64_000
"""What reading costs, in pixels in which lines are looked for: a picture is shrunk to so many on its longest side, each
call has its own price, and so has each line; measured with the embedded reader, to within a third."""


def cost(boxes: Sequence[Box], known: Sequence[Box]) -> float:
    """What it costs to read `boxes`, if the `known` lines are still there."""
    looking = sum(area(box) * min(1.0, _LOOKING_PX / max(box[2] - box[0], box[3] - box[1])) ** 2 for box in boxes)
    lines = sum(any(touches(line, box) for box in boxes) for line in known)
    return looking + _CALL * len(boxes) + _LINE * lines


def regions(changed: NDArray[np.bool_], size: tuple[int, int], known: Sequence[Box]) -> list[Box]:
    """The boxes to read, apart from one another, from top to bottom; none where nothing changed.

    `changed`: a mask of the picture's blocks; `size`: its height and width; `known`: the lines in the picture before.
    Every changed pixel lies in a box, every known line wholly in one or wholly outside of all.
    """
    if changed.mean() > WHOLE_SHARE:
        return [(0, 0, size[1], size[0])]
    return whole_lines([grown(box, _MARGIN_PX, size) for box in _groups(changed, size)], size, known)


def whole_lines(boxes: Sequence[Box], size: tuple[int, int], known: Sequence[Box]) -> list[Box]:
    """`boxes` widened to the lines that they touch, and put apart; the whole picture where that costs no more."""
    whole = [(0, 0, size[1], size[0])]
    before: list[Box] = []
    now = list(boxes)
    while now != before:
        before, now = now, _apart([_widened(_with_lines(box, known, size), size) for box in now])
        if cost(now, known) >= cost(whole, known):
            return whole
    return sorted(now, key=lambda box: (box[1], box[0]))


def _groups(changed: NDArray[np.bool_], size: tuple[int, int]) -> list[Box]:
    """A box around each group of changed blocks that touch, or have one block between them."""
    waiting = {(int(row), int(column)) for row, column in np.argwhere(changed)}
    boxes = []
    while waiting:
        found, edge = [], [waiting.pop()]
        while edge:
            row, column = edge.pop()
            found.append((row, column))
            near = {(row + down, column + right) for down in range(-2, 3) for right in range(-2, 3)} & waiting
            waiting -= near
            edge.extend(near)
        rows, columns = zip(*found, strict=True)
        box = (min(columns), min(rows), max(columns) + 1, max(rows) + 1)
        boxes.append(
            (
                box[0] * BLOCK_PX,
                box[1] * BLOCK_PX,
                min(box[2] * BLOCK_PX, size[1]),
                min(box[3] * BLOCK_PX, size[0]),
            )
        )
    return boxes


def _with_lines(box: Box, known: Sequence[Box], size: tuple[int, int]) -> Box:
    for line in known:
        if touches(box, line):
            # A line that lies inside already asks for no more margin: else the box would grow for ever.
            box = around(box, line if around(box, line) == box else grown(line, _MARGIN_PX, size))
    return box


def _widened(box: Box, size: tuple[int, int]) -> Box:
    """`box` as high and wide as the reader wants it."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    left, right = _stretched(left, right, max(_LEAST_PX, high // _NARROWEST), size[1])
    top, bottom = _stretched(top, bottom, max(_LEAST_PX, wide // _NARROWEST), size[0])
    return left, top, right, bottom


def _stretched(low: int, high: int, least: int, limit: int) -> tuple[int, int]:
    """An interval of at least `least`, or of all there is, around `low` to `high` and inside 0 to `limit`."""
    missing = min(least, limit) - (high - low)
    if missing <= 0:
        return low, high
    low = min(max(0, low - missing // 2), limit - (high - low) - missing)
    return low, low + min(least, limit)


def _apart(boxes: Sequence[Box]) -> list[Box]:
    """The boxes, with those that share a pixel made one."""
    apart: list[Box] = []
    for box in sorted(boxes):
        one = box
        while True:
            meeting = [other for other in apart if touches(one, other)]
            if not meeting:
                break
            apart = [other for other in apart if other not in meeting]
            for other in meeting:
                one = around(one, other)
        apart.append(one)
    return sorted(apart)
