"""Which pictures of a segment to keep for people: few, unlike each other, and sharp."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chunkers.frames import changed_blocks
from chunkers.picture_events import BLACK
from chunkers.pictures import Picture

NEW = 0.02
"""The share of the picture that has to differ from every key frame before: more than a clock, less than a caption."""

SIMILAR = 0.1
"""Pictures that differ in less show the same; the sharpest of them is taken."""


def key_frames(pictures: Sequence[Picture], before: Picture | None = None, *, most: int = 3) -> tuple[Picture, ...]:
    """At most `most` of a segment's `pictures`, by time; `before` is the last key frame of the segments before.

    Each is the picture most unlike `before` and those chosen already, or a sharper one that shows the same: so a new
    scene is first, and what merely moves comes after it. None is black, and none is like one that was chosen.
    """
    lit = [picture for picture in pictures if not _black(picture.gray)]
    new = np.full(len(lit), np.inf) if before is None else _differences(before, lit)
    chosen: list[Picture] = []
    while lit and len(chosen) < most and new.max() >= NEW:
        pick = lit[int(new.argmax())]
        from_pick = _differences(pick, lit)
        # The first one has nothing to differ from; a later one must not be more like what was chosen than `pick` is.
        same = [at for at in range(len(lit)) if from_pick[at] < SIMILAR and new[at] >= NEW]
        chosen.append(max((lit[at] for at in same), key=lambda picture: sharpness(picture.gray)))
        new = np.minimum(new, np.minimum(from_pick, _differences(chosen[-1], lit)))
    return tuple(sorted(chosen, key=lambda picture: picture.at))


def sharpness(gray: NDArray[np.uint8]) -> float:
    """The variance of the Laplacian of grey levels (h, w), at every second pixel each way; higher is sharper."""
    half = gray[::2, ::2].astype(np.int16)
    if min(half.shape) < 3:
        return 0.0
    middle = half[1:-1, 1:-1]
    laplacian = half[:-2, 1:-1] + half[2:, 1:-1] + half[1:-1, :-2] + half[1:-1, 2:] - 4 * middle
    return float(laplacian.var(dtype=np.float32))


def _black(gray: NDArray[np.uint8]) -> bool:
    small = gray[::4, ::4]
    return float(small.mean()) < BLACK * 255 and float(small.std()) < BLACK * 255


def _differences(picture: Picture, others: Sequence[Picture]) -> NDArray[np.float64]:
    """The share of squares in which each of `others` differs from `picture`; all, where their sizes do."""
    gray = picture.gray[::2, ::2]
    shares = [
        changed_blocks(gray, other.gray[::2, ::2]).mean() if other.gray.shape == picture.gray.shape else 1.0
        for other in others
    ]
    return np.array(shares, np.float64)
