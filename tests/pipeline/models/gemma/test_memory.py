"""The memory arithmetic against real models and against published figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.models.gemma.memory import CONFIGS, kv_bytes, need, weights
from pipeline.models.hardware import GIB

_12B, _E4B, _E2B = (CONFIGS[f"google/gemma-4-{size}-it"] for size in ("12B", "E4B", "E2B"))


def test_the_weights_add_up_to_the_published_sizes() -> None:
    assert [round(sum(weights(config)) / 1e9, 1) for config in (_12B, _E4B, _E2B)] == [12.0, 7.9, 5.1]


def test_the_12b_in_nf4_and_its_cache() -> None:
    assert need(_12B, "nf4", 1).weights / GIB == pytest.approx(7.15, abs=0.06)
    sizes = [kv_bytes(_12B["text_config"], tokens, 2) / GIB for tokens in (8192, 32_768, 262_144)]
    assert sizes == pytest.approx([0.44, 0.81, 4.31], abs=0.01)


def test_the_small_models_cache_little() -> None:
    assert kv_bytes(_E2B["text_config"], 131_072, 2) / GIB == pytest.approx(0.76, abs=0.01)
    assert kv_bytes(_E4B["text_config"], 131_072, 2) / GIB == pytest.approx(2.02, abs=0.01)


def test_the_cache_ends_at_the_context() -> None:
    assert need(_E2B, "nf4", 10**9).cache == need(_E2B, "nf4", 131_072).cache


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_every_weight_of_a_real_model_is_counted(opened: Callable[..., Any], kind: str) -> None:
    import torch

    model = opened(kind).loaded.model
    decoder, whole = weights(model.config.to_dict())
    linear = [
        module.weight.numel()
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and name.startswith("model.language_model.")
    ]
    everything = sum(weight.numel() for weight in model.parameters())
    assert decoder == sum(linear)
    assert decoder + whole == pytest.approx(everything, rel=0.02)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("unified", {}),
        ("unified", {"quantization": "int8"}),
        ("unified", {"quantization": "nf4", "dtype": "bfloat16"}),
        ("e2b", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value.values()) or "whole",
)
def test_what_is_computed_is_what_a_model_holds(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, kind: str, changes: dict[str, str]
) -> None:
    """The weights as they are held, the cache in what is computed, and the largest layer's repeated keys and values."""
    import torch
    from transformers.integrations import sdpa_attention

    model = opened(kind, **changes).loaded.model
    repeated: list[int] = []
    repeat = sdpa_attention.repeat_kv

    def noting(states: Any, times: int) -> Any:
        made = repeat(states, times)
        repeated.append(made.numel() * made.element_size())
        return made

    monkeypatch.setattr(sdpa_attention, "repeat_kv", noting)
    tokens = 48  # within the window of a sliding layer, which keeps one token less than its width
    ids = torch.arange(20, 20 + tokens)[None]
    # Padded, as in a batch: without a mask, the narrow heads of this model would be taken as they are.
    mask = (ids > 20).long()
    with torch.no_grad():
        cache = model(input_ids=ids, attention_mask=mask, use_cache=True).past_key_values
    held = [one for layer in cache.layers for one in (layer.keys, layer.values) if one is not None]
    computed = need(
        model.config.to_dict(), changes.get("quantization", "none"), tokens, changes.get("dtype", "float32")
    )
    assert computed.weights == pytest.approx(model.get_memory_footprint(), rel=0.1)
    assert computed.cache == sum(one.numel() * one.element_size() for one in held)
    assert computed.repeated == 2 * max(repeated)


def test_a_card_without_bfloat16_holds_what_stays_whole_and_the_cache_twice() -> None:
    narrow, wide = need(_12B, "nf4", 8192), need(_12B, "nf4", 8192, "float32")
    decoder, whole = weights(_12B)
    assert (wide.cache, wide.repeated) == (2 * narrow.cache, 2 * narrow.repeated)
    assert wide.weights - narrow.weights == pytest.approx(2 * whole, abs=1)
    assert need(_12B, "none", 1, "float32").weights == 4 * (decoder + whole)


def test_the_whole_context_of_the_12b_is_repeated_in_eight_gib() -> None:
    assert need(_12B, "nf4", 262_144).repeated == 8 * GIB
    assert need(_12B, "nf4", 8192).repeated == GIB // 4
