"""Where everything lies: utterances and pauses become one stream of samples and the row of every sentence."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from data.script import Fact, Line, Pause
from data.voices import Samples, Voice

LEAD_S = 0.5  # silence before the first sentence, and the least after the last
BREATH_S = (0.25, 0.7)  # between two sentences, drawn anew each time
PIECE_S = 1.0  # silence is handed on in pieces, so that memory stays flat


@dataclass(frozen=True)
class Row:
    """One sentence of the reference: samples `[start, end)` at `rate`, the same in seconds, and what was said."""

    index: int
    start: int
    end: int
    rate: int
    start_s: float
    end_s: float
    speaker: str
    text: str
    facts: tuple[Fact, ...]

    def as_json(self) -> dict[str, object]:
        """Plain types for a line of JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Piece:
    """The next samples of the recording; with a row where they are a sentence."""

    samples: Samples
    row: Row | None = None


def compose(lines: Iterable[Line], voice: Voice, *, seed: int, seconds: float | None = None) -> Iterator[Piece]:
    """Speak the lines one after another; stop before the sentence that would pass `seconds`, and fill up to it.

    Without `seconds` all lines are spoken. The pieces put end to end are the recording, from sample 0.
    """
    draw = random.Random(f"breath {seed}")
    total = None if seconds is None else round(seconds * voice.rate)
    people: dict[str, int] = {}
    now = index = 0
    gap = round(LEAD_S * voice.rate)
    for line in lines:
        if isinstance(line, Pause):
            gap += round(line.seconds * voice.rate)
            continue
        sound = voice.say(line.text, people.setdefault(line.speaker, len(people)))
        start, end = now + gap, now + gap + len(sound)
        if total is not None and end + round(LEAD_S * voice.rate) > total:
            break
        yield from _silence(gap, voice.rate)
        row = Row(
            index,
            start,
            end,
            voice.rate,
            round(start / voice.rate, 6),
            round(end / voice.rate, 6),
            line.speaker,
            line.text,
            line.facts,
        )
        yield Piece(sound, row)
        now, index, gap = end, index + 1, round(draw.uniform(*BREATH_S) * voice.rate)
    rest = round(LEAD_S * voice.rate) if total is None else total - now
    yield from _silence(rest, voice.rate)


def _silence(count: int, rate: int) -> Iterator[Piece]:
    most = round(PIECE_S * rate)
    while count > 0:
        yield Piece(np.zeros(min(count, most), np.int16))
        count -= most


def with_noise(pieces: Iterable[Piece], decibels: float, *, seed: int) -> Iterator[Piece]:
    """Lay soft white noise of this loudness (dBFS, say -50) under everything; the rows stay as they are."""
    draw = np.random.default_rng(seed)
    loudness = 32767 * 10 ** (decibels / 20)
    for piece in pieces:
        noisy = piece.samples + draw.normal(0, loudness, len(piece.samples))
        yield replace(piece, samples=np.clip(np.round(noisy), -32768, 32767).astype(np.int16))
