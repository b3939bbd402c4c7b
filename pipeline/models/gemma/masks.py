"""Which cache makes transformers show pictures to Gemma as it was trained with them.

In the 12B and the larger ones sliding layers look both ways inside a picture, and global layers never do. transformers
5.24 makes such masks for a cache of fixed length only; with one that grows, and without any, every layer looks both
ways: the log-probabilities of a tiny checkpoint are then off by a tenth.
"""

from __future__ import annotations

from typing import Any


def looks_both_ways(config: Any) -> bool:
    """Whether a checkpoint's sliding layers look both ways inside a picture; those of E2B and E4B look back only."""
    return getattr(config.get_text_config(), "use_bidirectional_attention", None) == "vision"


def fixed_cache(config: Any, tokens: int) -> Any:
    """A cache for `tokens`, prompt and answer, which is all that it will ever take.

    `generate` would make one of its own as long as the longest that it ever made, and compile what runs on it.
    """
    from transformers import StaticCache

    return StaticCache(config=config.get_text_config(decoder=True), max_cache_len=tokens)
