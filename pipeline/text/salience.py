"""Which of some sentences say most of what a recording is about, and how a few of them are chosen. Pure."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from chunkers.spans import Span
from pipeline.text.chapters import Pair, content, weights
from pipeline.text.facts import find
from pipeline.text.lexicons import Lexicon
from pipeline.text.small_talk import aside

_DOCUMENT = 12
"""Sentences that count as one when it is asked which words are everywhere."""

_SHORT = 6
"""Added to the number of content words, so that the shortest sentence is not the best by being short."""

_FACT = 0.25
"""What each of the first three numbers, dates and names adds, as a share of the mean weight of a word."""

_ASIDE = 0.25
"""What is left of the worth of a sentence that greets, introduces somebody, or speaks of the talk itself."""

_AROUND, _FULLNESS = 15, 30
"""Sentences before and after one whose words are compared with the whole, and whose lengths are."""

_WEIGHT = 0.5
"""A stretch one standard deviation above the mean is worth `exp` of so much more."""

_SAME = 0.6
"""Share of the shorter one's content words from which two sentences say the same."""

_USED = 0.5
"""What a part of the recording that has a sentence already leaves of the worth of the next one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be chosen, and in which part of the recording it was said, by number."""

    text: str
    part: int
    prominence: float = 1.0
    """Of what was said around it; see `Prominence`."""


def topic(sentences: Iterable[str], words: Lexicon) -> dict[str, float]:
    """How much each content word of what was said tells about it: often said, and not everywhere."""
    documents: list[set[str]] = []
    counts: Counter[str] = Counter()
    for number, sentence in enumerate(sentences):
        found = content(sentence, words)
        if number % _DOCUMENT == 0:
            documents.append(set())
        documents[-1].update(found)
        counts.update(found)
    if len(documents) == 1:
        return {word: math.log(1 + count) for word, count in counts.items()}
    weighed = weights(documents)
    return {word: math.log(1 + counts[word]) * weight for word, weight in weighed.items()}


class Prominence:
    """How much the talk at each moment of a recording has to do with what it is about, as a factor around 1.

    A talk dwells on what matters: there many of the recording's words come together, and sentences are full. In an
    aside, an introduction or a joke one of the two is missing.
    """

    def __init__(self, starts: Sequence[int], sentences: Sequence[str], words: Lexicon) -> None:
        """`starts` are the ticks at which the `sentences` begin, in order of time."""
        self._starts = starts
        self._sums = list(accumulate(_prominences(sentences, words), initial=0.0))

    def within(self, spans: Iterable[Span]) -> float:
        """The mean of the sentences that begin in `spans`, or, where none does, of the one before; 1 without any."""
        total, count = 0.0, 0
        for span in spans:
            stop = bisect_left(self._starts, span.end)
            first = min(bisect_left(self._starts, span.start), max(0, stop - 1))
            total += self._sums[stop] - self._sums[first]
            count += stop - first
        return total / count if count else 1.0


def _prominences(sentences: Sequence[str], words: Lexicon) -> list[float]:
    found = [content(sentence, words) for sentence in sentences]
    documents = [{word for own in found[at : at + _DOCUMENT] for word in own} for at in range(0, len(found), _DOCUMENT)]
    pair = Pair(weights(documents))
    for own in found:
        pair.before(own, 1)
    for own in found[:_AROUND]:
        pair.after(own, 1)
    likeness = []
    for at in range(len(found)):
        for own in found[at + _AROUND : at + _AROUND + 1]:
            pair.after(own, 1)
        for own in found[max(0, at - _AROUND - 1) : max(0, at - _AROUND)]:
            pair.after(own, -1)
        likeness.append(pair.cosine)
    lengths = list(accumulate((math.sqrt(len(set(own))) for own in found), initial=0.0))
    fullness = []
    for at in range(len(found)):
        first, stop = max(0, at - _FULLNESS), min(len(found), at + _FULLNESS + 1)
        fullness.append((lengths[stop] - lengths[first]) / (stop - first))
    both = zip(_standard(likeness), _standard(fullness), strict=True)
    return [math.exp(_WEIGHT * statistics.fmean(pair)) for pair in both]


def _standard(values: Sequence[float]) -> list[float]:
    """The values as standard deviations from their mean; 0 where all are alike."""
    if not values:
        return []
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    return [(value - mean) / deviation if deviation > 1e-9 else 0.0 for value in values]


def salience(sentence: str, about: Mapping[str, float], words: Lexicon) -> float:
    """How much of the topic `sentence` tells for its length, its facts counted in; 0 for none of it.

    A quarter of it of one that greets, introduces somebody, or speaks of the talk itself.
    """
    found = set(content(sentence, words))
    mean = sum(about.values()) / len(about) if about else 1.0
    facts = min(3, len({fact.key for fact in find(sentence)}))
    told = sum(about.get(word, 0.0) for word in found) + _FACT * facts * mean * len(found)
    return told / (len(found) + _SHORT) * (_ASIDE if aside(sentence, words) else 1.0)


def choose(
    among: Sequence[Candidate], most: int, about: Mapping[str, float], words: Lexicon, told: Sequence[str] = ()
) -> list[int]:
    """The numbers of at most `most` sentences, in order: the most salient, spread over the parts, none said twice.

    Sentences that say the same as one of `told` are passed over.
    """
    worth = [salience(one.text, about, words) * one.prominence for one in among]
    used: Counter[int] = Counter()
    chosen: list[int] = []
    waiting = set(range(len(among)))
    while waiting and len(chosen) < most:
        best = max(waiting, key=lambda number: (worth[number] * _USED ** used[among[number].part], -number))
        waiting.discard(best)
        if any(alike(among[best].text, other, words) for other in [*told, *(among[at].text for at in chosen)]):
            continue
        chosen.append(best)
        used[among[best].part] += 1
    return sorted(chosen)


def alike(one: str, other: str, words: Lexicon) -> bool:
    """Whether two sentences say the same: most content words of the shorter one, and no other number."""
    first, second = set(content(one, words)), set(content(other, words))
    fewer = min(len(first), len(second))
    if not fewer or _numbers(one) != _numbers(other):
        return one == other
    return len(first & second) >= _SAME * fewer


def _numbers(text: str) -> frozenset[str]:
    return frozenset(fact.key for fact in find(text) if fact.kind != "name")
