"""How much memory a Gemma 4 needs, from its configuration alone: pure arithmetic, no torch.

The weights are counted layer by layer, the KV cache from the kinds of layers, and what attention makes of it while a
prompt is read; the tests compare each with real models of both families. Working memory is an allowance, not a
measurement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.models.hardware import GIB

BYTES = {
    # 4 bits, an 8-bit scale for every 64 weights, a float32 for every 256 scales.
    "nf4": 0.5 + 1 / 64 + 4 / (64 * 256),
    "int8": 1.0,
}
"""Bytes a quantised weight."""

WIDTHS = {"bfloat16": 2, "float32": 4}
"""Bytes of a number in what the model computes in: every weight that stays whole, and the KV cache, in int8 too."""

WORKING = int(1.5 * GIB)
"""Allowance for activations, the attention mask of one prefill and the device's own context."""

_UNIFIED_12B: dict[str, Any] = {
    "model_type": "gemma4_unified",
    "text_config": {
        "vocab_size": 262_144,
        "hidden_size": 3840,
        "intermediate_size": 15_360,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "num_global_key_value_heads": 1,
        "attention_k_eq_v": True,
        "head_dim": 256,
        "global_head_dim": 512,
        "sliding_window": 1024,
        "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 8,
        "max_position_embeddings": 262_144,
    },
    "vision_config": {"mm_embed_dim": 3840, "mm_posemb_size": 1120, "patch_size": 16, "pooling_kernel_size": 3},
    "audio_config": {"audio_embed_dim": 640},
}


def _small(hidden: int, layers: int, *, heads: int, pattern: int, shared: int, wide: bool) -> dict[str, Any]:
    kinds = ["full_attention" if (layer + 1) % pattern == 0 else "sliding_attention" for layer in range(layers)]
    return {
        "model_type": "gemma4",
        "text_config": {
            "vocab_size": 262_144,
            "vocab_size_per_layer_input": 262_144,
            "hidden_size_per_layer_input": 256,
            "hidden_size": hidden,
            "intermediate_size": 4 * hidden,
            "num_attention_heads": 8,
            "num_key_value_heads": heads,
            "head_dim": 256,
            "global_head_dim": 512,
            "sliding_window": 512,
            "layer_types": kinds,
            "num_kv_shared_layers": shared,
            "use_double_wide_mlp": wide,
            "max_position_embeddings": 131_072,
        },
        "vision_config": {
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 16,
            "position_embedding_size": 10_240,
        },
        "audio_config": {"hidden_size": 1024, "num_hidden_layers": 12, "output_proj_dims": 1536},
    }


CONFIGS: dict[str, dict[str, Any]] = {
    "google/gemma-4-12B-it": _UNIFIED_12B,
    "google/gemma-4-E4B-it": _small(2560, 42, heads=2, pattern=6, shared=18, wide=False),
    "google/gemma-4-E2B-it": _small(1536, 35, heads=1, pattern=5, shared=20, wide=True),
}
"""What shapes the memory of the published models, for machines that do not hold them yet."""


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes that a model needs while it runs."""

    weights: int
    cache: int
    repeated: int
    """Keys and values of a layer as attention takes them while a prompt is read; see `repeated_bytes`."""
    working: int = WORKING

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.repeated + self.working


def need(config: Mapping[str, Any], quantization: str, tokens: int, dtype: str = "bfloat16") -> Need:
    """What the model needs with `tokens` in the KV cache, all requests of a batch together; capped by its context.

    `dtype` is what it computes in: one of `WIDTHS`.
    """
    text, width = config["text_config"], WIDTHS[dtype]
    cached = min(tokens, int(text.get("max_position_embeddings") or tokens))
    decoder, whole = weights(config)
    held = int(decoder * BYTES.get(quantization, width) + whole * width)
    return Need(held, kv_bytes(text, cached, width), repeated_bytes(text, cached, width))


@dataclass(frozen=True, slots=True)
class Layer:
    """What a layer of the decoder keeps in the cache."""

    full: bool
    shared: bool
    head_dim: int
    kv_heads: int


def layers(text: Mapping[str, Any]) -> Iterator[Layer]:
    """The decoder's layers; a configuration gives the widths of global layers by name or layer by layer."""
    kinds = text["layer_types"]
    first_shared = len(kinds) - int(text.get("num_kv_shared_layers") or 0)
    own = {int(number): widths for number, widths in (text.get("per_layer_config") or {}).items()}
    wide = {"head_dim": text.get("global_head_dim") or 512}
    if text.get("attention_k_eq_v") and text.get("num_global_key_value_heads"):
        wide["num_key_value_heads"] = text["num_global_key_value_heads"]
    for number, kind in enumerate(kinds):
        full = kind == "full_attention"
        widths = {**text, **own.get(number, wide if full else {})}
        yield Layer(full, number >= first_shared, int(widths["head_dim"]), int(widths["num_key_value_heads"]))


