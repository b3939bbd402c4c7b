"""A batch of prompts of which one must not spoil the others."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import ModelError, UnreachedError
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import Prompt


def write_each(
    writer: Writer, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0
) -> list[Written | ModelError]:
    """An answer or an error for each prompt, in order; where a batch fails, each of it is asked alone.

    Raises `UnreachedError` where the model's server cannot be reached: that is no prompt's fault.
    """
    if not prompts:
        return []
    try:
        return list(writer.write(prompts, max_tokens=max_tokens, temperature=temperature))
    except UnreachedError:
        raise
    except ModelError as error:
        if len(prompts) == 1:
            return [error]
        return [write_each(writer, [prompt], max_tokens=max_tokens, temperature=temperature)[0] for prompt in prompts]
