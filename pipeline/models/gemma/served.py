"""A `Chat` whose engine is a server: on this machine, or on one that you have named.

What goes to another machine goes through a gate, which the run provides; without one nothing is sent.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import EndpointError
from pipeline.models.endpoint.client import CHAT, Call, Endpoint
from pipeline.models.endpoint.egress import Gate
from pipeline.models.endpoint.messages import Answer, Ask, BadAnswer, safe_name, same_model
from pipeline.models.endpoint.writer import TEMPLATE_TOKENS, counter
from pipeline.models.gemma.bodies import body, reply
from pipeline.models.gemma.chat import Message, Reply
from pipeline.models.gemma.dialects import Dialect
from pipeline.prompts import Prompt

_OLLAMA = "/api/chat"


class ServedChat:
    """A `Chat` over an endpoint; `gate` is set by the run where the server is another machine."""

    def __init__(
        self, endpoint: Endpoint, dialect: Dialect, *, context: int, budget: int, tokenizer: Path | None = None
    ) -> None:
        """`context` is what one request may hold, in tokens; `budget` the largest count of tokens of a picture.

        Raises `WeightsMissingError` where `tokenizer` is no tokenizer file.
        """
        self.gate: Gate | None = None
        self._endpoint = endpoint
        self._dialect = dialect
        self._context = context
        self._budget = budget
        self._count = counter(endpoint, tokenizer)

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._endpoint.server.url

    @property
    def name(self) -> str:
        """Name of the model, as the server knows it, and of the engine."""
        return f"{self._endpoint.server.model} ({self._dialect.name})"

    @property
    def context(self) -> int:
        """Tokens of one request, prompt and answer together."""
        return self._context

    @property
    def concurrency(self) -> int:
        """Requests that the server is asked at once."""
        return self._endpoint.server.concurrency

    @property
    def counts_exactly(self) -> bool:
        """No: a server's chat template is not known."""
        return False

    def count(self, text: str) -> int:
        """Tokens of `text`; where only its bytes are known, as many, which is never too few."""
        return self._count(text)

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, at most."""
        return self.count(prompt.system) + self.count(prompt.user) + TEMPLATE_TOKENS

    def complete(self, message: Message, *, max_tokens: int, temperature: float) -> Reply:
        """The server's answer; see `Chat.complete`. Raises the gate's `EgressError`."""
        server = self._endpoint.server
        written = body(
            self._dialect,
            message,
            model=server.model,
            budget=self._budget,
            context=self._context,
            max_tokens=max_tokens,
            temperature=temperature,
            cap_field=server.cap_field,
        )
        about = Ask(
            Prompt(message.text, system=message.system),
            tuple(sound.samples for sound in message.sounds),
            tuple(picture.jpeg for picture in message.pictures),
        )
        call = Call(_OLLAMA if self._dialect.native else CHAT, written, about, max_tokens)
        answer, _ = self._endpoint.send(call, self._read, self.gate)
        return Reply(answer.text, answer.complete, answer.tokens_in, answer.tokens_out, answer.thoughts, answer.model)

    def close(self) -> None:
        """Nothing is held: the server goes on."""

    def _read(self, content: bytes) -> Answer:
        try:
            said = reply(self._dialect, content)
        except EndpointError as error:
            raise BadAnswer(str(error)) from None
        if not same_model(self._endpoint.named, said.model):
            raise BadAnswer(f"another model answered{safe_name(said.model)}", (said.tokens_in, said.tokens_out, 0))
        return Answer(said.text, said.complete, said.model, said.tokens_in, said.tokens_out, 0, said.thoughts)
