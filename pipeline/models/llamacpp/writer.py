"""A text model in a GGUF file, run by llama.cpp inside this process.

The engine for CPUs: it computes on the 4-bit weights as they are, where bitsandbytes without AVX-512
unpacks them at every call.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.models.llamacpp.model import LlamaModel
from pipeline.models.llamacpp.server import LlamaServer
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt

_TOO_LONG = "Raise write.context, or lower merge.budget."


class LlamaCpp(LlamaModel):
    """A `Writer` over llama.cpp; deterministic with one slot, on one machine."""

    def __init__(
        self,
        path: Path,
        *,
        context: int = 8192,
        slots: int = 1,
        threads: int = 0,
        gpu_layers: int = 0,
        adapter: Path | None = None,
        name: str = "",
    ) -> None:
        """Load the weights; see `LlamaServer`. `name` is what rows call them; the file's name where empty."""
        server = LlamaServer(
            path,
            context=context,
            slots=slots,
            threads=threads,
            gpu_layers=gpu_layers,
            adapter=adapter,
            too_long=_TOO_LONG,
        )
        super().__init__(server, f"{name or path.name}{f' + {adapter.name}' if adapter else ''}")
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="llamacpp")

    @property
    def batch(self) -> int:
        """Requests computed at once."""
        return self._server.slots

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        return self._server.count_chat({"messages": _messages(prompt)})

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; see `Writer.write`."""
        return list(self._pool.map(lambda prompt: self._answer(prompt, max_tokens, temperature), prompts))

    def close(self) -> None:
        """Free the model."""
        self._pool.shutdown()
        super().close()

    def _answer(self, prompt: Prompt, max_tokens: int, temperature: float) -> Written:
        started = time.perf_counter()
        body = {
            "messages": _messages(prompt),
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": 0,
            "cache_prompt": False,
        }
        answer = self._server.chat(body, max_tokens)
        choice = answer["choices"][0]
        return Written(
            text=str(choice["message"]["content"] or "").strip(),
            tokens_in=int(answer["usage"]["prompt_tokens"]),
            tokens_out=int(answer["usage"]["completion_tokens"]),
            seconds=time.perf_counter() - started,
            complete=choice["finish_reason"] != "length",
        )


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    system = [{"role": "system", "content": prompt.system}] if prompt.system else []
    return [*system, {"role": "user", "content": prompt.user}]
