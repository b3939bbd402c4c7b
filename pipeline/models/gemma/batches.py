"""How many requests a GPU computes at once: arithmetic on its memory and on the model's configuration, no torch.

Computed, not measured: what does not fit after all is halved while it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.models.gemma.memory import WIDTHS, kv_bytes, need, repeated_bytes
from pipeline.models.hardware import GIB
from pipeline.settings import Video
from pipeline.settings.checks import MOST_FRAMES

DEFAULT = 4
"""Requests at once where no memory of a GPU decides."""

MOST = 32

USABLE = 0.92
"""The share of a device's memory that the driver and the desktop leave."""

_STAMP_TOKENS = 9
"""Of a frame, beside its soft ones: its time and two marks."""
_WORDS = 1500
"""Tokens of a segment's transcript, of the question, and of the answer."""
_PATCHES = 9 * 768
"""Numbers of a frame that one soft token is made of: 48 x 48 pixels of three colours."""
_FRAMES = 80 * (1 << 20)
"""Bytes of a segment in main memory: its frames, and the patches made of them."""
_RAM_SHARE = 4


def request_tokens(video: Video) -> int:
    """Tokens of the largest request, a segment with all its frames."""
    frames = min(MOST_FRAMES, round(video.length_s * video.fps))
    return frames * (video.frame_tokens + _STAMP_TOKENS) + _WORDS


def request_bytes(config: Mapping[str, Any], tokens: int, width: int) -> int:
    """What a request of `tokens` adds to the device: cache, repeated keys, masks, and the activations of a layer."""
    text = config["text_config"]
    activations = tokens * width * (3 * int(text["intermediate_size"]) + 8 * int(text["hidden_size"]) + _PATCHES)
    masks = 2 * tokens * tokens * width
    return kv_bytes(text, tokens, width) + repeated_bytes(text, tokens, width) + masks + activations


def batch_size(config: Mapping[str, Any], *, quantization: str, dtype: str, tokens: int, memory: int, ram: int) -> int:
    """Requests of `tokens` that fit at once beside the weights: from 1 to `MOST`.

    `memory` and `ram` are the bytes of the device and of the machine in all, so that the same machine gives the same
    number every time; of the main memory a quarter goes to the frames of two parts.
    """
    weights = need(config, quantization, 1, dtype).weights
    room = int(memory * USABLE) - weights - GIB
    fitting = room // request_bytes(config, tokens, WIDTHS[dtype])
    decoded = ram // _RAM_SHARE // (2 * _FRAMES)
    return max(1, min(fitting, decoded, MOST))


def at_once(batch: int, planned: int, longest: int) -> int:
    """Requests of up to `longest` tokens at once, where `batch` of `planned` tokens would fit."""
    return max(1, min(batch, batch * planned // max(1, longest)))
