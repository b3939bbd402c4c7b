"""Titles of chapters, from their own words: phrases that are said often in one and seldom in the others. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.text.dates import CALENDAR
from pipeline.text.lexicons import Lexicon, lexicon
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import terms

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
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


def titles(chapters: Sequence[Sequence[str]], words: Lexicon) -> list[str]:
    """A title for each chapter, given by its sentences; every word of it was said there.

    Empty where no phrase is said twice, or the script has no spaces.
    """
    counts = [Counter(_phrases(chapter, words)) for chapter in chapters]
    written = [_spellings(chapter) for chapter in chapters]
    holders = Counter(phrase for counted in counts for phrase in counted)
    everywhere = sum(counts, Counter[Phrase]())
    return [
        _title(counted, everywhere, holders, len(chapters), spelt)
        for counted, spelt in zip(counts, written, strict=True)
    ]


def _title(
    counted: Counter[Phrase],
    everywhere: Counter[Phrase],
    holders: Counter[Phrase],
    chapters: int,
    spelt: dict[str, str],
) -> str:
    scores = {
        phrase: count
        * math.log2(1 + len(phrase))
        * (count / everywhere[phrase])
        * math.log(1 + chapters / holders[phrase])
        for phrase, count in counted.items()
        if count > 1
    }
    best = sorted(scores, key=lambda phrase: (-scores[phrase], phrase))
    chosen: list[str] = []
    used: set[str] = set()
    for phrase in best:
        text = " ".join(spelt[word] for word in phrase)
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
            word = match[0].lower().replace("’", "'")
            if any(word in empty for empty in untitled) or word in CALENDAR or len(word) < _LETTERS_OF_A_WORD:
                run = []
                continue
            run = [*run, _stem(match[0])][-_LONGEST:]
            yield from (tuple(run[first:]) for first in range(len(run)))


def _spellings(sentences: Sequence[str]) -> dict[str, str]:
    """How each stem is written most often in the chapter."""
    found: dict[str, Counter[str]] = {}
    for sentence in sentences:
        for at, match in enumerate(_WORD.finditer(sentence)):
            # A capital at the beginning of a sentence says nothing; a word in capitals or within one does.
            word = match[0] if at or match[0].isupper() else match[0].lower()
            found.setdefault(_stem(word), Counter())[word] += 1
    return {stem: min(spelt, key=lambda word: (-spelt[word], word)) for stem, spelt in found.items()}


def _stem(word: str) -> str:
    return " ".join(terms(word))
