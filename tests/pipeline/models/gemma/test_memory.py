"""The memory arithmetic against real models and against published figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.models.gemma.memory import CONFIGS, kv_bytes, need, weights
from pipeline.models.hardware import GIB

_12B, _E4B, _E2B = (CONFIGS[f"google/gemma-4-{size}-it"] for size in ("12B", "E4B", "E2B"))


def test_the_weights_add_up_to_the_published_sizes() -> None:
    assert [round(sum(weights(config)) / 1e9, 1) for config in (_12B, _E4B, _E2B)] == [12.0, 7.9, 5.1]


def test_the_12b_in_nf4_and_its_cache() -> None:
    assert need(_12B, "nf4", 1).weights / GIB == pytest.approx(7.15, abs=0.06)
    sizes = [kv_bytes(_12B["text_config"], tokens) / GIB for tokens in (8192, 32_768, 262_144)]
    assert sizes == pytest.approx([0.44, 0.81, 4.31], abs=0.01)


def test_the_small_models_cache_little() -> None:
    assert kv_bytes(_E2B["text_config"], 131_072) / GIB == pytest.approx(0.76, abs=0.01)
    assert kv_bytes(_E4B["text_config"], 131_072) / GIB == pytest.approx(2.02, abs=0.01)


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


def test_nf4_weighs_what_bitsandbytes_says(opened: Callable[..., Any], checkpoint: Callable[[str], Path]) -> None:
    model = opened("unified", quantization="nf4", dtype="bfloat16").loaded.model
    config = model.config.to_dict()
    assert need(config, "nf4", 1).weights == pytest.approx(model.get_memory_footprint(), rel=0.1)
