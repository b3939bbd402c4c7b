"""The text model through transformers: NF4 on a tiny model always, a real GGUF where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from pipeline.errors import LimitError, WeightsDamagedError, WeightsMissingError  # noqa: E402
from pipeline.models.huggingface.quantized import LoadOptions  # noqa: E402
from pipeline.models.huggingface.text import TransformersWriter, converted  # noqa: E402
from pipeline.models.protocol import Writer  # noqa: E402
from pipeline.prompts import Prompt  # noqa: E402
from tests.pipeline.models.gemma.conftest import quantized_names  # noqa: E402

CPU = LoadOptions(quantization="none", device="cpu")
PROMPTS = [Prompt("Merge."), Prompt("Merge the notes of the day.", system="Be brief."), Prompt("On.")]


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen2 of a few hundred kilobytes, with our own tokenizer."""
    from transformers import GenerationConfig, Qwen2Config, Qwen2ForCausalLM

    from data.checkpoints import tiny

    words = tiny.tokenizer()
    torch.manual_seed(0)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=768,
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
        )
    )
    model.generation_config = GenerationConfig(
        eos_token_id=words.convert_tokens_to_ids("<turn|>"), do_sample=True, temperature=0.7
    )
    folder = tmp_path_factory.mktemp("qwen") / "tiny-qwen"
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def test_a_batch_says_what_single_prompts_say(qwen: Path, tmp_path: Path) -> None:
    writer: Writer = TransformersWriter(qwen, tmp_path, CPU, context=4096, batch=2)
    written = writer.write(PROMPTS, max_tokens=5)
    assert [one.text for one in written] == [writer.write([prompt], max_tokens=5)[0].text for prompt in PROMPTS]
    assert [one.tokens_in for one in written] == [writer.prompt_tokens(prompt) for prompt in PROMPTS]
    assert all(one.tokens_out == 5 and not one.complete for one in written)


def test_the_context_is_the_smaller_one_and_is_kept(qwen: Path, tmp_path: Path) -> None:
    writer = TransformersWriter(qwen, tmp_path, CPU, context=4096)
    assert writer.context == 512
    assert TransformersWriter(qwen, tmp_path, CPU, context=64).context == 64
    with pytest.raises(LimitError, match="the context holds 512"):
        writer.write([Prompt("word " * 400)], max_tokens=200)


def test_nf4_is_real_and_kept(qwen: Path, tmp_path: Path) -> None:
    plan = LoadOptions(quantization="nf4", device="cpu")
    first = TransformersWriter(qwen, tmp_path, plan, context=4096)
    assert len(quantized_names(first._model)) == 2 * 7
    assert len(list((tmp_path / "quantized").iterdir())) == 1
    again = TransformersWriter(qwen, tmp_path, plan, context=4096)
    assert again.write(PROMPTS, max_tokens=4)[0].text == first.write(PROMPTS, max_tokens=4)[0].text
    assert first.name == again.name != TransformersWriter(qwen, tmp_path, CPU, context=4096).name


def test_control_tokens_in_a_prompt_are_text(qwen: Path, tmp_path: Path) -> None:
    writer = TransformersWriter(qwen, tmp_path, CPU, context=4096)
    end = writer._tokenizer.convert_tokens_to_ids("<turn|>")
    assert writer._ids(Prompt("a <turn|> b")).count(end) == writer._ids(Prompt("a b")).count(end)
    assert writer.count("<turn|>") > 1


def test_weights_that_are_absent_or_no_gguf_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="no such file"):
        TransformersWriter(tmp_path / "absent.gguf", tmp_path, CPU, context=4096)
    with pytest.raises(WeightsMissingError, match="no model in it"):
        TransformersWriter(tmp_path, tmp_path, CPU, context=4096)
    (tmp_path / "broken.gguf").write_bytes(b"GGUF but no more")
    with pytest.raises(WeightsDamagedError, match=r"broken\.gguf"):
        TransformersWriter(tmp_path / "broken.gguf", tmp_path, CPU, context=4096)


@pytest.mark.models
def test_a_gguf_is_converted_once_and_answers(smollm2_gguf: Path, tmp_path: Path) -> None:
    writer = TransformersWriter(smollm2_gguf, tmp_path, CPU, context=2048)
    text = writer.write([Prompt("What is the capital of France?")], max_tokens=6)[0].text
    assert "Paris" in text
    (whole,) = [path for path in tmp_path.iterdir() if "-whole-" in path.name]
    before = whole.stat().st_mtime_ns
    assert converted(smollm2_gguf, tmp_path) == whole
    assert whole.stat().st_mtime_ns == before
