"""What Gemma 4 takes in, in one table, and the arithmetic of its tokens.

Pure: no torch, no transformers. The processors of transformers do not enforce these limits: the one of
the 12B turns ten minutes of audio into 15,000 tokens without a word, the one of E2B and E4B cuts
at 30 s in silence, and the video processor drops every second frame. So we count beforehand, and
`gemma_inputs` compares.

Sources: Google's pages "Audio understanding" and "Video understanding" for Gemma 4 (30 s, 25 tokens a
second, one channel, float32 in [-1, 1]; 60 s of video at one frame a second) and the processors of
transformers 5.24.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chunkers.frames import PATCH_PX, frame_size
from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import ModelError
from pipeline.settings.checks import MOST_FRAMES

TOKEN_SAMPLES = 640
"""Samples of a soft token: 40 ms. What is sent is filled up to whole tokens; see `inputs.whole_tokens`."""


@dataclass(frozen=True, slots=True)
class GemmaLimits:
    """The limits of one checkpoint."""

    context: int
    """Tokens of one request, prompt and answer together."""
    hears: bool
    """Whether it takes audio at all; the large `gemma4` models do not."""
    sees: bool
    hear_s: float
    """Longest stretch of audio that it understands well in one request, seconds.

    The 12B loses audio beyond about 450-500 tokens of absolute position (google/gemma-4-12B-it,
    discussion 45): 15 s are 375 tokens. A user's report, not yet checked on the real weights.
    """
    hears_behind_frames: bool
    """Whether audio behind thousands of video tokens is still understood; the same report."""
    audio_s: int = 30
    video_s: int = 60
    frames: int = MOST_FRAMES
    clips: int | None = None
    """Clips of audio in one request, at most; None: as many as one likes."""

    @property
    def audio_samples(self) -> int:
        """Samples of the longest audio."""
        return self.audio_s * TICKS_PER_SECOND


def limits(config: Mapping[str, Any]) -> GemmaLimits:
    """The limits of a checkpoint, from its `config.json`: `gemma4_unified` is the 12B (no encoders), `gemma4` are E2B,
    E4B and the larger ones (encoders).

    Raises `ModelError` where it is not a Gemma 4.
    """
    family = str(config.get("model_type", ""))
    if family not in {"gemma4_unified", "gemma4"}:
        raise ModelError(
            f"the recipe gemma runs Gemma 4 checkpoints; this one is {family or 'nameless'}.",
            cure="`--recipe cascade` runs other text models.",
        )
    unified = family == "gemma4_unified"
    text = config.get("text_config") or {}
    return GemmaLimits(
        context=int(text.get("max_position_embeddings") or (262_144 if unified else 131_072)),
        hears=config.get("audio_config") is not None,
        sees=config.get("vision_config") is not None,
        hear_s=15.0 if unified else 30.0,
        hears_behind_frames=not unified,
    )


def served_limits(model: str, context: int, *, frames: int, clips: int | None) -> GemmaLimits:
    """The limits of a checkpoint that a server holds: what its name says, and of a name that says nothing those of the
    12B, which are the narrowest. `context`, `frames` and `clips` are the server's own.
    """
    small = re.search(r"e[24]b", model.lower()) is not None
    deaf = re.search(r"26b|31b", model.lower()) is not None
    return GemmaLimits(
        context=context,
        hears=not deaf,
        sees=True,
        hear_s=30.0 if small else 15.0,
        hears_behind_frames=small and clips is None,
        frames=frames,
        clips=clips,
    )


def audio_tokens(samples: int) -> int:
    """Soft tokens of `samples` of audio at 16 kHz; 25 a second, one for every 40 ms begun."""
    return math.ceil(samples / TOKEN_SAMPLES)


def frame_tokens(height: int, width: int, budget: int) -> int:
    """Soft tokens of one frame, 48 x 48 pixels each; `budget` is one of `chunkers.BUDGETS`."""
    columns, rows = frame_size(width, height, budget)
    return columns * rows // PATCH_PX**2


def frame_stamp(tick: int) -> str:
    """The stamp that the processor writes before a frame: `MM:SS` from the start of the segment, rounded down."""
    seconds = tick // TICKS_PER_SECOND
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
