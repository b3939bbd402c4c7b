"""Where the topic of a long talk changes, told by its words: borders between sentences, before any model. Pure.

The words before and after every sentence are compared over several stretches (Hearst's block comparison): a place where
they are less alike than around it is a candidate. Phrases such as `moving on` and silences speak for a place. What
counts are words that are neither common in the language nor spread over the whole recording, so it works in any
language that writes spaces or syllables.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from chunkers.spans import TICKS_PER_SECOND
from pipeline.text.lexicons import Lexicon
from pipeline.text.said import Said
from pipeline.text.sentences import terms

_STRETCHES = (600, 900, 1300)
"""Words on either side of a place that are compared; their figures are averaged."""

_SHARE = 6
"""Of a short recording a stretch is no more than a sixth of the words (of the middle one)."""

_REACH = 2
"""A place is compared with the most alike ones within so many stretches around it."""

_DOCUMENT = 150
"""Words of a minute or so: a word that most minutes hold says nothing about a topic."""

_CUE = 1.0
"""What a phrase that goes on to another topic counts, in standard deviations of the depths."""

_SILENCE = 8 * TICKS_PER_SECOND
"""A silence of so many ticks counts as much as a phrase, a shorter one its share."""

_SHORTEST = 180 * TICKS_PER_SECOND
"""Ticks that a chapter of a long recording has; of a short one it is `_SHARE` of it."""

_USUAL = 12
"""Minutes of a chapter where nothing stands out clearly."""

_LEAST, _MOST = 0.65, 2.0
"""Chapters by the square root of the minutes: five to fifteen of an hour, sixteen to forty-nine of ten."""

_STANDS_OUT, _CLEAR = 0.5, 1.5
"""Standard deviations by which a border is above the mean, while chapters are fewer than `_LEAST`, and after that."""

_DEEP = 0.1
"""By how much the cosine at a border is below those on both sides, taken together: what is less is chance."""

_LETTERS = 3
"""Letters that a content word of a script with spaces has."""


def borders(said: Sequence[Said], words: Lexicon) -> list[int]:
    """The numbers of the sentences with which a chapter begins, in order, 0 first; empty where nothing was said."""
    if not said:
        return []
    length = said[-1].span.end - said[0].span.start
    minutes = length / TICKS_PER_SECOND / 60
    least = round(min(minutes / _USUAL, _LEAST * math.sqrt(minutes)))
    most = round(_MOST * math.sqrt(minutes))
    if most < 2 or len(said) < 2 * _SHARE:
        return [0]
    depths = _depths(said, words)
    mean, deviation = statistics.fmean(depths), statistics.pstdev(depths)
    if not deviation:
        return [0]
    worth = [
        (depth - mean) / deviation + _CUE * max(bool(words.transitions.search(one.text[:200])), _silence(before, one))
        if depth >= _DEEP
        else 0.0
        for depth, (before, one) in zip(depths, pairwise(said), strict=True)
    ]
    shortest = min(_SHORTEST, length // _SHARE)
    looked_at = [said[0].span.start, said[-1].span.end]
    chosen = [0]
    for number in sorted(range(1, len(said)), key=lambda number: (-worth[number - 1], number)):
        start = said[number].span.start
        if len(chosen) >= most or worth[number - 1] < (_STANDS_OUT if len(chosen) < least else _CLEAR):
            break
        if all(abs(start - other) >= shortest for other in looked_at):
            chosen.append(number)
        # A place beside a border is part of the same change, chosen or not.
        looked_at.append(start)
    return sorted(chosen)


def content(text: str, words: Lexicon) -> list[str]:
    """The words of `text` that can tell a topic."""
    empty = _stems(words)
    return [
        word
        for word in terms(text)
        if word not in empty and not word.isdigit() and (len(word) >= _LETTERS or not word.isascii())
    ]


def weights(documents: Sequence[set[str]]) -> dict[str, float]:
    """How much each word tells a topic: nothing where every document holds it, or only one."""
    holders = Counter(word for document in documents for word in document)
    return {word: math.log((1 + len(documents)) / held) for word, held in holders.items() if held > 1}


@lru_cache(maxsize=8)
def _stems(words: Lexicon) -> frozenset[str]:
    return frozenset(stem for word in words.empty for stem in terms(word))


def _silence(before: Said, after: Said) -> float:
    return min(1.0, max(0, after.span.start - before.span.end) / _SILENCE)


def _depths(said: Sequence[Said], words: Lexicon) -> list[float]:
    """For every sentence but the first how much less alike the words before and after are than around it."""
    found = [content(one.text, words) for one in said]
    places = list(accumulate((len(terms(one.text)) for one in said), initial=0))
    weighed = weights(_documents(found, places))
    scale = min(1.0, places[-1] / _SHARE / _STRETCHES[1])
    lengths = [stretch * scale for stretch in _STRETCHES]
    depths = [_below(_likeness(found, places, weighed, length), places, length * _REACH) for length in lengths]
    return [statistics.fmean(column) for column in zip(*depths, strict=True)]


def _documents(found: Sequence[Sequence[str]], places: Sequence[int]) -> list[set[str]]:
    """The content words of every minute or so."""
    documents: dict[int, set[str]] = {}
    for words, place in zip(found, places, strict=False):
        documents.setdefault(place // _DOCUMENT, set()).update(words)
    return list(documents.values())


def _likeness(
    found: Sequence[Sequence[str]], places: Sequence[int], weighed: Mapping[str, float], stretch: float
) -> list[float]:
    """For every sentence but the first the cosine of the stretches before it and from it on."""
    pair = Pair(weighed)
    first, stop = 0, bisect_left(places, stretch, 0, len(found))
    for words in found[:stop]:
        pair.after(words, 1)
    alike = []
    for number in range(1, len(found)):
        pair.after(found[number - 1], -1)
        pair.before(found[number - 1], 1)
        start, end = bisect_left(places, places[number] - stretch), bisect_left(places, places[number] + stretch)
        for words in found[first:start]:
            pair.before(words, -1)
        for words in found[stop : min(end, len(found))]:
            pair.after(words, 1)
        first, stop = max(first, start), max(stop, min(end, len(found)))
        alike.append(pair.cosine)
    return alike


def _below(alike: Sequence[float], places: Sequence[int], reach: float) -> list[float]:
    """How far each place lies below the most alike ones on both sides, within `reach` words."""
    depths = []
    for at, value in enumerate(alike):
        place = places[at + 1]
        low = max(0, bisect_left(places, place - reach) - 1)
        high = min(len(alike), bisect_right(places, place + reach) - 1)
        depths.append(max(alike[low : at + 1]) + max(alike[at : max(high, at + 1)]) - 2 * value)
    return depths


class Pair:
    """Two bags of words that grow and shrink, and their cosine: it is kept up word by word."""

    def __init__(self, weighed: Mapping[str, float]) -> None:
        """`weighed` are the words that count, each with its weight."""
        self._weighed = weighed
        self._counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._squares = [0.0, 0.0]
        self._shared = 0.0

    def before(self, words: Sequence[str], change: int) -> None:
        """Words come into the first bag (`change` 1), or leave it (-1)."""
        self._change(0, words, change)

    def after(self, words: Sequence[str], change: int) -> None:
        """The same of the second bag."""
        self._change(1, words, change)

    @property
    def cosine(self) -> float:
        """1 where both hold the same words in the same shares, 0 where they share none."""
        size = math.sqrt(max(self._squares[0], 0) * max(self._squares[1], 0))
        return self._shared / size if size > 1e-9 else 0.0

    def _change(self, bag: int, words: Sequence[str], change: int) -> None:
        own, other = self._counts[bag], self._counts[1 - bag]
        for word in words:
            weight = self._weighed.get(word)
            if weight is None:
                continue
            old = _heft(own[word]) * weight
            own[word] += change
            new = _heft(own[word]) * weight
            self._squares[bag] += new * new - old * old
            self._shared += (new - old) * _heft(other[word]) * weight


def _heft(count: int) -> float:
    """A word that comes again counts less each time."""
    return 1 + math.log(count) if count > 0 else 0.0
