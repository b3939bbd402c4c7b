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
