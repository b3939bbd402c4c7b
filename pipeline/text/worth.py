"""How much a sentence tells of a recording, by all that was said in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from statistics import fmean

from chunkers.spans import Span
from pipeline.text.chapters import content
from pipeline.text.clauses import is_fragment
from pipeline.text.lexicons import lexicon
from pipeline.text.prominence import Prominence
from pipeline.text.said import Said
from pipeline.text.salience import salience, topic
from pipeline.text.sentences import ended
from pipeline.text.small_talk import small_talk

_FRAGMENT = 0.5
"""What is left of the worth of a fragment."""

_WORDS = 3
"""Content words below which a sentence is a fragment."""

_LEAST = 0.5
"""What a sentence must be worth to stand in a summary, as a share of the mean."""

_BROKEN_OFF = 80
"""Letters of a text without its mark from which it tells something all the same: some speech is heard without any."""

TERSE = 24
"""Added to the cost of every sentence in comparisons, so that the shortest is not the best by being short."""


class Worth:
    """What sentences tell of a recording."""

    def __init__(self, said: Sequence[Said]) -> None:
        """`said` in order of time."""
        self._words = lexicon(" ".join(one.text for one in said))
        self._told = [one for one in said if not small_talk(one.text, self._words)]
        texts = [one.text for one in self._told]
        self._about = topic(texts, self._words)
        self._prominence = Prominence([one.span.start for one in self._told], texts, self._words)

    def of(self, text: str, spans: Iterable[Span]) -> float:
        """How much of the topic `text` tells for its length, and how much the talk around its moments does."""
        told = salience(text, self._about, self._words) * self._prominence.within(spans)
        return told * (_FRAGMENT if self._is_fragment(text) else 1.0)

    @cached_property
    def _marked(self) -> bool:
        """Whether most sentences of the recording end with a mark: some transcripts have none."""
        return sum(ended(one.text) for one in self._told) > len(self._told) / 2

    def whole(self, text: str) -> bool:
        """Whether `text` is no short beginning of a sentence that was broken off, as where a recording ends."""
        return not self._marked or ended(text) or len(text) > _BROKEN_OFF

    def tells(self, text: str, spans: Iterable[Span]) -> bool:
        """Whether `text` says something that is not beside the point, or more than a fragment does."""
        return not self._is_fragment(text) or self.of(text, spans) >= self._least

    @cached_property
    def _least(self) -> float:
        return least(self.of(one.text, [one.span]) for one in self._told)

    def _is_fragment(self, text: str) -> bool:
        return len(set(content(text, self._words))) < _WORDS or is_fragment(text, self._words)


def least(worths: Iterable[float]) -> float:
    """What one of these sentences must be worth to stand in a summary beside the others."""
    found = list(worths)
    return _LEAST * fmean(found) if found else 0.0
