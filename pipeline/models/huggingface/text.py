"""The embedded text model through transformers: NF4 by bitsandbytes, the road on CUDA.

A GGUF file is opened once, through transformers, and saved as an ordinary checkpoint: converting costs
a minute of CPU and holds every weight in full. From then on the checkpoint is loaded, and
quantised as any other.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import LimitError, WeightsDamagedError, WeightsMissingError
from pipeline.models.huggingface.generating import end_tokens, generate, in_halves, make_greedy, release
from pipeline.models.huggingface.quantized import LoadOptions, load, require, whole_folder
from pipeline.models.protocol import Written
from pipeline.models.weights.content_hash import build
from pipeline.prompts import Prompt

_PREFILL = 2048


class TransformersWriter:
    """A text model in a folder of weights or a GGUF file. Implements `Writer`.

    `context` caps what the model itself could hold. `batch` prompts are answered at once, left-padded. `generating`
    is the lock that all transformers models of a program share.
    Raises `MissingExtraError`, `WeightsMissingError`, `WeightsDamagedError`, or `ModelError` where it does not fit.
    """

    def __init__(
        self,
        weights: Path,
        cache: Path,
        plan: LoadOptions,
        *,
        context: int,
        batch: int = 1,
        generating: threading.Lock | None = None,
    ) -> None:
        require(*(("bitsandbytes",) if plan.quantization != "none" else ()))
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder = converted(weights, cache) if weights.suffix == ".gguf" else weights
        if not (folder / "config.json").is_file():
            raise WeightsMissingError(
                f"{weights}: no model in it.", cure="It takes a GGUF file or a folder of weights."
            )
        self._model = load(AutoModelForCausalLM, folder, plan, cache / "quantized")
        make_greedy(self._model)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        if self._tokenizer.pad_token_id is None:
            # Padding is masked; any token will do.
            self._tokenizer.pad_token_id = min(end_tokens(self._model))
        self._model.generation_config.pad_token_id = self._tokenizer.pad_token_id
        self._tokenizing = threading.Lock()  # how it treats control tokens is its state, not the call's
        self._context = min(context, int(self._model.config.max_position_embeddings))
        self._batch = batch
        self._generating = generating or threading.Lock()
        self._name = f"{weights.stem} {plan.quantization} {build(folder)}"

    @property
    def name(self) -> str:
        """Name, quantisation and build of the weights."""
        return self._name

    @property
    def context(self) -> int:
        """Tokens that one request may hold, prompt and answer together."""
        return self._context

    @property
    def batch(self) -> int:
        """Requests computed at once."""
        return self._batch

    def count(self, text: str) -> int:
        """Tokens of `text`; control tokens in it count as the plain text that they are."""
        with self._tokenizing:
            return len(self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        return len(self._ids(prompt))

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; raises `LimitError` where one would not fit the context."""
        requests = [self._ids(prompt) for prompt in prompts]
        longest = max(map(len, requests), default=0)
        if longest + max_tokens > self._context:
            raise LimitError(f"{longest} tokens and {max_tokens} for the answer; the context holds {self._context}.")
        written: list[Written] = []
        for start in range(0, len(requests), self._batch):
            batch = requests[start : start + self._batch]
            written += in_halves(batch, lambda some: self._answer(some, max_tokens, temperature))
        return written

    def close(self) -> None:
        """Free the model."""
        del self._model
        release()

    def _ids(self, prompt: Prompt) -> list[int]:
        system = [{"role": "system", "content": prompt.system}] if prompt.system else []
        with self._tokenizing:
            ids: list[int] = self._tokenizer.apply_chat_template(
                [*system, {"role": "user", "content": prompt.user}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=False,
                # A transcript may hold anything, also the text of a control token.
                sanitize_control_tokens=True,
            )
        return ids

    def _answer(self, requests: Sequence[list[int]], max_tokens: int, temperature: float) -> list[Written]:
        inputs = self._tokenizer.pad(
            {"input_ids": list(requests)}, padding=True, padding_side="left", return_tensors="pt"
        ).to(self._model.device)
        start = time.perf_counter()
        generated = generate(
            self._model,
            inputs,
            self._generating,
            max_tokens=max_tokens,
            temperature=temperature,
            prefill_chunk_size=_PREFILL,
        )
        seconds = (time.perf_counter() - start) / len(generated)
        return [
            Written(
                text=self._tokenizer.decode(one.tokens, skip_special_tokens=True).strip(),
                tokens_in=len(ids),
                tokens_out=len(one.tokens),
                seconds=seconds,
                complete=one.complete,
            )
            for ids, one in zip(requests, generated, strict=True)
        ]


def converted(gguf: Path, cache: Path) -> Path:
    """The ordinary checkpoint of a GGUF file, below `cache`; made the first time, in bfloat16.

    Raises `WeightsMissingError` where there is no such file, `WeightsDamagedError` where it is no GGUF.
    """
    if not gguf.is_file():
        raise WeightsMissingError(f"{gguf}: no such file.")
    target = cache / f"{gguf.stem}-whole-{build(gguf)}"
    if target.is_dir():
        return target
    require("gguf")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16, local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name, local_files_only=True)
    except (OSError, ValueError, LookupError, struct.error) as error:
        raise WeightsDamagedError(f"{gguf}: not a GGUF that transformers reads: {error}.") from error
    _forget_quantization(model)
    with whole_folder(target) as temporary:
        model.save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
    return target


def _forget_quantization(model: Any) -> None:
    """The weights are whole by now, but the model still calls itself a GGUF and would refuse to be saved."""
    model.hf_quantizer = None
    model.is_quantized = False
    model.quantization_method = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
