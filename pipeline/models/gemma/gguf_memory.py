"""How much memory a Gemma 4 in GGUF files needs in llama.cpp, from its configuration alone: pure arithmetic.

Q4_K_M holds most matrices in Q4_K (4.5 bits a weight), every second one of two kinds (values, and the way down of the
feed-forward) in Q6_K (6.5625 bits), and the table of tokens, which is the head, too, in Q6_K. The tables of E2B and E4B
for each layer are published in Q5_K (5.5 bits).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.models.gemma.memory import Need, embeddings, encoders, layers, weights
from pipeline.models.hardware import GIB

WORKING = GIB
"""Allowance for what is computed: the logits of a batch of 512 tokens alone are half of it."""

_UBATCH = 512
"""Tokens that llama.cpp computes at once: the cache of a sliding layer holds them beside its window."""

_HALF = 2
"""Bytes of a number in the cache, and of a weight of the projector."""

_WORD = 24
"""Bytes that the header holds for an entry of the vocabulary."""


@dataclass(frozen=True, slots=True)
class Bits:
    """Bits a weight, by what the weight belongs to."""

    most: float
    values_and_down: float
    tokens: float
    tokens_of_layers: float


BITS = {
    "Q4_K_M": Bits(4.5, (4.5 + 6.5625) / 2, 6.5625, 5.5),
    "F32": Bits(32, 32, 32, 32),
}


def gguf_bytes(config: Mapping[str, Any], quantization: str) -> int:
    """Bytes of the text model's file, in one of `BITS`."""
    text, bits = config["text_config"], BITS[quantization]
    decoder, _ = weights(config)
    careful = _values_and_down(text)
    tokens = int(text["vocab_size"]) * int(text["hidden_size"])
    held = (
        (decoder - careful) * bits.most
        + careful * bits.values_and_down
        + tokens * bits.tokens
        + (embeddings(text) - tokens) * bits.tokens_of_layers
    )
    return int(held / 8) + _WORD * int(text["vocab_size"])


def projector_bytes(config: Mapping[str, Any], width: int = _HALF) -> int:
    """Bytes of the projector's file, `width` a weight: BF16 and F16 have two."""
    return encoders(config, int(config["text_config"]["hidden_size"])) * width


def gguf_need(config: Mapping[str, Any], quantization: str, *, context: int, slots: int) -> Need:
    """What both files need for `slots` requests at once, each with a cache of `context` tokens."""
    text = config["text_config"]
    sliding = min(context, int(text["sliding_window"]) + _UBATCH)
    cache = sum(
        2 * _HALF * layer.kv_heads * layer.head_dim * (context if layer.full else sliding)
        for layer in layers(text)
        if not layer.shared
    )
    return Need(gguf_bytes(config, quantization) + projector_bytes(config), slots * cache, 0, WORKING)


def _values_and_down(text: Mapping[str, Any]) -> int:
    """Weights of the projections to values, and of the way down of each feed-forward."""
    hidden, inner = int(text["hidden_size"]), int(text["intermediate_size"])
    total = 0
    for layer in layers(text):
        keys_as_values = layer.full and text.get("attention_k_eq_v")
        if not layer.shared and not keys_as_values:
            total += hidden * layer.kv_heads * layer.head_dim
        total += hidden * inner * (2 if layer.shared and text.get("use_double_wide_mlp") else 1)
    return total
