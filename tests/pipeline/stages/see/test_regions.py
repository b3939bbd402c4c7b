"""What is to be read again: all that changed, whole lines only, and no more than it must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.models.protocol import Box
from pipeline.stages.see.boxes import area, touches
from pipeline.stages.see.regions import BLOCK_PX, cost, regions


def mask(size: tuple[int, int], *boxes: Box) -> NDArray[np.bool_]:
    """The blocks of a picture that boxes of pixels touch."""
    changed = np.zeros((-(-size[0] // BLOCK_PX), -(-size[1] // BLOCK_PX)), bool)
    for left, top, right, bottom in boxes:
        changed[top // BLOCK_PX : -(-bottom // BLOCK_PX), left // BLOCK_PX : -(-right // BLOCK_PX)] = True
    return changed


@st.composite
def scenes(draw: st.DrawFn) -> tuple[tuple[int, int], list[Box], list[Box]]:
    """A size, changed boxes and known lines."""
    size = draw(st.integers(20, 720)), draw(st.integers(20, 1280))

    def box(widest: int, highest: int) -> st.SearchStrategy[Box]:
        return st.builds(
            lambda left, top, wide, high: (left, top, min(left + wide, size[1]), min(top + high, size[0])),
            st.integers(0, size[1] - 1), st.integers(0, size[0] - 1), st.integers(1, widest), st.integers(1, highest),
        )  # fmt: skip

    return size, draw(st.lists(box(200, 60), max_size=5)), draw(st.lists(box(500, 40), max_size=8))


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_all_that_changed_and_whole_lines_only(scene: tuple[tuple[int, int], list[Box], list[Box]]) -> None:
    size, changes, lines = scene
    found = regions(mask(size, *changes), size, lines)
    assert bool(found) == bool(changes)
    seen = np.zeros(size, int)
    for left, top, right, bottom in found:
        assert 0 <= left < right <= size[1]
        assert 0 <= top < bottom <= size[0]
        seen[top:bottom, left:right] += 1
    assert seen.max() <= 1, "no part is read twice"
    assert all(seen[top:bottom, left:right].all() for left, top, right, bottom in changes)
    for left, top, right, bottom in lines:
        part = seen[top:bottom, left:right]
        assert part.all() or not part.any()
    assert cost(found, lines) <= cost([(0, 0, size[1], size[0])], lines)
    assert found == regions(mask(size, *changes), size, lines)


def test_a_digit_that_changed_is_read_with_its_line_and_without_the_slide() -> None:
    clock, slide = (40, 20, 300, 50), (100, 400, 1100, 440)
    (box,) = regions(mask((720, 1280), (280, 24, 296, 48)), (720, 1280), [clock, slide])
    assert box[0] <= clock[0]
    assert box[2] >= clock[2]
    assert not touches(box, slide)
    assert area(box) < 0.05 * 720 * 1280


def test_what_lies_far_apart_is_read_apart() -> None:
    assert len(regions(mask((720, 1280), (10, 10, 60, 30), (1200, 690, 1260, 710)), (720, 1280), [])) == 2


def test_few_lines_in_half_the_picture_are_read_whole_and_many_elsewhere_are_not() -> None:
    """To look for lines in a large part costs as much as in the whole, which is shrunk more; to read them does not."""
    beside = [(800, top, 1200, top + 20) for top in range(40, 700, 25)]
    changed = mask((720, 1280), (0, 0, 640, 640))
    assert regions(changed, (720, 1280), []) == [(0, 0, 1280, 720)]
    (box,) = regions(changed, (720, 1280), beside)
    assert box[2] < 800


def test_letters_of_a_new_line_are_read_together() -> None:
    letters = [(left, 300, left + 10, 320) for left in range(100, 400, 32)]
    assert len(regions(mask((720, 1280), *letters), (720, 1280), [])) == 1


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_a_new_scene_is_read_whole(share: float) -> None:
    assert regions(mask((720, 1280), (0, 0, int(1280 * share), 720)), (720, 1280), []) == [(0, 0, 1280, 720)]


def test_many_small_changes_everywhere_are_read_whole() -> None:
    dots = [(x, y, x + 1, y + 1) for x in range(8, 1280, 100) for y in range(8, 720, 100)]
    assert regions(mask((720, 1280), *dots), (720, 1280), []) == [(0, 0, 1280, 720)]
