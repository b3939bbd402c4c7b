"""LoRA adapters in GGUF files: what they change, and which are refused before llama.cpp reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ModelError, SettingsError, WeightsDamagedError, WeightsMissingError
from pipeline.models.llamacpp.adapter import check_adapter
from pipeline.models.llamacpp.server import LlamaServer
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.prompts import Prompt
from pipeline.settings import load

pytest.importorskip("gguf", reason="needs the package gguf")

from data.checkpoints import gguf_adapter


@pytest.fixture(scope="module")
def adapter(smollm2_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of SmolLM2."""
    return gguf_adapter.write(smollm2_gguf, tmp_path_factory.mktemp("adapter") / "voice.gguf")


@pytest.fixture(scope="module")
def server(smollm2_gguf: Path, adapter: Path) -> Iterator[LlamaServer]:
    """SmolLM2 with the adapter."""
    running = LlamaServer(smollm2_gguf, context=1024, threads=1, adapter=adapter)
    yield running
    running.close()


def odds(server: LlamaServer, **more: object) -> dict[int, float]:
    """How likely the five best first tokens are."""
    body = {"messages": [{"role": "user", "content": "Say yes."}], "max_tokens": 1, "temperature": 0.0, "seed": 0}
    answer = server.chat({**body, "logprobs": True, "top_logprobs": 5, **more}, 1)
    (first,) = answer["choices"][0]["logprobs"]["content"]
    return {one["id"]: one["logprob"] for one in first["top_logprobs"]}


def test_it_changes_the_answer_and_at_scale_nothing_it_does_not(smollm2_gguf: Path, server: LlamaServer) -> None:
    plain = LlamaServer(smollm2_gguf, context=1024, threads=1)
    try:
        without = odds(plain)
    finally:
        plain.close()
    assert odds(server, lora=[{"id": 0, "scale": 0.0}]) == pytest.approx(without, abs=1e-5)
    assert odds(server) != pytest.approx(without, abs=0.1)


def test_the_text_model_writes_with_it_and_is_named_so(smollm2_gguf: Path, adapter: Path) -> None:
    writer = LlamaCpp(smollm2_gguf, context=1024, threads=1, adapter=adapter)
    try:
        assert writer.name == f"{smollm2_gguf.name} + voice.gguf (llama.cpp)"
        assert writer.write([Prompt("Go on.")], max_tokens=2)[0].tokens_out > 0
    finally:
        writer.close()


def test_one_of_another_model_is_refused(smollm2_gguf: Path, tmp_path: Path) -> None:
    other = gguf_adapter.write(smollm2_gguf, tmp_path / "other.gguf", architecture="qwen2")
    with pytest.raises(ModelError, match=r"an adapter of qwen2; .* is llama"):
        check_adapter(other, smollm2_gguf)
    with pytest.raises(WeightsMissingError, match="no LoRA adapter"):
        check_adapter(smollm2_gguf, smollm2_gguf)
    with pytest.raises(WeightsMissingError, match="no such file"):
        check_adapter(tmp_path / "none.gguf", smollm2_gguf)
    (tmp_path / "text.gguf").write_text("not one")
    with pytest.raises(WeightsDamagedError):
        check_adapter(tmp_path / "text.gguf", smollm2_gguf)


@pytest.mark.parametrize("engine", ["transformers", "endpoint"])
def test_only_llamacpp_takes_one(engine: str) -> None:
    with pytest.raises(SettingsError, match=r"write\.adapter"):
        load(None, [f"write.engine={engine}", "write.adapter=voice.gguf"])
