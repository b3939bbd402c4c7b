"""In which order a request's text, frames and sound stand in a message, engine by engine. Pure.

Frames come first, each behind its stamp as the processor of transformers writes videos; then the text; sound last:
Gemma was trained so, and before the text it answers what it hears.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.models.gemma.chat import Part, Picture, Sound
from pipeline.models.gemma.dialects import Dialect


def told(dialect: Dialect, text: str, stamps: Sequence[str]) -> str:
    """The text beside the media; where the engine keeps no order, the stamps of the frames stand in it as a list."""
    if dialect.keeps_order or not stamps:
        return text
    return f"The pictures are frames of a video, in this order at {', '.join(stamps)}.\n\n{text}"


def parts(
    dialect: Dialect, text: str, pictures: Sequence[Picture], stamps: Sequence[str], sounds: Sequence[Sound]
) -> tuple[Part, ...]:
    """The parts of a message about `pictures`, which were shown at `stamps` (MM:SS), and `sounds`."""
    shown: list[Part] = []
    for number, (picture, stamp) in enumerate(zip(pictures, stamps, strict=True)):
        if dialect.keeps_order:
            shown.append(f"{' ' if number else ''}{stamp} ")
        shown.append(picture)
    return (*shown, told(dialect, text, stamps), *sounds)
