"""A `Writer` whose model runs in a server of yours: on this machine, or on one that you have named.

A server on this machine is free to be asked. What goes to any other leaves this machine, so it goes
through a gate, which the run provides; without one nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tokenizers import Tokenizer

from pipeline.errors import EndpointError, LimitError, WeightsMissingError
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.endpoint.egress import Gate
from pipeline.models.endpoint.messages import Ask
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt
from pipeline.settings.addresses import is_loopback

TEMPLATE_TOKENS = 64
"""What a chat template may add: role marks, and the system text of a model that has its own."""


class EndpointWriter:
    """A `Writer` over an endpoint; `gate` is set by the run where the server is another machine."""

    def __init__(self, endpoint: Endpoint, *, context: int, tokenizer: Path | None = None) -> None:
        """`context` is what one request may hold, in tokens; the server must hold as much.

        Raises `WeightsMissingError` where `tokenizer` is no tokenizer file.
        """
        self.gate: Gate | None = None
        self._endpoint = endpoint
        self._context = context
        self._count = counter(endpoint, tokenizer)
        self._pool = ThreadPoolExecutor(endpoint.server.concurrency, thread_name_prefix="endpoint")

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._endpoint.server.url

    @property
    def name(self) -> str:
        """Name of the model, as the server knows it; where the server runs makes no other text."""
        return f"{self._endpoint.server.model} (endpoint)"

    @property
    def context(self) -> int:
        """Tokens of one request, prompt and answer together."""
        return self._context

    @property
    def batch(self) -> int:
        """Requests that the server is asked at once."""
        return self._endpoint.server.concurrency

    def count(self, text: str) -> int:
        """Tokens of `text`; where only its bytes are known, as many, which is never too few."""
        return self._count(text)

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, at most."""
        return self.count(prompt.system) + self.count(prompt.user) + TEMPLATE_TOKENS

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; see `Writer.write`."""
        return list(self._pool.map(lambda prompt: self._answer(prompt, max_tokens, temperature), prompts))

    def _answer(self, prompt: Prompt, max_tokens: int, temperature: float) -> Written:
        tokens = self.prompt_tokens(prompt)
        if tokens + max_tokens > self._context:
            raise LimitError(
                f"a prompt of {tokens} tokens leaves no room for {max_tokens} more in {self._context}.",
                cure="Raise write.context, or lower merge.budget.",
            )
        return self._endpoint.ask(Ask(prompt), max_tokens=max_tokens, temperature=temperature, gate=self.gate)


def counter(endpoint: Endpoint, tokenizer: Path | None) -> Callable[[str], int]:
    """The best count to be had: a tokenizer file, the local server's own, else bytes.

    A server on another machine is never asked: texts would leave only to be counted. Raises `WeightsMissingError` where
    `tokenizer` is no tokenizer file.
    """
    if tokenizer is not None:
        if not tokenizer.is_file():
            raise WeightsMissingError(f"{tokenizer}: no such file.", cure="Correct endpoint.tokenizer.")
        known = Tokenizer.from_file(str(tokenizer))
        return lambda text: len(known.encode(text, add_special_tokens=False).ids)

    def ask(text: str) -> int:
        body = {"model": endpoint.server.model, "content": text, "prompt": text, "add_special_tokens": False}
        said = endpoint.post("/tokenize", body)
        tokens = said.get("tokens") if isinstance(said, dict) else None
        if not isinstance(tokens, list):
            raise EndpointError(f"{endpoint.host}: /tokenize gives no tokens.")
        return len(tokens)

    if is_loopback(endpoint.server.url):
        try:
            if ask("a b") > 0:
                return ask
        except EndpointError:
            pass
    return lambda text: len(text.encode())
