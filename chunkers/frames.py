"""How large frames are, and where one scene ends."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
"""(n, height, width, 3), RGB."""

PATCH_PX = 48
BUDGETS = (70, 140, 280, 560, 1120)
"""Patches a frame may have: the soft tokens that the model spends on it."""


def frame_size(width: int, height: int, budget: int, patch_px: int = PATCH_PX) -> tuple[int, int]:
    """The (width, height) at which a `width` x `height` picture fills at most `budget` patches of `patch_px`.

    Multiples of `patch_px`, the aspect kept to within a patch. The picture is scaled to the budget and rounded down,
    as the model's own processor does, so that it finds nothing left to resize.
    """
    if width < 1 or height < 1 or budget < 1:
        raise ValueError(f"no size for {width}x{height} in {budget} patches")
    columns = math.floor(math.sqrt(budget * width / height))
    rows = math.floor(math.sqrt(budget * height / width))
    # A picture narrower than one patch of the budget gets a whole one, and its length is bounded by the budget.
    columns, rows = max(1, min(columns, budget)), max(1, min(rows, budget))
    return columns * patch_px, rows * patch_px


def scene_changes(frames: Frames) -> NDArray[np.float64]:
    """How much each of n frames differs from the one before: n - 1 values in [0, 1], the mean of the colours.

    Every eighth pixel is enough: a new scene changes them all.
    """
    small = frames[:, ::8, ::8].astype(np.float64) / 255
    changes: NDArray[np.float64] = np.abs(np.diff(small, axis=0)).mean(axis=(1, 2, 3))
    return changes


def scene_cut(frames: Frames, first: int, threshold: float) -> int | None:
    """The frame, at or behind number `first`, that begins a new scene; the clearest one, None where there is none.

    A change counts when it is above `threshold` and three times the usual change among `frames`: in a picture that
    moves all the time, nothing is a cut.
    """
    first = max(first, 1)
    if len(frames) <= first:
        return None
    changes = scene_changes(frames)
    clearest = int(np.argmax(changes[first - 1 :])) + first
    change = changes[clearest - 1]
    return clearest if change >= threshold and change >= 3 * np.median(changes) else None


BLOCK_PX = 16
"""The side of the squares by which two pictures are compared."""

BLOCK_CHANGE = (4.0, 10.0)
"""Grey levels by which a square changes, at least: the first; in noise more, up to the second."""


def changed_blocks(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which squares of `BLOCK_PX` differ between two grey pictures of one size (h, w): (ceil(h/16), ceil(w/16)).

    A square differs where its grey levels do by more than `BLOCK_CHANGE` in the mean, or by a third more than most
    squares: in noise they all do.

    Measured on H.264 at 720p (crf 23 to 35, a still scene with and without a camera's noise): squares in which nothing
    happened change by up to 3.4, with much noise by up to 8.4 where most change by 6.5; a digit of 18 px that becomes
    another one by 4.2 to 40 where it is clear to see, and by up to 3.8 where it is 20 grey levels off its background:
    such text, and a dot that becomes a colon, may be missed.
    """
    # uint8 throughout: four times as fast as signed differences.
    difference = np.maximum(before, after) - np.minimum(before, after)
    rows = np.arange(0, difference.shape[0], BLOCK_PX)
    columns = np.arange(0, difference.shape[1], BLOCK_PX)
    sums = np.add.reduceat(np.add.reduceat(difference, rows, axis=0, dtype=np.uint16), columns, axis=1, dtype=np.uint32)
    heights = np.diff(np.append(rows, difference.shape[0]))
    widths = np.diff(np.append(columns, difference.shape[1]))
    means = sums / np.outer(heights, widths)
    least, most = BLOCK_CHANGE
    changed: NDArray[np.bool_] = means > np.clip(1.35 * np.median(means), least, most)
    return changed
