"""Several people, each heard by themselves on a track or channel of their own, as one conversation. Pure.

A microphone also hears who sits beside it: what is said is taken from where it is loudest, and only once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.models.protocol import Samples
from pipeline.store.tables import HearRow
from pipeline.text import cues
from pipeline.text.cues import Cue
from pipeline.text.sentences import ended

_PAUSE = TICKS_PER_SECOND * 3 // 4
"""Ticks without a word that end an utterance."""

_NEAR = TICKS_PER_SECOND // 2
"""Ticks by which the same word may be heard earlier or later on another track."""

_LOUDER_DB = 3.0
"""By how much the voice is louder on its own track, at least."""

_MUCH_LOUDER_DB = 20.0
"""From here on it is the other's voice, whatever the recogniser made of it."""

_SHARE = 0.5
"""Share of the words of an utterance that must be the other's."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard on one track or channel in a window: the row of it alone, and its samples from `start` on."""

    speaker: str
    row: HearRow
    samples: Samples
    start: int
    """The tick of the first sample."""


@dataclass(frozen=True, slots=True)
class _Utterance:
    speaker: str
    words: tuple[Cue, ...]

    @property
    def span(self) -> Span:
        return Span(self.words[0].start, max(word.end for word in self.words))


def conversation(row: HearRow, heard: Sequence[Heard]) -> HearRow:
    """`row`, which is empty, with the words of all in the order in which they began to speak."""
    spoken = [(one, list(_utterances(one))) for one in heard]
    own = [
        utterance
        for one, utterances in spoken
        for utterance in utterances
        if not any(_is_of(utterance, one, other, theirs) for other, theirs in spoken if other is not one)
    ]
    own.sort(key=lambda utterance: (utterance.span.start, utterance.speaker))
    words = [word for utterance in own for word in utterance.words]
    row.words, row.cues = words, cues.group(words)
    row.transcript = "".join(word.text if word.text[:1].isspace() else f" {word.text}" for word in words).strip()
    rows = [one.row for one in heard]
    failed = [one for one in heard if one.row.status == "failed"]
    row.status = "failed" if failed else "processed" if words else "silent"
    row.error = "; ".join(f"{one.speaker}: {one.row.error}" for one in failed)
    row.rejected = "\n".join(one.rejected for one in rows if one.rejected)
    row.model = next((one.model for one in rows if one.model), "")
    said = Counter({one.language: 0 for one in rows if one.language})
    for one in rows:
        said[one.language] += len(one.words)
    row.language = said.most_common(1)[0][0] if said else ""
    row.voice_seconds = max((one.voice_seconds for one in rows), default=0.0)
    row.attempts = max((one.attempts for one in rows), default=0)
    row.seconds = sum(one.seconds for one in rows)
    row.audio_tokens_sent = sum(one.audio_tokens_sent for one in rows)
    row.audio_tokens_expected = sum(one.audio_tokens_expected for one in rows)
    return row


def _utterances(heard: Heard) -> Iterator[_Utterance]:
    """The words of one speaker, parted at pauses and behind sentences."""
    words: list[Cue] = []
    for word in heard.row.words:
        if words and (word.start - words[-1].end > _PAUSE or ended(words[-1].text)):
            yield _Utterance(heard.speaker, tuple(words))
            words = []
        words.append(replace(word, speaker=heard.speaker))
    if words:
        yield _Utterance(heard.speaker, tuple(words))


def _is_of(utterance: _Utterance, own: Heard, other: Heard, theirs: Sequence[_Utterance]) -> bool:
    """Whether an utterance is the voice of another, who said it at that time, louder on a track of their own."""
    near = [
        word
        for one in theirs
        for word in one.words
        if word.start < utterance.span.end + _NEAR and word.end > utterance.span.start - _NEAR
    ]
    louder = _level_db(other, utterance.span) - _level_db(own, utterance.span)
    if not near or louder < _LOUDER_DB:
        return False
    if louder >= _MUCH_LOUDER_DB:
        return True
    same = sum(any(_same(word, one) for one in near) for word in utterance.words)
    return same >= _SHARE * len(utterance.words)


def _same(word: Cue, other: Cue) -> bool:
    return _bare(word) == _bare(other) and abs(word.start - other.start) <= _NEAR


def _bare(word: Cue) -> str:
    return "".join(char for char in word.text.casefold() if char.isalnum())


def _level_db(heard: Heard, span: Span) -> float:
    """The mean power of what a track holds of `span`, in dB below full scale."""
    part = heard.samples[max(0, span.start - heard.start) : max(0, span.end - heard.start)]
    power = float(np.mean(np.square(part))) if len(part) else 0.0
    return 10 * float(np.log10(power + 1e-12))
