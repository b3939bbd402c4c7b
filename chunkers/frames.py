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

    Measured on H.264 at 720p (crf 23 to 35), a still scene a second later. Squares in which nothing happened changed by
    up to 2.0, in a camera film beside its time code by up to 1.6; with noise of 3 grey levels by up to 3.4, and once by
    6.1 where the codec caught up. A clear digit of 18 px that became another one changed its square by 4.2 to 40. Text
    20 grey levels off its background changed it by up to 2.3, and a dot that became a colon by up to 2.2: these are
    missed. In noise of 6 or more, some squares differ mostly, and so all pictures do.
    """
    # uint8 throughout: four times as fast as signed differences. Borders are filled up: sums of whole squares are fast.
    difference = np.maximum(before, after) - np.minimum(before, after)
    height, width = difference.shape
    over = (-height % BLOCK_PX, -width % BLOCK_PX)
    filled = np.pad(difference, ((0, over[0]), (0, over[1]))) if any(over) else difference
    rows, columns = filled.shape[0] // BLOCK_PX, filled.shape[1] // BLOCK_PX
    sums = filled.reshape(rows, BLOCK_PX, -1).sum(1, dtype=np.uint16).reshape(rows, columns, BLOCK_PX).sum(2)
    heights = np.minimum(BLOCK_PX, height - BLOCK_PX * np.arange(rows))
    widths = np.minimum(BLOCK_PX, width - BLOCK_PX * np.arange(columns))
    means = sums / np.outer(heights, widths)
    least, most = BLOCK_CHANGE
    changed: NDArray[np.bool_] = means > np.clip(1.35 * np.median(means), least, most)
    return changed
