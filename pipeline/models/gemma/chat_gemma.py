"""A Gemma 4 behind an engine that takes chat requests: the same face as `Gemma`, many requests under way at once.

Before its first request with sound or pictures the engine is proved, see `handshake`. From then on its own count of
every such prompt is held against the computed one: its text, counted by the engine without the media, and what the
media must add.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import EndpointError, LimitError, ModelError, UnreachedError
from pipeline.models.gemma.bodies import jpeg
from pipeline.models.gemma.chat import Chat, Message, Picture, Reply, Sound
from pipeline.models.gemma.dialects import Dialect
from pipeline.models.gemma.frames import Frames
from pipeline.models.gemma.handshake import UNCOUNTED, Handshake, PictureProof, SoundProof, fault, thinks
from pipeline.models.gemma.inputs import Counts, Proof, Request, expected, refusal, whole_tokens
from pipeline.models.gemma.limits import GemmaLimits
from pipeline.models.gemma.multimodal import Answer, words
from pipeline.models.gemma.parts import parts, told
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt

VERSION = 1
"""Raised when code changes what an engine is sent, or what is kept of its answer, although no setting did."""

_COUNTED_TEXTS = 64


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request as it is sent, with what the engine must count."""

    message: Message
    text_tokens: int
    beside: int
    """Tokens of marks and stamps."""
    expected: Counts

    @property
    def due(self) -> int:
        """Tokens of the whole prompt."""
        return self.text_tokens + self.beside + self.expected.audio_tokens + self.expected.video_tokens


