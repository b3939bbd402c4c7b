"""Pictures with text in them, drawn for a test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.models.protocol import Image as Picture

Piece = tuple[str, int, int, int]
"""Text, left, top, size in pixels."""


def drawn(pieces: Sequence[Piece], *, width: int = 640, height: int = 360, paper: int = 255, font: str = "") -> Picture:
    """A grey picture with each piece on it, dark on light paper and light on dark, in `font` or Pillow's own."""
    picture = Image.new("L", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    for text, left, top, size in pieces:
        pen.text((left, top), text, fill=0 if paper > 127 else 255, font=_font(font, size))
    return np.asarray(picture)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    if name:
        return ImageFont.truetype(name, size)
    own = ImageFont.load_default(size)
    assert isinstance(own, ImageFont.FreeTypeFont)
    return own
