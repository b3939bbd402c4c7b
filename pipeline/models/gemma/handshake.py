"""The proof of an engine before it is used: a known clip and known pictures, and its count of their tokens.

An engine that drops sound, cuts frames, puts media elsewhere or thinks gives no error: only its count of the prompt's
tokens shows it. What a clip or a frame costs beside its soft tokens (marks, line breaks, a stamp) is learnt here from
short requests, and must then explain long ones to the token. Every difference is an error, never a warning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chunkers.frames import frame_size
from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import EndpointError, InputMismatchError, ModelError, UnreachedError
from pipeline.models.gemma.bodies import jpeg
from pipeline.models.gemma.chat import Chat, Message, Part, Picture, Reply, Sound
from pipeline.models.gemma.dialects import Dialect
from pipeline.models.gemma.limits import TOKEN_SAMPLES, GemmaLimits, audio_tokens, frame_stamp, frame_tokens
from pipeline.models.gemma.parts import parts, told
from pipeline.models.protocol import Samples

_HEAR, _SEE = "Describe what is heard.", "Name the colours that are shown."
_ANSWER = "What is the capital of France? Answer with one word."
_HALVES = ("wo", "rds")
"""Two texts that make fewer tokens together than apart, in any tokenizer that knows the word."""

_MARKS = 6
"""Tokens beside the soft ones of a clip or picture, at most: two marks, and line breaks. With a stamp they are more."""

_TURN = 3
"""Tokens that two parts of a turn can cost more than one, at most: a line break. The marks of a turn are more."""

_THOUGHT = 4
"""Tokens of an answer without a word that no thought can be made of: its end."""

_ANSWER_TOKENS = 48
_COLOURS = ((200, 30, 30), (30, 160, 30), (30, 30, 200))
_OTHER_DIALECT = "name in endpoint.dialect what the server is; Ollama needs its own, at the address without `/v1`"


@dataclass(frozen=True, slots=True)
class SoundProof:
    """That an engine hears: `beside` are the tokens of a clip beside its soft ones, `heard` what it said of a tone."""

    beside: int
    heard: str


@dataclass(frozen=True, slots=True)
class PictureProof:
    """That an engine sees: the tokens of the first and of every further frame beside their soft ones, its stamp
    included, and what it said of three colours."""

    first: int
    further: int
    seen: str

    def beside(self, frames: int) -> int:
        """Tokens of `frames` frames beside their soft ones."""
        return self.first + (frames - 1) * self.further if frames else 0


class Handshake:
    """One engine, to be proved; every proof raises `InputMismatchError` or `EndpointError` with its cure."""

    def __init__(self, chat: Chat, dialect: Dialect, limits: GemmaLimits, *, budget: int, frames: int) -> None:
        """`budget` is the largest count of soft tokens of a picture, `frames` the most that a request will hold."""
        self._chat = chat
        self._dialect = dialect
        self._limits = limits
        self._budget = budget
        self._frames = max(2, min(frames, limits.frames))

    def answers(self) -> str:
        """What it answers to a question; raises where it counts no tokens, thinks, or makes a turn of each part."""
        said = self._ask(_ANSWER, max_tokens=_ANSWER_TOKENS)
        if said.tokens_in < 0:
            raise fault(self._dialect, "it does not tell how many tokens it was sent: nothing proves what it saw", "")
        if thinks(said):
            raise fault(self._dialect, "it thinks before it answers", self._dialect.thinking_cure)
        apart, together = self._count(*_HALVES), self._count("".join(_HALVES))
        if apart - together > _TURN:
            raise fault(self._dialect, "it makes a turn of its own of each part of a request", _OTHER_DIALECT)
        return said.text

    def hears(self) -> SoundProof:
        """Send a tone of one second, and one as long as a stretch."""
        cure = self._dialect.sound_cure
        short, long = Sound(tone(1)), Sound(tone(self._limits.hear_s))
        without = self._count(_HEAR)
        said = self._ask(_HEAR, short, max_tokens=_ANSWER_TOKENS)
        due = without + _soft(short)
        if said.tokens_in <= without + _MARKS:
            what = f"sound is dropped: {said.tokens_in} tokens with a second of it, {without} without"
            raise fault(self._dialect, what, cure)
        beside = said.tokens_in - due
        if not 0 <= beside <= _MARKS:
            what = f"a second of sound is not 25 tokens: {said.tokens_in} are sent, {due} and marks expected"
            raise fault(self._dialect, what, cure)
        sent, due = self._count(_HEAR, long), without + _soft(long) + beside
        if sent != due:
            what = f"{self._limits.hear_s:g} s of sound do not arrive whole: {sent} tokens are sent, {due} expected"
            raise fault(self._dialect, what, cure)
        self._check_order(short, _soft(short) + beside, "sound")
        return SoundProof(beside, said.text)

    def sees(self) -> PictureProof:
        """Send one frame, two, and as many as a request will hold."""
        cure = self._dialect.picture_cure
        shown = colours(self._frames, self._budget)
        soft = frame_tokens(shown[0].height, shown[0].width, self._budget)
        bare = self._count(shown[0], _SEE) - self._count(_SEE) - soft
        if bare + soft <= _MARKS:
            raise fault(self._dialect, "pictures are dropped: they add no tokens", cure)
        if not 0 <= bare <= _MARKS:
            what = f"a picture is not {soft} tokens: {bare + soft} are sent, {soft} and marks expected"
            raise fault(self._dialect, what, cure)
        self._check_order(shown[0], soft + bare, "pictures")
        first = self._shown(shown[:1]).tokens_in - self._told(1) - soft
        further = self._shown(shown[:2]).tokens_in - self._told(2) - 2 * soft - first
        if self._dialect.keeps_order and min(first, further) <= bare:
            raise fault(self._dialect, "the stamps of frames do not arrive", _OTHER_DIALECT)
        said = self._shown(shown, max_tokens=_ANSWER_TOKENS)
        proof = PictureProof(first, further, said.text)
        due = self._told(self._frames) + self._frames * soft + proof.beside(self._frames)
        if said.tokens_in != due:
            what = f"{self._frames} frames do not arrive whole: {said.tokens_in} tokens are sent, {due} expected"
            raise fault(self._dialect, what, cure)
        return proof

    def _check_order(self, media: Picture | Sound, tokens: int, what: str) -> None:
        """Raise where a clip or picture between two halves of a word leaves the word whole: it was put elsewhere."""
        if not self._dialect.keeps_order:
            return
        before, behind = _HALVES
        if self._count(before, media, behind) - tokens == self._count(before, behind):
            raise fault(self._dialect, f"{what} are put elsewhere than where they were sent", _OTHER_DIALECT)

    def _shown(self, pictures: tuple[Picture, ...], max_tokens: int = 1) -> Reply:
        stamps = _stamps(len(pictures))
        return self._ask(*parts(self._dialect, _SEE, pictures, stamps, ()), max_tokens=max_tokens)

    def _told(self, frames: int) -> int:
        return self._count(told(self._dialect, _SEE, _stamps(frames)))

    def _count(self, *of: Part) -> int:
        return self._ask(*of, max_tokens=1).tokens_in

    def _ask(self, *of: Part, max_tokens: int) -> Reply:
        message = Message(of)
        try:
            return self._chat.complete(message, max_tokens=max_tokens, temperature=0.0)
        except UnreachedError:
            raise
        except ModelError as error:
            if message.sounds:
                raise _refused(self._dialect, "sound", error, self._dialect.sound_cure) from error
            if message.pictures:
                what = f"{len(message.pictures)} pictures"
                raise _refused(self._dialect, what, error, self._dialect.picture_cure) from error
            raise


def fault(dialect: Dialect, what: str, cure: str) -> InputMismatchError:
    """The error that `what` is, with its cure as a sentence."""
    return InputMismatchError(f"{dialect.engine} (dialect {dialect.name}): {what}.", cure=_sentence(cure))


def thinks(said: Reply) -> bool:
    """Whether the engine thought where it was told not to."""
    return bool(said.thoughts) or (not said.text and said.tokens_out > _THOUGHT)


def tone(seconds: float) -> Samples:
    """A tone of 440 Hz that comes and goes twice a second, whole soft tokens long."""
    size = round(seconds * TICKS_PER_SECOND) // TOKEN_SAMPLES * TOKEN_SAMPLES
    at = np.arange(size) / TICKS_PER_SECOND
    made: Samples = (0.3 * np.sin(2 * np.pi * 440 * at) * np.sin(2 * np.pi * at) ** 2).astype(np.float32)
    return made


def colours(count: int, budget: int) -> tuple[Picture, ...]:
    """`count` pictures in turns of one colour, of the size that frames of 16:9 have."""
    width, height = frame_size(1280, 720, budget)
    made = [jpeg(np.full((height, width, 3), colour, np.uint8)) for colour in _COLOURS]
    return tuple(made[number % len(made)] for number in range(count))


def _stamps(frames: int) -> tuple[str, ...]:
    return tuple(frame_stamp(number * TICKS_PER_SECOND) for number in range(frames))


def _soft(sound: Sound) -> int:
    return audio_tokens(sound.samples.size)


def _refused(dialect: Dialect, what: str, error: ModelError, cure: str) -> EndpointError:
    return EndpointError(
        f"{dialect.engine} (dialect {dialect.name}) does not take {what}: {error}", cure=_sentence(cure)
    )


def _sentence(cure: str) -> str:
    return f"{cure[:1].upper()}{cure[1:]}." if cure else ""