class Proofs:
    """The proofs of one engine: each is made by the first who asks while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._answers: str | None = None
        self._sound: SoundProof | None = None
        self._pictures: PictureProof | None = None

    def sound(self, handshake: Handshake) -> SoundProof:
        """That it hears; raises what `Handshake.hears` raises."""
        with self._lock:
            self._first(handshake)
            if self._sound is None:
                self._sound = handshake.hears()
            return self._sound

    def pictures(self, handshake: Handshake) -> PictureProof:
        """That it sees; raises what `Handshake.sees` raises."""
        with self._lock:
            self._first(handshake)
            if self._pictures is None:
                self._pictures = handshake.sees()
            return self._pictures

    def _first(self, handshake: Handshake) -> None:
        if self._answers is None:
            self._answers = handshake.answers()


class ChatGemma:
    """A Gemma 4 behind a `Chat`. Implements `Multimodal`."""

    def __init__(
        self,
        chat: Chat,
        dialect: Dialect,
        limits: GemmaLimits,
        *,
        budget: int,
        frames: int,
        proofs: Proofs | None = None,
    ) -> None:
        """Nothing is asked yet.

        Args:
            chat: the engine.
            dialect: how it is asked.
            limits: what it takes in.
            budget: soft tokens of a frame, at most.
            frames: frames of a request, at most.
            proofs: where the proofs of the engine are kept for others who use it, too; none: here.
        """
        self._chat = chat
        self._dialect = dialect
        self._limits = limits
        self._budget = budget
        self._handshake = Handshake(chat, dialect, limits, budget=budget, frames=frames)
        self._proofs = proofs or Proofs()
        self._text_tokens = functools.lru_cache(_COUNTED_TEXTS)(self._counted)
        self._pool = ThreadPoolExecutor(chat.concurrency, thread_name_prefix="chat")
        self._eyes = ThreadPoolExecutor(1, thread_name_prefix="frames")

    @property
    def chat(self) -> Chat:
        """The engine, for the gate and for the doctor."""
        return self._chat

    @property
    def handshake(self) -> Handshake:
        """The proof of the engine, for the doctor."""
        return self._handshake

    @property
    def name(self) -> str:
        """Name of the weights and of the engine."""
        return self._chat.name

    @property
    def limits(self) -> GemmaLimits:
        """What it takes in."""
        return self._limits

    @property
    def context(self) -> int:
        """Tokens that one request may hold, prompt and answer together."""
        return self._limits.context

    @property
    def batch(self) -> int:
        """Requests under way at once."""
        return self._chat.concurrency

    def count(self, text: str) -> int:
        """Tokens of `text`; never too few."""
        return self._chat.count(text)

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included; never too few."""
        return self._chat.prompt_tokens(prompt)

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; see `Writer.write`."""
        requests = [Request(text=prompt.user, system=prompt.system) for prompt in prompts]
        return [words(answer) for answer in self.ask(requests, max_tokens=max_tokens, temperature=temperature)]

    def close(self) -> None:
        """Let go of the engine and the threads."""
        self._pool.shutdown()
        self._eyes.shutdown()
        self._chat.close()

    def look(self, frames: Frames, at: tuple[int, ...]) -> Future[Any]:
        """Begin with the frames of a later request, on a thread of their own: JPEG files, which need no times."""
        del at
        return self._eyes.submit(_pictures, frames)

    def ask(self, requests: Sequence[Request], *, max_tokens: int, temperature: float = 0.0) -> list[Answer]:
        """An answer for each request, in order; as many are under way as the engine takes at once.

        A request over a limit is not sent. One of which the engine counts other tokens than computed gets an error
        that names the engine, what was dropped and the cure; so does one that is answered by thoughts only. Raises
        `UnreachedError` where the engine cannot be reached, `EgressError` where a request may not leave, and the
        error of the handshake where the engine is not what it should be.
        """
        if any(request.audio for request in requests):
            self._proofs.sound(self._handshake)
        if any(request.frames is not None for request in requests):
            self._proofs.pictures(self._handshake)
        started = time.perf_counter()
        answers = list(self._pool.map(lambda request: self._answer(request, max_tokens, temperature), requests))
        share = (time.perf_counter() - started) / max(1, len(answers))
        return [
            answer if answer.written is None else replace(answer, written=replace(answer.written, seconds=share))
            for answer in answers
        ]

    def _answer(self, request: Request, max_tokens: int, temperature: float) -> Answer:
        error = refusal(self._limits, request)
        if error is not None:
            return Answer(None, None, error)
        try:
            sent = self._sent(request)
            if sent.due + max_tokens > self.context:
                raise LimitError(
                    f"{sent.due} tokens and {max_tokens} for the answer; the context holds {self.context}.",
                    cure="Raise gemma.context, where the engine holds more.",
                )
            said = self._chat.complete(sent.message, max_tokens=max_tokens, temperature=temperature)
            return self._checked(sent, said)
        except UnreachedError:
            raise
        except ModelError as failed:
            return Answer(None, None, failed)

    def _sent(self, request: Request) -> _Sent:
        due = expected(request, self._budget)
        pictures: tuple[Picture, ...] = ()
        if request.frames is not None:
            pictures = request.patches.result() if request.patches else _pictures(request.frames)
        sounds = [Sound(whole_tokens(samples)) for samples in request.audio]
        message = Message(parts(self._dialect, request.text, pictures, due.stamps, sounds), request.system)
        if not pictures and not sounds:
            prompt = Prompt(request.text, system=request.system)
            return _Sent(message, self._chat.prompt_tokens(prompt), 0, due)
        beside = len(sounds) * self._proofs.sound(self._handshake).beside if sounds else 0
        if pictures:
            beside += self._proofs.pictures(self._handshake).beside(len(pictures))
        text = told(self._dialect, request.text, due.stamps)
        return _Sent(message, self._text_tokens(text, request.system), beside, due)

    def _counted(self, text: str, system: str) -> int:
        """Tokens of a prompt without its media, as the engine counts them.

        One that cannot count alone is asked for an answer of one token, and must tell its count: else
        `InputMismatchError`.
        """
        if self._chat.counts_exactly:
            return self._chat.prompt_tokens(Prompt(text, system=system))
        return self._told(self._chat.complete(Message((text,), system), max_tokens=1, temperature=0.0))

    def _told(self, said: Reply) -> int:
        """The engine's count of a prompt."""
        if said.tokens_in < 0:
            raise fault(self._dialect, UNCOUNTED, "")
        return said.tokens_in

    def _checked(self, sent: _Sent, said: Reply) -> Answer:
        proof = None
        if sent.message.pictures or sent.message.sounds:
            proof = Proof(sent.expected, _arrived(sent, self._told(said)))
            if proof.error is not None:
                return Answer(None, proof, self._different(sent, said.tokens_in))
        if thinks(said) and not said.text:
            why = f"{self._dialect.engine} (dialect {self._dialect.name}) thinks instead of answering."
            return Answer(None, proof, EndpointError(why, cure=f"Switch it off: {self._dialect.thinking_cure}."))
        written = Written(
            text=said.text,
            tokens_in=max(0, said.tokens_in - sent.expected.audio_tokens - sent.expected.video_tokens),
            tokens_out=max(0, said.tokens_out),
            seconds=0.0,
            complete=said.complete,
            details={"thoughts": said.thoughts} if said.thoughts else {},
        )
        return Answer(written, proof)

    def _different(self, sent: _Sent, tokens: int) -> ModelError:
        due = sent.expected
        media = {
            "sound": (due.audio_tokens, f"{due.audio_tokens} of sound", self._dialect.sound_cure),
            "frames": (due.video_tokens, f"{due.video_tokens} of {due.frames} frames", self._dialect.picture_cure),
        }
        kinds, parts_, cures = zip(*((kind, *rest) for kind, (some, *rest) in media.items() if some), strict=True)
        lost = "dropped or cut" if tokens < sent.due else "more than were sent"
        return fault(
            self._dialect,
            f"{' or '.join(kinds)} {lost}: the prompt is {tokens} tokens where {sent.due} are expected, "
            f"with {' and '.join(parts_)}",
            "; ".join(cures),
        )


def _arrived(sent: _Sent, tokens: int) -> Counts:
    """What the engine must have seen for its count to be `tokens`; where that is as computed, all of it."""
    due = sent.expected
    missing = sent.due - tokens
    if not missing:
        return due
    if not due.frames:
        return replace(due, audio_tokens=max(0, due.audio_tokens - missing))
    left = max(0, due.video_tokens - missing)
    frames = left * due.frames // due.video_tokens
    return replace(due, frames=frames, video_tokens=left, stamps=due.stamps[:frames])


def _pictures(frames: Frames) -> tuple[Picture, ...]:
    return tuple(jpeg(frame) for frame in frames)
