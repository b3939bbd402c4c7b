"""A picture as a small JPEG."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_QUALITY = 70


def to_jpeg(yuv: NDArray[np.uint8], side: int) -> bytes:
    """`yuv` (h * 3 // 2, w), planes as in yuv420p with the colours of JPEG, its longer side at most `side` pixels."""
    height, width = len(yuv) * 2 // 3, yuv.shape[1]
    colours = yuv[height:].reshape(2, height // 2, width // 2)
    bands = [Image.fromarray(yuv[:height]), *(Image.fromarray(one).resize((width, height)) for one in colours)]
    picture = Image.merge("YCbCr", bands)
    picture.thumbnail((side, side))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
