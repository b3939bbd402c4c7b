"""Gemma 4 through transformers, as one backend: it hears windows, sees segments and writes merges.

`ask` is the whole of it: requests with frames, audio or neither, in batches. `GemmaHearer` (the protocol
`Hearer`) and `write` (the protocol `Writer`) are words around it. Hearing is a call of its own, in the
task frame that Gemma was trained with: asked to do two things at once, it transcribes worse.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import LimitError, ModelError
from pipeline.models.gemma.batches import at_once, request_tokens
from pipeline.models.gemma.frames import Frames, patches
from pipeline.models.gemma.inputs import Prepared, Request, conversation, prepare, refusal
from pipeline.models.gemma.limits import GemmaLimits
from pipeline.models.gemma.masks import fixed_cache, looks_both_ways
from pipeline.models.gemma.multimodal import Answer, words
from pipeline.models.huggingface.generating import generate, in_halves, release
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt
from pipeline.settings import Video

VERSION = 3
"""Raised when code changes what the model is given, or what is kept of its answer, although no setting did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A loaded checkpoint, and how it is driven."""

    model: Any
    processor: Any
    limits: GemmaLimits
    name: str
    drafter: Any = None
    batch: int = 4
    """Requests in the model at once, at most; one where a drafter helps."""
    planned: int = request_tokens(Video())
    """Tokens of a request, of which `batch` fit at once."""
    frame_tokens: int = 70
    prefill: int = 2048
    """Tokens of a long text that are read at once: the attention mask is then `prefill` x length."""
    generating: threading.Lock = field(default_factory=threading.Lock)
    """Shared by all transformers models of a program; see `generate`."""


class Gemma:
    """A Gemma 4 that runs in this process through transformers. Implements `Multimodal`."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._tokenizer = running.processor.tokenizer
        self._tokenizing = threading.Lock()  # how it treats control tokens is its state, not the call's
        self._eyes = ThreadPoolExecutor(1, "frames")
        self._thought_end = self._tokenizer.convert_tokens_to_ids("<channel|>")
        self._thought_start = self._tokenizer.convert_tokens_to_ids("<|channel>")

    @property
    def name(self) -> str:
        """Name, build and quantisation of the weights."""
        return self._running.name

    @property
    def loaded(self) -> Running:
        """The model itself, for measurements."""
        return self._running

    @property
    def limits(self) -> GemmaLimits:
        """What it takes in."""
        return self._running.limits

    @property
    def context(self) -> int:
        """Tokens that one request may hold, prompt and answer together."""
        return self.limits.context

    @property
    def batch(self) -> int:
        """Requests computed at once; one where a drafter helps."""
        return 1 if self._running.drafter is not None else self._running.batch

    def count(self, text: str) -> int:
        """Tokens of `text`; control tokens in it count as the plain text that they are."""
        with self._tokenizing:
            return len(self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        with self._tokenizing:
            inputs = self._running.processor.apply_chat_template(
                conversation(Request(text=prompt.user, system=prompt.system)),
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                sanitize_control_tokens=True,
            )
        return len(inputs["input_ids"][0])

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; raises `LimitError` where one would not fit the context."""
        requests = [Request(text=prompt.user, system=prompt.system) for prompt in prompts]
        longest = max(map(self.prompt_tokens, prompts), default=0) + max_tokens
        size = at_once(self.batch, self._running.planned, longest)
        answers = [
            answer
            for start in range(0, len(requests), size)
            for answer in self.ask(requests[start : start + size], max_tokens=max_tokens, temperature=temperature)
        ]
        return [words(answer) for answer in answers]

    def close(self) -> None:
        """Free the model."""
        self._eyes.shutdown()
        del self._running
        release()

    def look(self, frames: Frames, at: tuple[int, ...]) -> Future[Any]:
        """Begin with the frames of a later request, on a thread of their own: its `patches`.

        The model may hear meanwhile. A second request about the same frames can share them.
        """
        running = self._running
        return self._eyes.submit(patches, running.processor, frames, at, running.frame_tokens, running.model.dtype)

    def ask(self, requests: Sequence[Request], *, max_tokens: int, temperature: float = 0.0) -> list[Answer]:
        """An answer for each request, in order.

        A request over a limit, or of which the processor made something else than computed, gets its error
        and never reaches the model; the others of its batch do. Raises `ModelError` where one request
        alone does not fit the device.
        """
        answers: dict[int, Answer] = {}
        sendable: list[int] = []
        for index, request in enumerate(requests):
            error = refusal(self.limits, request)
            if error is None:
                sendable.append(index)
            else:
                answers[index] = Answer(None, None, error)
        size = self.batch
        for start in range(0, len(sendable), size):
            batch = sendable[start : start + size]
            done = in_halves(
                [requests[index] for index in batch], lambda some: self._send(some, max_tokens, temperature)
            )
            answers.update(zip(batch, done, strict=True))
        return [answers[index] for index in range(len(requests))]

    def _send(self, requests: Sequence[Request], max_tokens: int, temperature: float) -> list[Answer]:
        running = self._running
        wait([request.patches for request in requests if request.patches])
        with self._tokenizing:
            prepared = prepare(running.processor, requests, running.frame_tokens)
        errors = [self._error(prepared, row, max_tokens) for row in range(len(requests))]
        if any(errors):
            good = [request for request, error in zip(requests, errors, strict=True) if error is None]
            sent = iter(self._send(good, max_tokens, temperature) if good else [])
            return [
                next(sent) if error is None else Answer(None, proof, error)
                for proof, error in zip(prepared.proofs, errors, strict=True)
            ]
        return self._generate(prepared, max_tokens, temperature)

    def _error(self, prepared: Prepared, row: int, max_tokens: int) -> ModelError | None:
        length = int(prepared.inputs["attention_mask"][row].sum())
        if length + max_tokens > self.context:
            return LimitError(f"{length} tokens and {max_tokens} for the answer; the context holds {self.context}.")
        return prepared.proofs[row].error

    def _generate(self, prepared: Prepared, max_tokens: int, temperature: float) -> list[Answer]:
        running = self._running
        inputs = prepared.inputs.to(running.model.device, running.model.dtype)
        options = self._options(prepared, max_tokens)
        start = time.perf_counter()
        generated = generate(
            running.model, inputs, running.generating, max_tokens=max_tokens, temperature=temperature, **options
        )
        seconds = (time.perf_counter() - start) / len(generated)
        return [
            Answer(self._written(one.tokens, tokens_in, one.complete, seconds), proof)
            for one, tokens_in, proof in zip(generated, prepared.text_tokens, prepared.proofs, strict=True)
        ]

    def _options(self, prepared: Prepared, max_tokens: int) -> dict[str, Any]:
        """How `generate` is to go about it."""
        running, proofs = self._running, prepared.proofs
        if any(proof.sent.frames for proof in proofs) and looks_both_ways(running.model.config):
            # A drafter cannot share such a cache.
            tokens = prepared.inputs["input_ids"].shape[1] + max_tokens
            return {"cache": fixed_cache(running.model.config, tokens), "disable_compile": True}
        if running.drafter is not None:
            return {"assistant_model": running.drafter}
        if any(proof.sent.audio_tokens or proof.sent.frames for proof in proofs):
            return {}  # transformers refuses to split what holds audio or video
        return {"prefill_chunk_size": running.prefill}

    def _written(self, tokens: list[int], tokens_in: int, complete: bool, seconds: float) -> Written:
        """The answer without the thoughts before it; thoughts that never end leave an empty answer."""
        thoughts: list[int] = []
        words = tokens
        if self._thought_end in tokens:
            last = len(tokens) - tokens[::-1].index(self._thought_end)
            thoughts, words = tokens[:last], tokens[last:]
        elif self._thought_start in tokens:
            thoughts, words = tokens, []
        decode = self._tokenizer.decode
        return Written(
            text=decode(words, skip_special_tokens=True).strip(),
            tokens_in=tokens_in,
            tokens_out=len(tokens),
            seconds=seconds,
            complete=complete,
            details={"thoughts": decode(thoughts, skip_special_tokens=True).strip()} if thoughts else {},
        )
