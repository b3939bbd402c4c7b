"""Reading only what changed finds what reading everything finds, with far less to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Box, Image, Reader, ReadLine
from pipeline.models.reader.rapid import RapidReader
from pipeline.stages.see.reading import read_segment
from pipeline.stages.see.tracks import ScreenText
from tests.pipeline.models.drawing import Piece, drawn

SECOND = TICKS_PER_SECOND
SLIDE: list[Piece] = [("Quarterly results", 60, 60, 30), ("Costs fell by 12 percent", 60, 130, 22)]


@dataclass(frozen=True)
class Shown:
    """A picture of a segment."""

    at: int
    gray: Image


def changed_blocks(before: Image, after: Image) -> NDArray[np.bool_]:
    """The 16x16 blocks in which a pixel differs."""
    differs = np.pad(before != after, [(0, -side % 16) for side in before.shape])
    return differs.reshape(differs.shape[0] // 16, 16, -1, 16).any(axis=(1, 3))


def everything(before: Image, after: Image) -> NDArray[np.bool_]:
    """All blocks, whatever changed."""
    return np.ones_like(changed_blocks(before, after))


class Counting:
    """A reader that knows how many pixels it was given."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.pixels = reader, 0

    @property
    def name(self) -> str:
        return self._reader.name

    def read(self, image: Image) -> list[ReadLine]:
        self.pixels += image.shape[0] * image.shape[1]
        return self._reader.read(image)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return RapidReader()


def film(*pictures: Sequence[Piece]) -> list[Shown]:
    """A picture a second."""
    return [Shown(n * SECOND, drawn(pieces)) for n, pieces in enumerate(pictures)]


def brief(texts: Sequence[ScreenText]) -> list[tuple[str, int, int]]:
    """Text without its spaces, first and last second, in the order of the words."""
    return sorted((text.text.replace(" ", ""), text.start // SECOND, text.end // SECOND) for text in texts)


def test_a_clock_over_slides(reader: Reader) -> None:
    clocks = [(f"12:00:{second:02d}", 480, 320, 20) for second in range(57, 60)] + [("12:01:00", 480, 320, 20)]
    second_slide: list[Piece] = [("Outlook", 60, 60, 30)]
    pictures = film(*([clock, *(SLIDE if n < 3 else second_slide)] for n, clock in enumerate(clocks)))
    counted, all_of_it = Counting(reader), Counting(reader)
    found = read_segment(pictures, counted, changed_blocks, 5 * SECOND)
    assert brief(found) == [
        ("12:00:57", 0, 1), ("12:00:58", 1, 2), ("12:00:59", 2, 3), ("12:01:00", 3, 5),
        ("Costsfellby12percent", 0, 3), ("Outlook", 3, 5), ("Quarterlyresults", 0, 3),
    ]  # fmt: skip
    assert found == read_segment(pictures, reader, changed_blocks, 5 * SECOND)
    assert brief(read_segment(pictures, all_of_it, everything, 5 * SECOND)) == brief(found)
    assert counted.pixels < 0.6 * all_of_it.pixels


def test_a_line_that_was_not_known_is_read_whole_though_a_part_of_it_changed(reader: Reader) -> None:
    """The first picture is too faint to be read; in the second one word is written in ink."""
    faint = drawn([("Pressure of the boiler 3.2", 60, 100, 24)])
    first = np.where(faint < 255, 250, 255).astype(np.uint8)
    second = faint.copy()
    pictures = [Shown(0, first), Shown(SECOND, second)]

    def one_word(before: Image, after: Image) -> NDArray[np.bool_]:
        changed = changed_blocks(before, after)
        changed[:, : 300 // 16] = False
        return changed

    found = read_segment(pictures, reader, one_word, 2 * SECOND)
    assert [text.text.replace(" ", "") for text in found if text.end == 2 * SECOND] == ["Pressureoftheboiler3.2"]


class Placed:
    """A reader that says where the ink is: one line around all dark pixels."""

    name = "placed"

    def read(self, image: Image) -> list[ReadLine]:
        rows, columns = np.nonzero(image < 128)
        if not len(rows):
            return []
        box: Box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        return [ReadLine("ink", box, 0.9)]


def test_boxes_are_those_of_the_whole_picture_and_what_is_gone_is_gone() -> None:
    empty = np.full((360, 640), 255, np.uint8)
    inked = empty.copy()
    inked[200:220, 400:460] = 0
    pictures = [Shown(0, empty), Shown(SECOND, inked), Shown(5 * SECOND, empty)]
    assert read_segment(pictures, Placed(), changed_blocks, 9 * SECOND) == [
        ScreenText("ink", SECOND, 5 * SECOND, (400, 200, 460, 220), 0.9)
    ]
    assert read_segment([], Placed(), changed_blocks, 9 * SECOND) == []


def test_what_fades_in_slowly_is_read_at_last() -> None:
    def much(before: Image, after: Image) -> NDArray[np.bool_]:
        return changed_blocks(np.where(abs(before.astype(int) - after) > 30, 0, 255), np.full_like(after, 255))

    fading = [np.full((360, 640), 255, np.uint8) for _ in range(20)]
    for n, picture in enumerate(fading):
        picture[200:220, 400:460] -= np.uint8(10 * n)
    pictures = [Shown(n * SECOND, picture) for n, picture in enumerate(fading)]
    (text,) = read_segment(pictures, Placed(), much, 20 * SECOND)
    assert text.start <= 17 * SECOND


def test_a_picture_of_another_size_is_read_whole() -> None:
    pictures = [Shown(0, np.full((360, 640), 255, np.uint8)), Shown(SECOND, np.zeros((100, 90), np.uint8))]
    (text,) = read_segment(pictures, Placed(), changed_blocks, 2 * SECOND)
    assert text.box == (0, 0, 90, 100)
