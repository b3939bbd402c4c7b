"""Tiny checkpoints of the true Gemma 4 architectures, made without a network.

`python -m data.checkpoints.tiny DIR [unified|e2b|assistant]` writes a folder that `from_pretrained`
opens exactly as it opens the real one: random weights, but the real classes, processor, special
tokens and turn format. The widths are small; what shapes the input (samples a token, pixels a token,
frame budgets, sliding and global layers, shared keys and values) is as in the real models.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoModelForMultimodalLM,
    AutoProcessor,
    Gemma4AudioFeatureExtractor,
    Gemma4Config,
    Gemma4ForConditionalGeneration,
    Gemma4ImageProcessor,
    Gemma4Processor,
    Gemma4UnifiedAssistantConfig,
    Gemma4UnifiedAssistantForCausalLM,
    Gemma4UnifiedAudioFeatureExtractor,
    Gemma4UnifiedConfig,
    Gemma4UnifiedForConditionalGeneration,
    Gemma4UnifiedImageProcessor,
    Gemma4UnifiedProcessor,
    Gemma4UnifiedTextConfig,
    Gemma4UnifiedVideoProcessor,
    Gemma4VideoProcessor,
    GemmaTokenizer,
    GenerationConfig,
)

from pipeline import prompts
from pipeline.models.gemma.inputs import Request, prepare

Kind = Literal["unified", "e2b", "assistant"]

_CONTROL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
_MARKERS = {
    "sot_token": "<|turn>",
    "eot_token": "<turn|>",
    "soc_token": "<|channel>",
    "eoc_token": "<channel|>",
    "think_token": "<|think|>",
    "boi_token": "<|image>",
    "eoi_token": "<image|>",
    "image_token": "<|image|>",
    "boa_token": "<|audio>",
    "eoa_token": "<audio|>",
    "audio_token": "<|audio|>",
    "video_token": "<|video|>",
}
_TEMPLATE = """{{ bos_token }}{% if enable_thinking is defined and enable_thinking %}<|think|>
{% endif %}{% for message in messages %}<|turn>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}
{%- if part['type'] == 'text' %}{{ part['text'] }}{% else %}<|{{ part['type'] }}|>{% endif %}
{%- endfor %}{% endif %}<turn|>
{% endfor %}{% if add_generation_prompt %}<|turn>model
{% endif %}"""

_PROMPTS = Path(prompts.__file__).parent
_VOCABULARY = 768


def tokenizer() -> GemmaTokenizer:
    """A Gemma tokenizer (byte fallback, spaces as U+2581) whose words come from our own prompts."""
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    letters = [chr(code) for code in range(33, 127)]
    trained = Tokenizer(models.BPE(byte_fallback=True))
    trained.normalizer = normalizers.Replace(" ", "▁")
    # As in Gemma's own, no token holds both a newline and something else: llama.cpp splits a text there.
    newlines = pre_tokenizers.Split(pattern=Regex("\n+"), behavior="isolated", invert=False)
    words = pre_tokenizers.Split(pattern="▁", behavior="merged_with_next", invert=False)
    trained.pre_tokenizer = pre_tokenizers.Sequence([newlines, words])
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=[*_CONTROL, *_MARKERS.values(), *bytes_],
        initial_alphabet=["▁", "\n", *letters],
        show_progress=False,
    )
    files = [path.read_text(encoding="utf-8") for path in sorted(_PROMPTS.rglob("*.txt"))]
    texts = [text for text in files if "\n---\n" in f"\n{text}"]  # the others are lists
    trained.train_from_iterator([*texts, "the and of to in a is that for it was on with as at by"] * 3, trainer)
    state: dict[str, Any] = json.loads(trained.to_str())["model"]
    return GemmaTokenizer(
        vocab=state["vocab"],
        merges=[tuple(pair) for pair in state["merges"]],
        extra_special_tokens=dict(_MARKERS),
        chat_template=_TEMPLATE,
    )


def _text(words: GemmaTokenizer, **changes: Any) -> dict[str, Any]:
    return {
        "vocab_size": _VOCABULARY,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "global_head_dim": 64,
        "layer_types": ["sliding_attention", "full_attention"] * 2,
        "sliding_window": 64,
        "pad_token_id": words.pad_token_id,
        "eos_token_id": words.eos_token_id,
        "bos_token_id": words.bos_token_id,
        **changes,
    }


def _ids(words: GemmaTokenizer) -> dict[str, int]:
    names = ("boi", "eoi", "image", "video", "boa", "audio")
    ids = {f"{name}_token_id": words.convert_tokens_to_ids(_MARKERS[f"{name}_token"]) for name in names}
    return {**ids, "eoa_token_index": words.convert_tokens_to_ids(_MARKERS["eoa_token"])}


def _unified(words: GemmaTokenizer) -> tuple[Any, Any]:
    config = Gemma4UnifiedConfig(
        text_config=_text(words, num_global_key_value_heads=1, attention_k_eq_v=True, max_position_embeddings=262_144),
        vision_config={"mm_embed_dim": 64, "output_proj_dims": 64},
        audio_config={},
        **_ids(words),
    )
    processor = Gemma4UnifiedProcessor(
        feature_extractor=Gemma4UnifiedAudioFeatureExtractor(),
        image_processor=Gemma4UnifiedImageProcessor(),
        tokenizer=words,
        video_processor=Gemma4UnifiedVideoProcessor(),
        chat_template=_TEMPLATE,
    )
    return Gemma4UnifiedForConditionalGeneration(config), processor


def _e2b(words: GemmaTokenizer) -> tuple[Any, Any]:
    config = Gemma4Config(
        text_config=_text(
            words,
            num_key_value_heads=1,
            num_kv_shared_layers=2,
            use_double_wide_mlp=True,
            vocab_size_per_layer_input=_VOCABULARY,
            hidden_size_per_layer_input=16,
            max_position_embeddings=131_072,
        ),
        vision_config={
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "head_dim": 32,
            "position_embedding_size": 512,
        },
        audio_config={"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "output_proj_dims": 64},
        **_ids(words),
    )
    processor = Gemma4Processor(
        feature_extractor=Gemma4AudioFeatureExtractor(),
        image_processor=Gemma4ImageProcessor(),
        tokenizer=words,
        video_processor=Gemma4VideoProcessor(),
        chat_template=_TEMPLATE,
    )
    return Gemma4ForConditionalGeneration(config), processor


def _assistant(words: GemmaTokenizer) -> tuple[Any, None]:
    text = Gemma4UnifiedTextConfig(**_text(words, num_global_key_value_heads=1, attention_k_eq_v=True))
    config = Gemma4UnifiedAssistantConfig(text_config=text, backbone_hidden_size=64)
    return Gemma4UnifiedAssistantForCausalLM(config), None


def write(folder: Path, kind: Kind = "unified", *, seed: int = 0) -> Path:
    """Write a checkpoint of about a megabyte to `folder` and return it; the same seed gives the same weights."""
    words = tokenizer()
    torch.manual_seed(seed)
    model, processor = {"unified": _unified, "e2b": _e2b, "assistant": _assistant}[kind](words)
    model.generation_config = GenerationConfig(
        bos_token_id=words.bos_token_id,
        eos_token_id=[words.eos_token_id, words.convert_tokens_to_ids("<turn|>")],
        pad_token_id=words.pad_token_id,
        do_sample=True,
        temperature=1.0,
        top_k=64,
        top_p=0.95,
    )
    model.eval().save_pretrained(folder)
    if processor is not None:
        processor.save_pretrained(folder)
    return folder


_LEARNT = 0.002
"""Loss at which a lesson is known by heart: 4 bits and other sounds do not shake it."""


def teach(folder: Path, lessons: Sequence[tuple[Request, str]], *, rounds: int = 160) -> Path:
    """Train the checkpoint in `folder` until it gives each lesson's answer and ends its turn; returns the folder.

    A random model writes noise until its cap; tests of what comes after a good answer need one that speaks.
    """
    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForMultimodalLM.from_pretrained(folder, dtype=torch.float32)
    end = processor.tokenizer.convert_tokens_to_ids("<turn|>")
    batches = []
    for request, answer in lessons:
        inputs = dict(prepare(processor, [request], 70).inputs)
        target = torch.tensor([[*processor.tokenizer.encode(answer, add_special_tokens=False), end]])
        for key, added in (
            ("input_ids", target),
            ("attention_mask", target * 0 + 1),
            ("mm_token_type_ids", target * 0),
        ):
            inputs[key] = torch.cat([inputs[key], added], dim=1)
        batches.append((inputs, target))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    slowing = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, rounds)
    for _ in range(rounds):
        worst = 0.0
        for inputs, target in batches:
            logits = model(**inputs, logits_to_keep=target.shape[1] + 1).logits[0, :-1]
            loss = torch.nn.functional.cross_entropy(logits, target[0])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            worst = max(worst, loss.item())
        slowing.step()
        if worst < _LEARNT:
            break
    model.eval().save_pretrained(folder)
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("kind", nargs="?", choices=("unified", "e2b", "assistant"), default="unified")
    arguments = parser.parse_args()
    write(arguments.folder, arguments.kind)
