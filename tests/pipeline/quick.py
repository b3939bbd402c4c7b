"""Models that answer at once and always the same, a registry that holds them, and something for them to hear."""

from __future__ import annotations

import wave
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Heard, Image, Reader, ReadLine, Samples, VoiceFinder, VoicePiece, Writer, Written
from pipeline.models.registry import DIARISER, READER, TEXT, WHISPER, Lease, Registry
from pipeline.models.whisper import Whisper
from pipeline.prompts import Prompt
from pipeline.settings import Endpoint, Hear, Models, Settings, Write, load
from pipeline.text.cues import Cue

RATE = 16_000
PEOPLE = ("Anna Keller", "Pavel Novak", "Mina Okafor", "Ruth Abel", "Jonas Lind")
THINGS = ("crane", "shed", "roof", "office", "lighthouse", "machine", "elevator", "skeleton", "archive", "anchor")


def sentence(number: int) -> str:
    """A sentence that names a person, a number and a thing; for each number another."""
    return f"{PEOPLE[number % 5]} counts {number % 89 * 37 + 100} parts of the {THINGS[number % 10]}."


_SENTENCE = 24_000
"""Samples in which a sentence can be said."""


class QuickHearer:
    """A hearer that makes sentences of the sound: the same sound is the same words."""

    name = "quick-hearer"
    word_times = True

    def __init__(self) -> None:
        self.heard = 0

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        """At most three sentences a piece of sound, as many as can be said in it."""
        self.heard += len(batch)
        return [self._said(samples) for samples in batch]

    def _said(self, samples: Samples) -> Heard:
        seed = zlib.crc32(samples.tobytes())
        fitting = max(1, len(samples) // _SENTENCE)
        words = " ".join(sentence(seed + n) for n in range(min(fitting, 3))).split()
        step = len(samples) // len(words)
        return Heard("en", tuple(Cue(n * step, (n + 1) * step, f" {word}") for n, word in enumerate(words)), 0.1)


class QuickWriter:
    """A writer that counts letters: what was said in a chunk, the first sentences of the notes in a merge."""

    name = "quick-writer"
    context = 1024
    batch = 1

    def __init__(self) -> None:
        self.asked: list[Prompt] = []

    def count(self, text: str) -> int:
        """A token for every two letters begun."""
        return -(-len(text) // 2)

    def prompt_tokens(self, prompt: Prompt) -> int:
        """The tokens of the prompt, and four for a template."""
        return self.count(prompt.system) + self.count(prompt.user) + 4

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """The same answer to the same prompt, whenever it is asked."""
        self.asked += prompts
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: Prompt) -> Written:
        notes = [line.removeprefix("- ") for line in prompt.user.splitlines() if line.startswith("- ")]
        if notes:
            kept = notes[:: max(1, len(notes) // 12)]
            text = " ".join(note.split(". ")[0].rstrip(".") + "." for note in kept)
        else:
            text = prompt.user.partition("\n")[2].partition("\n(end")[0]
        return Written(text, self.prompt_tokens(prompt), self.count(text), 0.1)


class QuickReader:
    """A reader that finds nothing to read."""

    name = "quick-reader"

    def read(self, image: Image) -> list[ReadLine]:
        """Nothing."""
        del image
        return []


class QuickVoices:
    """A diariser that knows two people, one with a voice below 400 Hz, one above; a piece every two seconds."""

    name = "quick-voices"

    def voices(self, samples: Samples) -> list[VoicePiece]:
        """The pieces that are loud."""
        found = []
        for start in range(0, len(samples), 2 * RATE):
            sound = samples[start : start + 2 * RATE]
            if len(sound) and np.abs(sound).max() > 0.01:
                person = int(np.abs(np.fft.rfft(sound)).argmax() * RATE / len(sound) > 400)
                voice = np.zeros(192, np.float32)
                voice[person] = 1.0
                found.append(VoicePiece(start, start + len(sound), voice, overlapped=False, local=person, narrow=False))
        return found


class QuickRegistry(Registry):
    """A registry whose leases load models that answer at once."""

    def __init__(
        self,
        hearer: Callable[[], Any] = QuickHearer,
        writer: Callable[[], Any] = QuickWriter,
        reader: Callable[[], Any] = QuickReader,
        voices: Callable[[], Any] = QuickVoices,
        *,
        keep: bool = True,
    ) -> None:
        super().__init__(keep=keep)
        self.hearer = hearer
        self.writer = writer
        self.reader = reader
        self.voices = voices

    def lease(self) -> Lease:
        """What one recording will hold."""
        return _QuickLease(self)


class _QuickLease(Lease):
    def __init__(self, registry: QuickRegistry) -> None:
        super().__init__(registry)
        self._models = registry

    def voice(self) -> Callable[[Samples], float]:
        """All of it is voice: beeps are, to these models."""
        return lambda samples: len(samples) / TICKS_PER_SECOND

    def whisper(self, hear: Hear, models: Models) -> Whisper:
        """The quick hearer."""
        return cast("Whisper", self.model(WHISPER, "quick-hearer", self._models.hearer))

    def diariser(self, models: Models) -> VoiceFinder:
        """The quick diariser."""
        return cast("VoiceFinder", self.model(DIARISER, "quick-voices", self._models.voices))

    def reader(self, threads: int = 1) -> Reader:
        """The quick reader."""
        return cast("Reader", self.model(READER, "quick-reader", self._models.reader))

    def writer(self, write: Write, endpoint: Endpoint, models: Models) -> Writer:
        """The quick writer."""
        return cast("Writer", self.model(TEXT, "quick-writer", self._models.writer))


def quick_settings(folder: Path, sets: Iterable[str] = ()) -> Settings:
    """Settings for short windows and quick models: `folder` gets files that stand for their weights."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("hearer.bin", "writer.gguf"):
        (folder / name).write_bytes(name.encode())
    short = ["audio.length_s=4", "audio.cut_range_s=1", "audio.lead_in_s=0.5"]
    weights = [f"hear.model={folder / 'hearer.bin'}", f"write.model={folder / 'writer.gguf'}", "write.engine=llamacpp"]
    # Whether the weights of the diariser are on this machine must not count.
    return load(None, [*short, *weights, "speakers.enabled=false", *sets])


def tones(path: Path, seconds: int, *, pitch: float = 300, more: int = 0) -> Path:
    """Something that sounds like a voice, three seconds of every four, and `more` samples of silence behind it.

    The pitch rises with every second, so that no two windows are the same.
    """
    t = np.arange(seconds * RATE) / RATE
    rising = 2 * np.pi * (pitch * t + 2 * t**2)
    sound = 0.3 * np.sin(rising) * (1 + 0.8 * np.sin(2 * np.pi * 5 * t)) * (t % 4 < 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((sound * 32767 / 2).astype("<i2").tobytes() + bytes(2 * more))
    return path
