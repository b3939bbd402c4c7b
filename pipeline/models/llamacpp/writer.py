"""A text model in a GGUF file, run by llama.cpp inside this process.

The engine for CPUs: it computes on the 4-bit weights as they are, where bitsandbytes without AVX-512
unpacks them at every call.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import LimitError
from pipeline.models.llamacpp.model import LlamaModel
from pipeline.models.llamacpp.server import Answer, LlamaServer
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt

_TOO_LONG = "Raise write.context, or lower merge.budget."
_THOUGHT = "</think>"
_USER = "(user)"
"""Stands for the user's text."""


class _Asked(NamedTuple):
    """A prompt as the model gets it."""

    system: str
    text: str
    tokens: int


class LlamaCpp(LlamaModel):
    """A `Writer` over llama.cpp.

    On one machine the same prompts in one call give the same answers, whatever was asked before. Prompts that are
    computed together may change a word of each other's: their sums are rounded together.
    """

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
        """Load the weights; see `LlamaServer`. `name` is what rows call them; the file's name where empty.

        `context` is shared by the prompts that are computed at once, at most `slots`.
        """
        # What is kept there became of the system texts of prompts, never of what was said.
        self._folder = tempfile.TemporaryDirectory(prefix="longmedia-")
        server = LlamaServer(
            path,
            context=context,
            slots=slots,
            threads=threads,
            gpu_layers=gpu_layers,
            adapter=adapter,
            openings=Path(self._folder.name),
            too_long=_TOO_LONG,
        )
        super().__init__(server, f"{name or path.name}{f' + {adapter.name}' if adapter else ''}")
        self._openings: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def batch(self) -> int:
        """Requests computed at once."""
        return self._server.slots

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        return self._server.count_chat({"messages": _messages(prompt)})

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; see `Writer.write`."""
        asked = [self._asked(prompt, max_tokens) for prompt in prompts]
        written: list[Written] = []
        for group in self._groups(asked, max_tokens):
            started = time.perf_counter()
            texts = [one.text for one in group]
            with self._lock:  # what else is asked meanwhile would be computed together with these
                opening = self._opening(group[0].system)
                answers = self._server.answers(texts, opening, max_tokens=max_tokens, temperature=temperature)
            seconds = (time.perf_counter() - started) / len(group)
            written += [_written(answer, seconds) for answer in answers]
        return written

    def close(self) -> None:
        """Free the model."""
        super().close()
        self._folder.cleanup()

    def _asked(self, prompt: Prompt, max_tokens: int) -> _Asked:
        """A prompt as the model gets it; raises `LimitError` where it leaves no room for its answer."""
        text = self._server.prompt({"messages": _messages(prompt)})
        tokens = self._server.count_prompt(text)
        if tokens + max_tokens > self.context:
            raise LimitError(
                f"a prompt of {tokens} tokens leaves no room for {max_tokens} more in {self.context}.", cure=_TOO_LONG
            )
        return _Asked(prompt.system, text, tokens)

    def _groups(self, asked: Sequence[_Asked], max_tokens: int) -> Iterator[list[_Asked]]:
        """Prompts that follow each other, begin alike and fit the context together, at most one a slot."""
        group: list[_Asked] = []
        taken = 0
        for one in asked:
            needed = one.tokens + max_tokens
            full = len(group) == self.batch or taken + needed > self.context
            if group and (full or one.system != group[0].system):
                yield group
                group, taken = [], 0
            group.append(one)
            taken += needed
        if group:
            yield group

    def _opening(self, system: str) -> str:
        """How every prompt with this system text begins; nothing where there is none."""
        if system and system not in self._openings:
            whole = self._server.prompt({"messages": _messages(Prompt(_USER, system))})
            self._openings[system] = whole.rpartition(_USER)[0]
        return self._openings.get(system, "")


def _written(answer: Answer, seconds: float) -> Written:
    """An answer as a writer gives it, without what a reasoning model thought before it."""
    text = answer.text.rpartition(_THOUGHT)[2].strip()
    return Written(text, answer.tokens_in, answer.tokens_out, seconds, answer.complete)


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    system = [{"role": "system", "content": prompt.system}] if prompt.system else []
    return [*system, {"role": "user", "content": prompt.user}]