def kv_bytes(text: Mapping[str, Any], tokens: int, width: int) -> int:
    """Bytes of the KV cache, `width` a number: sliding layers keep their window only, shared layers nothing."""
    window = int(text["sliding_window"])
    return sum(
        2 * width * layer.kv_heads * layer.head_dim * (tokens if layer.full else min(tokens, window))
        for layer in layers(text)
        if not layer.shared
    )


def repeated_bytes(text: Mapping[str, Any], tokens: int, width: int) -> int:
    """Bytes of the largest layer's keys and values, repeated for every query head.

    While a prompt is read, transformers repeats them: no kernel that takes them as they are holds heads of 512. The
    layers do so one after the other; global ones over all `tokens`.
    """
    heads = int(text["num_attention_heads"])
    return max(
        2 * width * heads * layer.head_dim * (tokens if layer.full else min(tokens, int(text["sliding_window"])))
        for layer in layers(text)
        if layer.kv_heads < heads
    )


def weights(config: Mapping[str, Any]) -> tuple[int, int]:
    """Weights in the decoder's linear layers, which are quantised, and weights that stay whole.

    Norms are left out: a thousandth.
    """
    text = config["text_config"]
    return _decoder(text), embeddings(text) + encoders(config, int(text["hidden_size"]))


def _decoder(text: Mapping[str, Any]) -> int:
    hidden, inner = int(text["hidden_size"]), int(text["intermediate_size"])
    extra = int(text.get("hidden_size_per_layer_input") or 0)
    total = 0
    for layer in layers(text):
        queries = int(text["num_attention_heads"]) * layer.head_dim
        keys = layer.kv_heads * layer.head_dim
        # With `attention_k_eq_v` a global layer uses its keys as values.
        projected = 0 if layer.shared else 1 if layer.full and text.get("attention_k_eq_v") else 2
        wide = 2 if layer.shared and text.get("use_double_wide_mlp") else 1
        total += hidden * (2 * queries + projected * keys + 3 * wide * inner + 2 * extra)
    return total + hidden * len(text["layer_types"]) * extra


def embeddings(text: Mapping[str, Any]) -> int:
    """Weights of the tables of tokens; those of E2B and E4B have one more for each layer."""
    extra = int(text.get("hidden_size_per_layer_input") or 0)
    per_layer = int(text.get("vocab_size_per_layer_input") or 0) * extra * len(text["layer_types"]) if extra else 0
    return int(text["vocab_size"]) * int(text["hidden_size"]) + per_layer


def encoders(config: Mapping[str, Any], hidden: int) -> int:
    """Weights of what turns pixels and sound into embeddings of width `hidden`."""
    vision, audio = config.get("vision_config"), config.get("audio_config")
    unified = config["model_type"] == "gemma4_unified"
    total = 0
    if vision:
        total += _patches(vision, hidden) if unified else _vision_tower(vision, hidden)
    if audio:
        total += int(audio["audio_embed_dim"]) * hidden if unified else _audio_tower(audio, hidden)
    return total


def _patches(vision: Mapping[str, Any], hidden: int) -> int:
    side = int(vision["patch_size"]) * int(vision["pooling_kernel_size"])
    width = int(vision["mm_embed_dim"])
    return width * (3 * side * side + 2 * int(vision["mm_posemb_size"]) + hidden)


def _vision_tower(vision: Mapping[str, Any], hidden: int) -> int:
    width, inner = int(vision["hidden_size"]), int(vision["intermediate_size"])
    layers = int(vision["num_hidden_layers"]) * width * (4 * width + 3 * inner)
    return layers + width * (3 * 16 * 16 + 2 * int(vision["position_embedding_size"]) + hidden)


def _audio_tower(audio: Mapping[str, Any], hidden: int) -> int:
    width, out = int(audio["hidden_size"]), int(audio["output_proj_dims"])
    # A conformer layer: two feed-forwards of 8, attention of 5, a light convolution of 3 squares.
    layers = int(audio["num_hidden_layers"]) * 24 * width * width
    first, second = audio.get("subsampling_conv_channels") or (128, 32)
    # Two convolutions of 3 x 3 leave a quarter of the 128 bands of a spectrum.
    return layers + 9 * first * (1 + second) + 32 * second * width + width * out + out * hidden
