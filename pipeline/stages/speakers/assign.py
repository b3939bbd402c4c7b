"""Words put down to speakers by their times, and the turns that they make. Pure."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chunkers.spans import TICKS_PER_SECOND
from pipeline.text import cues
from pipeline.text.cues import Cue
from pipeline.text.scripts import cells
from pipeline.text.sentences import parted, sentences

VERSION = 1
"""Raised when code changes whose a word is although no voice did."""

NEAR = 2 * TICKS_PER_SECOND
"""Ticks from a word within which the nearest voice is taken for the one that said it."""

OWN_WORDS, OWN_TICKS = 3, TICKS_PER_SECOND
"""A sentence is one speaker's, but for a run of so many words of another's that last so long."""

LONG = 4 * TICKS_PER_SECOND
"""Ticks from which a piece of transcript is taken for several words without times of their own."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker's voice from `start` to `end`, in ticks."""

    start: int
    end: int
    speaker: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says without a break by another; None where nobody was told apart."""

    start: int
    end: int
    speaker: str | None
    text: str


class Voices:
    """The voices of a recording, to be asked who speaks in a stretch of it."""

    def __init__(self, voices: Iterable[Voice]) -> None:
        self.voices = sorted(voices, key=lambda voice: (voice.start, voice.end))
        self._starts = [voice.start for voice in self.voices]
        self._longest = max((voice.end - voice.start for voice in self.voices), default=0)

    def within(self, start: int, end: int) -> list[Voice]:
        """The voices that are heard between `start` and `end`, in order."""
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_right(self._starts, end)
        return [one for one in self.voices[first:last] if one.end > start and one.start < end]

    def speaker(self, start: int, end: int) -> str | None:
        """Whose voice is heard most between two ticks, else whose is nearest; None where none is near."""
        end = max(end, start + 1)
        ticks = defaultdict[str, int](int)
        for one in self.within(start, end):
            ticks[one.speaker] += min(end, one.end) - max(start, one.start)
        if ticks:
            return max(ticks, key=lambda speaker: ticks[speaker])
        near = self.within(start - NEAR, end + NEAR)
        return min(near, key=lambda one: max(one.start - end, start - one.end)).speaker if near else None


def words_with_speakers(words: Sequence[Cue], voices: Voices) -> list[Cue]:
    """The words of a window, each with its speaker; those that have one keep it.

    What has no word times is divided into sentences first, whose times are shared out over the voices in it.
    """
    pieces = [part for word in words for part in _divided(word, voices)]
    named = [one if one.speaker else replace(one, speaker=voices.speaker(one.start, one.end)) for one in pieces]
    return [word for sentence in _sentences(named) for word in _smoothed(sentence)]


def cues_with_speakers(given: Sequence[Cue], voices: Voices) -> list[Cue]:
    """Cues that stay as they are, each with the speaker of most of it; those that have one keep it."""
    return [one if one.speaker else replace(one, speaker=voices.speaker(one.start, one.end)) for one in given]


def turns(pieces: Iterable[Cue]) -> Iterator[Turn]:
    """What follows each other of one speaker as one turn; the text of words holds the spaces before them."""
    for speaker, group in itertools.groupby(pieces, key=lambda piece: piece.speaker):
        own = list(group)
        text = "".join(one.text for one in own).strip()
        if text:
            yield Turn(own[0].start, max(one.end for one in own), speaker, text)


def _divided(piece: Cue, voices: Voices) -> list[Cue]:
    if piece.end - piece.start < LONG or piece.speaker:
        return [piece]
    parts = sentences(piece.text)
    places = [piece.text.find(part) for part in parts]
    if len(parts) < 2 or -1 in places or places != sorted(places):
        return [piece]
    borders = [0, *places[1:], len(piece.text)]
    texts = [piece.text[one:other] for one, other in itertools.pairwise(borders)]
    widths = list(itertools.accumulate((max(1, cells(text)) for text in texts), initial=0))
    heard = _heard(voices.within(piece.start, piece.end), piece)
    total = sum(end - start for start, end in heard)
    moments = [piece.start, *(_moment(heard, total * width // widths[-1]) for width in widths[1:-1]), piece.end]
    return [
        replace(piece, start=a, end=b, text=t) for t, (a, b) in zip(texts, itertools.pairwise(moments), strict=True)
    ]


def _heard(voices: Sequence[Voice], piece: Cue) -> list[tuple[int, int]]:
    """The stretches of a piece in which somebody speaks, or all of it."""
    found: list[tuple[int, int]] = []
    for one in voices:
        start = max(one.start, piece.start, found[-1][1] if found else piece.start)
        end = min(one.end, piece.end)
        if end > start:
            found.append((start, end))
    return found or [(piece.start, piece.end)]


def _moment(stretches: Sequence[tuple[int, int]], ticks: int) -> int:
    """Where `ticks` of speech are over."""
    for start, end in stretches:
        if ticks <= end - start:
            return start + ticks
        ticks -= end - start
    return stretches[-1][1]


def _sentences(words: Sequence[Cue]) -> Iterator[list[Cue]]:
    """The words a sentence at a time; a pause ends one too, for some recognisers write no full stops."""
    own: list[Cue] = []
    for word in words:
        if own and (parted(own[-1].text, word.text) or word.start - own[-1].end >= cues.PAUSE):
            yield own
            own = []
        own.append(word)
    if own:
        yield own


def _smoothed(sentence: Sequence[Cue]) -> list[Cue]:
    ticks = defaultdict[str | None, int](int)
    for word in sentence:
        ticks[word.speaker] += max(1, word.end - word.start) if word.speaker else 0
    most = max(ticks, key=lambda speaker: ticks[speaker])
    found: list[Cue] = []
    for _, group in itertools.groupby(sentence, key=lambda word: word.speaker):
        run = list(group)
        stays = run[0].speaker and len(run) >= OWN_WORDS and run[-1].end - run[0].start >= OWN_TICKS
        found += run if stays else [replace(word, speaker=most) for word in run]
    return found
