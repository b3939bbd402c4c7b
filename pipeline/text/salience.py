"""Which of some sentences say most of what a recording is about, and how a few of them are chosen. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.text.chapters import content, weights
from pipeline.text.facts import find
from pipeline.text.lexicons import Lexicon
from pipeline.text.small_talk import aside

DOCUMENT = 12
"""Sentences that count as one when it is asked which words are everywhere."""

_SHORT = 6
"""Added to the number of content words, so that the shortest sentence is not the best by being short."""

_FACT = 0.5
"""What each of the first three numbers, dates and names adds, as a share of the mean weight of a word."""

_ASIDE = 0.25
"""What is left of the worth of a sentence that greets, introduces somebody, or speaks of the talk itself."""

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
    """Of what was said around it; see `pipeline.text.prominence`."""


def topic(sentences: Iterable[str], words: Lexicon) -> dict[str, float]:
    """How much each content word of what was said tells about it: often said, and not everywhere."""
    documents: list[set[str]] = []
    counts: Counter[str] = Counter()
    for number, sentence in enumerate(sentences):
        found = content(sentence, words)
        if number % DOCUMENT == 0:
            documents.append(set())
        documents[-1].update(found)
        counts.update(found)
    if len(documents) == 1:
        return {word: math.log(1 + count) for word, count in counts.items()}
    weighed = weights(documents)
    return {word: math.log(1 + counts[word]) * weight for word, weight in weighed.items()}


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
    (first, numbers), (second, others) = _told(one, words), _told(other, words)
    fewer = min(len(first), len(second))
    if not fewer or numbers != others:
        return one == other
    return len(first & second) >= _SAME * fewer


@lru_cache(maxsize=20_000)
def _told(text: str, words: Lexicon) -> tuple[frozenset[str], frozenset[str]]:
    """The content words of a sentence, and its numbers and dates; each sentence is compared with many others."""
    numbers = frozenset(fact.key for fact in find(text) if fact.kind != "name")
    return frozenset(content(text, words)), numbers
