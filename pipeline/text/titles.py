"""Titles of chapters, from their own words: phrases that are said often in one and seldom in the others. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.text.dates import CALENDAR
from pipeline.text.lexicons import Lexicon, lexicon
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import terms

_WORD = re.compile(
    r"(?:\b(?i:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=[a-zà-ÿ]))?([^\W\d_]+(?:[-'’][^\W\d_]+)*)",
)
"""A word, without what is elided before it: `actualité` of `l'actualité`."""
_LONGEST = 3
"""Words of a phrase."""

_LETTERS_OF_A_WORD = 3

_PHRASES = 3
"""Phrases of a title, at most."""

_LETTERS = 48
"""Letters of a title."""

_WORTH = 0.4
"""Share of the first phrase's score that another one needs."""

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each phrase is said in some sentences, and each way in which a word of them is written."""

    phrases: Counter[Phrase]
    spellings: dict[str, Counter[str]]


def counted(sentences: Sequence[str], words: Lexicon) -> Counted:
    """What a title of `sentences` is made of."""
    return Counted(Counter(_phrases(sentences, words)), _spellings(sentences))


def summed(parts: Iterable[Counted]) -> Counted:
    """What a title of all parts is made of."""
    phrases: Counter[Phrase] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for part in parts:
        phrases.update(part.phrases)
        for stem, spelt in part.spellings.items():
            spellings.setdefault(stem, Counter()).update(spelt)
    return Counted(phrases, spellings)


def titles(chapters: Sequence[Counted]) -> list[str]:
    """A title for each chapter; every word of it was said there.

    Empty where no phrase is said twice, or the script has no spaces.
    """
    holders = Counter(phrase for one in chapters for phrase in one.phrases)
    everywhere = summed(chapters).phrases
    return [_title(one, everywhere, holders, len(chapters)) for one in chapters]


def _title(chapter: Counted, everywhere: Counter[Phrase], holders: Counter[Phrase], chapters: int) -> str:
    scores = {
        phrase: count
        * math.log2(1 + len(phrase))
        * (count / everywhere[phrase])
        * math.log(1 + chapters / holders[phrase])
        for phrase, count in chapter.phrases.items()
        if count > 1
    }
    best = sorted(scores, key=lambda phrase: (-scores[phrase], phrase))
    chosen: list[str] = []
    used: set[str] = set()
    for phrase in best:
        text = " ".join(_spelt(chapter.spellings[word]) for word in phrase)
        if len(chosen) == _PHRASES or scores[phrase] < _WORTH * scores[best[0]]:
            break
        if used.isdisjoint(phrase) and len(", ".join([*chosen, text])) <= _LETTERS:
            chosen.append(text)
            used.update(phrase)
    title = ", ".join(chosen)
    return title[:1].upper() + title[1:]


def _phrases(sentences: Sequence[str], words: Lexicon) -> Iterator[Phrase]:
    """Runs of up to three content words that stand beside each other, by their stems."""
    for sentence in sentences:
        if spaceless(sentence):
            continue
        # A recording may change its language: `und` is no topic in an English one either.
        untitled = (words.untitled, lexicon(sentence).untitled)
        run: list[str] = []
        end = 0
        for match in _WORD.finditer(sentence):
            if sentence[end : match.start()].strip():
                run = []
            end = match.end()
            word = match[1].lower().replace("’", "'")
            if any(word in empty for empty in untitled) or word in CALENDAR or len(word) < _LETTERS_OF_A_WORD:
                run = []
                continue
            run = [*run, _stem(match[1])][-_LONGEST:]
            yield from (tuple(run[first:]) for first in range(len(run)))


def _spellings(sentences: Sequence[str]) -> dict[str, Counter[str]]:
    """How often each stem is written in which way."""
    found: dict[str, Counter[str]] = {}
    for sentence in sentences:
        for at, match in enumerate(_WORD.finditer(sentence)):
            # A capital at the beginning of a sentence says nothing; a word in capitals or within one does.
            word = match[1] if at or match[1].isupper() else match[1].lower()
            found.setdefault(_stem(word), Counter())[word] += 1
    return found


def _spelt(spellings: Counter[str]) -> str:
    """The commonest spelling."""
    return min(spellings, key=lambda word: (-spellings[word], word))


def _stem(word: str) -> str:
    return " ".join(terms(word))
