"""How much the talk at each moment of a recording has to do with what the recording is about. Pure."""

from __future__ import annotations

import itertools
import math
import statistics
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from chunkers.spans import Span
from pipeline.text.chapters import Pair, content, weights
from pipeline.text.lexicons import Lexicon
from pipeline.text.salience import DOCUMENT

_ALIKE, _FULL, _RECURRING, _MODAL = 15, 30, 20, 25
"""Sentences before and after one that are taken together with it, by sign."""

_PARTS = 20
"""Parts of a recording by which it is told how many of them have a word."""

_SHORT = 3
"""Added to the number of a sentence's words, so that a single word is no strong sign."""

_VARIED = (0.08, 0.05, 0.12, 0.25)
"""What the signs vary by, as shares of their means, in talk that has asides. Where none does, all differences count for
less: they are chance. (In eight meetings, by sign: 0.06 to 0.16, 0.05 to 0.15, 0.13 to 0.29, 0.18 to 0.38; in an hour
of reports of equal weight: 0.05, 0.02, 0.04, 0.15.)"""

_WEIGHT = 1.0
"""A stretch one standard deviation above the mean in every sign is worth `exp` of so much more."""


class Prominence:
    """How much the talk at each moment has to do with what a recording is about, as a factor around 1.

    A talk dwells on what matters. There many of the recording's words come together, sentences are full, words come
    that come again in other parts of the recording, and people say what they need, want, can, should or have. In an
    aside, a game, an introduction or a joke some of these signs are missing. Each is compared with its mean over the
    recording.
    """

    def __init__(self, starts: Sequence[int], sentences: Sequence[str], words: Lexicon) -> None:
        """`starts` are the ticks at which the `sentences` begin, in order of time."""
        self._starts = starts
        self._sums = list(itertools.accumulate(_factors(sentences, words), initial=0.0))

    def within(self, spans: Iterable[Span]) -> float:
        """The mean of the sentences that begin in `spans`, or, where none does, of the one before; 1 without any."""
        total, count = 0.0, 0
        for span in spans:
            stop = bisect_left(self._starts, span.end)
            first = min(bisect_left(self._starts, span.start), max(0, stop - 1))
            total += self._sums[stop] - self._sums[first]
            count += stop - first
        return total / count if count else 1.0


def _factors(sentences: Sequence[str], words: Lexicon) -> list[float]:
    found = [content(sentence, words) for sentence in sentences]
    signs = [
        _likeness(found),
        _around([math.sqrt(len(set(own))) for own in found], _FULL),
        _around(_recurrence(found), _RECURRING),
        _around([_modal(sentence, words) for sentence in sentences], _MODAL),
    ]
    weight = _WEIGHT * min(1.0, max(_variation(sign) / least for sign, least in zip(signs, _VARIED, strict=True)))
    return [math.exp(weight * statistics.fmean(values)) for values in zip(*map(_standard, signs), strict=True)]


def _variation(values: Sequence[float]) -> float:
    """The standard deviation as a share of the mean; 0 where there is none."""
    mean = statistics.fmean(values) if values else 0.0
    return statistics.pstdev(values) / mean if mean else 0.0


def _likeness(found: Sequence[Sequence[str]]) -> list[float]:
    """How much the words around each sentence are those of the whole: their cosine."""
    documents = [{word for own in found[at : at + DOCUMENT] for word in own} for at in range(0, len(found), DOCUMENT)]
    pair = Pair(weights(documents))
    for own in found:
        pair.before(own, 1)
    for own in found[:_ALIKE]:
        pair.after(own, 1)
    likeness = []
    for at in range(len(found)):
        for own in found[at + _ALIKE : at + _ALIKE + 1]:
            pair.after(own, 1)
        for own in found[max(0, at - _ALIKE - 1) : max(0, at - _ALIKE)]:
            pair.after(own, -1)
        likeness.append(pair.cosine)
    return likeness


def _recurrence(found: Sequence[Sequence[str]]) -> list[float]:
    """In how many parts of the recording the words of each sentence come, on average."""
    parts: defaultdict[str, set[int]] = defaultdict(set)
    for at, own in enumerate(found):
        for word in own:
            parts[word].add(at * _PARTS // len(found))
    return [sum(len(parts[word]) for word in set(own)) / (len(set(own)) + _SHORT) for own in found]


def _modal(sentence: str, words: Lexicon) -> float:
    """The share of modal words in a sentence."""
    said = sentence.lower().replace("\u2019", "'").split()
    return sum(word.strip(".,;:!?\u2026") in words.modal for word in said) / max(1, len(said))


def _around(values: Sequence[float], reach: int) -> list[float]:
    """The mean of each value with `reach` before and after it."""
    sums = list(itertools.accumulate(values, initial=0.0))
    ends = [(max(0, at - reach), min(len(values), at + reach + 1)) for at in range(len(values))]
    return [(sums[stop] - sums[first]) / (stop - first) for first, stop in ends]


def _standard(values: Sequence[float]) -> list[float]:
    """The values as standard deviations from their mean; 0 where all are alike."""
    if not values:
        return []
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    return [(value - mean) / deviation if deviation > 1e-9 else 0.0 for value in values]
