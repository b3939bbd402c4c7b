"""Answers out of a transformers model: greedy, in batches, and small enough for the device.

Shared by the multimodal backend and the text backend. Nothing here imports torch before it is called.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline.errors import ModelError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Generated:
    """The tokens of one answer, without prompt and end marker; not `complete` where the cap cut it."""

    tokens: list[int]
    complete: bool


def in_halves(items: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
    """`work(items)`; where the device runs out of memory, the two halves one after the other.

    Raises `ModelError` where a single item does not fit.
    """
    if not items:
        return []
    try:
        return work(items)
    except (RuntimeError, MemoryError) as error:
        if not _out_of_memory(error):
            raise
        if len(items) == 1:
            raise ModelError(
                f"one request alone does not fit this device's memory: {str(error).splitlines()[0]}",
                cure="A smaller model, `--set gemma.quantization=nf4`, `--set video.frame_tokens=70` or a smaller "
                "`merge.budget` needs less; `longmedia doctor` computes how much.",
            ) from error
    # Only here, behind the handler, is the failed batch free: its traceback held every tensor.
    release()
    middle = (len(items) + 1) // 2
    return [*in_halves(items[:middle], work), *in_halves(items[middle:], work)]


def _out_of_memory(error: Exception) -> bool:
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    # The CPU's allocator has no class of its own.
    return "DefaultCPUAllocator" in str(error) or "out of memory" in str(error).lower()


def release() -> None:
    """Give memory of objects that are gone back to the device."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


_KEPT = (
    "bos_token_id",
    "eos_token_id",
    "pad_token_id",
    "suppress_tokens",
    "begin_suppress_tokens",
    "bad_words_ids",
)
"""What a checkpoint says of its tokens: which begin, end and fill a text, and which must never be written."""


def make_greedy(model: Any) -> None:
    """Leave of a checkpoint's generation settings what it says of its tokens.

    Checkpoints ask for sampling; with it the same recording would give another text every time.
    """
    from transformers import GenerationConfig

    old = model.generation_config
    model.generation_config = GenerationConfig(**{name: getattr(old, name) for name in _KEPT})


def generate(
    model: Any, inputs: Any, lock: threading.Lock, *, max_tokens: int, temperature: float = 0.0, **options: Any
) -> list[Generated]:
    """One answer for each row of `inputs` (left-padded `input_ids`, shape (rows, tokens), and what goes with them).

    Greedy where `temperature` is 0; otherwise sampled from a fixed seed, so that a second run says the same. `lock` is
    shared by all models of a program: two generations at once would share the memory that a batch was sized for, and
    the seed, which is global.
    """
    import torch

    sampling = {"do_sample": True, "temperature": temperature} if temperature > 0 else {"do_sample": False}
    with lock, torch.inference_mode(), _seeded():
        output = model.generate(**inputs, max_new_tokens=max_tokens, **sampling, **options)
    answers = output[:, inputs["input_ids"].shape[1] :].tolist()
    return [_until_end(tokens, end_tokens(model)) for tokens in answers]


def end_tokens(model: Any) -> frozenset[int]:
    """The tokens that end an answer."""
    ends = model.generation_config.eos_token_id
    return frozenset(ends if isinstance(ends, list) else [ends])


def _until_end(tokens: list[int], ends: frozenset[int]) -> Generated:
    for position, token in enumerate(tokens):
        if token in ends:
            return Generated(tokens[:position], complete=True)
    return Generated(tokens, complete=False)


@contextlib.contextmanager
def _seeded() -> Iterator[None]:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield
