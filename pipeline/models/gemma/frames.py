"""Frames to patches: the slow half of Gemma's processor, so that it can be done before the rest is known.

A segment's frames are at hand while its words are still being heard; its prompt holds those words.
The processor makes both at once, and the model would stand still meanwhile: some 0.4 s for a minute
of video on one core.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND

Frames = NDArray[np.uint8]
"""RGB frames, shape (frames, height, width, 3)."""


def patches(processor: Any, frames: Frames, at: tuple[int, ...], budget: int, dtype: Any = None) -> Any:
    """What the processor makes of one video: tensors of `dtype`, and the moments that they were shown.

    `at` is when each frame is, in ticks; `budget` the soft tokens that a frame may cost.
    """
    made = processor.video_processor(
        [frames],
        # Its default would leave 32 of 60 frames.
        do_sample_frames=False,
        video_metadata=[[_metadata(at)]],
        max_soft_tokens=budget,
        return_metadata=True,
    )
    if dtype is not None:
        made["pixel_values_videos"] = made["pixel_values_videos"].to(dtype)
    return made


def holding(processor: Any, made: Iterable[Any]) -> Any:
    """The same processor; asked for its videos it answers with those `patches`, in order."""
    other = copy.copy(processor)
    other.video_processor = _Made(processor.video_processor, list(made))
    return other


class _Made:
    """Stands where the video processor stood."""

    def __init__(self, original: Any, made: list[Any]) -> None:
        self._original = original
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)

    def __call__(self, *_: Any, **__: Any) -> Any:
        import torch

        first, *others = self._made
        if not others:
            return first
        return type(first)(
            {
                name: [one for made in self._made for one in made[name]]
                if isinstance(value, list)
                else torch.cat([made[name] for made in self._made])
                for name, value in first.items()
            }
        )


def _metadata(at: tuple[int, ...]) -> dict[str, Any]:
    """When the frames are, told as a video of 16,000 frames a second: ticks are exact at any frame rate."""
    return {
        "fps": float(TICKS_PER_SECOND),
        "frames_indices": list(at),
        "total_num_frames": at[-1] + 1,
        "duration": (at[-1] + 1) / TICKS_PER_SECOND,
    }
