"""The arithmetic of GGUF files against files that exist: tiny ones of ours, and published ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.gemma.gguf_memory import gguf_bytes, gguf_need, projector_bytes
from pipeline.models.gemma.memory import CONFIGS, weights

PUBLISHED = {"12B": 7_121_861_440, "E2B": 3_106_736_256, "E4B": 4_980_000_000}
"""Bytes of `gemma-4-*-it-Q4_K_M.gguf`, as publishers of such files list them; the last one rounded by them."""


@pytest.mark.parametrize("size", PUBLISHED)
def test_a_published_file_is_as_large_as_computed(size: str) -> None:
    assert gguf_bytes(CONFIGS[f"google/gemma-4-{size}-it"], "Q4_K_M") == pytest.approx(PUBLISHED[size], rel=0.04)


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_the_files_of_a_tiny_model_are_as_large_as_computed(
    kind: str, checkpoint: Callable[[str], Path], gguf: Callable[[str], Path]
) -> None:
    config = json.loads((checkpoint(kind) / "config.json").read_text())
    text, projector = gguf(kind) / f"tiny-{kind}.gguf", gguf(kind) / f"mmproj-tiny-{kind}.gguf"
    assert gguf_bytes(config, "F32") == pytest.approx(text.stat().st_size, rel=0.03)
    assert projector_bytes(config, 4) == pytest.approx(projector.stat().st_size, rel=0.03)
    whole = checkpoint(kind) / "model.safetensors"
    assert 4 * sum(weights(config)) == pytest.approx(whole.stat().st_size, rel=0.03)


@given(st.sampled_from(sorted(CONFIGS)), st.integers(256, 262_144), st.integers(1, 32))
def test_more_context_and_more_slots_never_need_less(model: str, context: int, slots: int) -> None:
    one = gguf_need(CONFIGS[model], "Q4_K_M", context=context, slots=slots)
    assert one.total <= gguf_need(CONFIGS[model], "Q4_K_M", context=context + 256, slots=slots).total
    assert one.total < gguf_need(CONFIGS[model], "Q4_K_M", context=context, slots=slots + 1).total
