"""Rectangles in a picture."""

from __future__ import annotations

from pipeline.models.protocol import Box


def area(box: Box) -> int:
    """Its pixels."""
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def touches(one: Box, other: Box) -> bool:
    """Whether the two share a pixel."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def around(one: Box, other: Box) -> Box:
    """The smallest box that holds both."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def grown(box: Box, by: int, size: tuple[int, int]) -> Box:
    """`box` with `by` pixels more on every side, inside a picture of `size` (height, width)."""
    height, width = size
    return max(0, box[0] - by), max(0, box[1] - by), min(width, box[2] + by), min(height, box[3] + by)


def moved(box: Box, right: int, down: int) -> Box:
    """`box` so many pixels further right and down."""
    return box[0] + right, box[1] + down, box[2] + right, box[3] + down


def shared(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The share of the shorter of two intervals that lies in the other: 0 where they are apart, 1 inside."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, common) / max(1, min(one[1] - one[0], other[1] - other[0]))


def across(box: Box) -> tuple[int, int]:
    """From its left to its right."""
    return box[0], box[2]


def upright(box: Box) -> tuple[int, int]:
    """From its top to its bottom."""
    return box[1], box[3]


def same_place(one: Box, other: Box) -> bool:
    """Whether two lines stand in the same place: on the same row, and one over the other for most of the shorter.

    Not the share of their union: a counter that goes from 9 to 10 000 stays in its place.
    """
    return shared(upright(one), upright(other)) >= 0.6 and shared(across(one), across(other)) >= 0.6
