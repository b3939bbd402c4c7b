"""What a model is to the rest of the house.

A `Hearer` turns audio into words, a `VoiceFinder` tells one voice in it from another, a `Reader` turns a picture into
the text in it, a `Writer` turns text into text.
One multimodal model may be several; no code above this file asks which engine runs underneath.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.prompts import Prompt
from pipeline.text.cues import Cue

Samples = NDArray[np.float32]
"""One-dimensional float32 audio at 16 kHz, in [-1, 1]."""

Image = NDArray[np.uint8]
"""A picture: (height, width) in grey, or (height, width, 3) in RGB."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are the first column and row outside."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser made of one stretch of audio.

    `pieces` are its words with their times, or longer pieces where it knows no word times. A piece
    keeps the space before it, if its language has one: joined together they are the text. `error` says why they
    are no transcript, where they are none; `rejected` is then what the model said all the same.
    """

    language: str
    pieces: tuple[Cue, ...]
    seconds: float
    """Wall seconds of the model, shared out evenly over a batch."""
    no_speech: float | None = None
    """The model's own probability that nobody speaks; None where it tells none."""
    log_probability: float | None = None
    """Mean over its tokens; None where it tells none."""
    error: str = ""
    rejected: str = ""
    audio_tokens_sent: int = 0
    """What the processor made of the sound, where it makes tokens."""
    audio_tokens_expected: int = 0
    """What was computed beforehand."""

    @property
    def text(self) -> str:
        """The words in one line."""
        return "".join(piece.text for piece in self.pieces).strip()


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer answered.

    `complete` is false where the answer ran into its cap of tokens.
    """

    text: str
    tokens_in: int
    tokens_out: int
    seconds: float
    complete: bool = True
    details: Mapping[str, object] = field(default_factory=dict)


class Hearer(Protocol):
    """A speech recogniser."""

    @property
    def name(self) -> str:
        """Name and build of the weights, as rows and reports show it."""
        ...

    @property
    def word_times(self) -> bool:
        """Whether it knows when each word was said."""
        ...

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        """Transcribe each of `batch`, one result each; at most 30 s a piece.

        `careful` is the second try: slower settings that break loops.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text in a picture: what it says, where it is, and how sure the reader is, in [0, 1]."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class VoicePiece:
    """A piece of speech of one person, at most a few seconds, from `start` to `end` in samples of what was given."""

    start: int
    end: int
    embedding: NDArray[np.float32]
    """Vector of the voice, of length 1: the voices of one person point the same way."""
    overlapped: bool
    """Somebody else speaks at the same time."""
    local: int
    """Number of the speaker among those who were told apart nearby: the same number is the same person, but another
    number may be too."""
    narrow: bool
    """Nothing is heard in it above the band of a telephone."""


class VoiceFinder(Protocol):
    """A diariser of short stretches of sound."""

    @property
    def name(self) -> str:
        """Names of the weights, as rows and reports show them."""
        ...

    def voices(self, samples: Samples) -> list[VoicePiece]:
        """The pieces of speech in at most half a minute of sound, in order of their starts.

        Raises `ModelError` where they were not found.
        """
        ...


class Reader(Protocol):
    """A reader of on-screen text."""

    @property
    def name(self) -> str:
        """Name and version, as rows and reports show it."""
        ...

    def read(self, image: Image) -> list[ReadLine]:
        """The lines of text in `image`, from top to bottom; none where there is no text.

        Raises `LimitError` where `image` is no picture, `ModelError` where it was not read.
        """
        ...


@runtime_checkable
class LanguageFinder(Protocol):
    """A `Hearer` that tells beforehand which languages a stretch of audio may be in."""

    def language_probabilities(self, batch: Sequence[Samples]) -> list[Mapping[str, float]]:
        """For each of `batch` the probability of every language, by its ISO 639-1 code."""
        ...


class Writer(Protocol):
    """A text model behind any engine."""

    @property
    def name(self) -> str:
        """Name and build of the weights, as rows and reports show it."""
        ...

    @property
    def context(self) -> int:
        """Tokens that one request may hold, prompt and answer together."""
        ...

    @property
    def batch(self) -> int:
        """Requests that are answered at once: as many as are worth asking together."""
        ...

    def count(self, text: str) -> int:
        """Tokens of `text`, by the model's own tokenizer, without special tokens."""
        ...

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        ...

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; greedy where `temperature` is 0.

        Raises `LimitError` where prompt and answer would not fit the context.
        """
        ...
