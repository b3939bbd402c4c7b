"""The masks by which Gemma 4 was trained to see, written down apart from the library that makes them."""

from __future__ import annotations

from typing import Any


def masks(inputs: Any, model: Any) -> dict[str, Any]:
    """For one request, what each kind of layer sees: sliding ones both ways inside a picture, global ones back only."""
    import torch

    kinds, length = inputs["mm_token_type_ids"][0], inputs["input_ids"].shape[1]
    shown = ((kinds == 1) | (kinds == 2)).int()  # pictures and frames; 3 is sound
    of = torch.where(shown > 0, (torch.diff(shown, prepend=shown[:1]) > 0).cumsum(0), -torch.arange(length) - 1)
    at = torch.arange(length)
    back = at[:, None] >= at
    near = at[:, None] - at < model.config.text_config.sliding_window
    low = torch.finfo(torch.float32).min
    made = {"full_attention": back, "sliding_attention": (back | (of[:, None] == of)) & near}
    return {name: torch.where(seen, 0.0, low)[None, None] for name, seen in made.items()}
