"""Numbers, dates and names in a text, found by rule, so that two texts can be compared without a judge.

Each fact has a key that is the same for different spellings of one thing: `1,200` and `1200`, `twelve`
and `12`, `14 March` and `March 14th`. See `numbers` and `dates` for what the rules know; names are runs of
capitalised words, so scripts without capitals give numbers and dates only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.text.dates import Date, dates
from pipeline.text.numbers import numbers

Kind = Literal["number", "date", "name"]

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_OPENS = re.compile(r"(?:^|[.!?:;…\n][\s\"')\]*•-]*)$")
_TITLED = re.compile(r"\b(?:mrs?|ms|dr|prof|st)\. $", re.IGNORECASE)
"""A title before a name, written short: no sentence ends there, and nobody is called so."""
_SMALL = 12
"""Numbers up to here, where written as words, are speech rather than facts: `one of the two`."""

_PLAIN_WORDS = (
    "a also an and are as at but by for from he her his however i if in is it its no not of on or our she so that the "
    "their them then there these they this those to was we were what when where which who why will with you your yes "
    "after before later today tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Words that are no names although a sentence, a title or a weekday writes them with a capital."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: how it is written, where it starts (characters), and what it is compared by."""

    kind: Kind
    text: str
    key: str
    start: int


def find(text: str, *, small: bool = False) -> list[Fact]:
    """Every number, date and name of `text`, in order, repeats included.

    With `small`, numbers up to twelve count also where they are written as words.
    """
    return list(_find(text, small))


@lru_cache(maxsize=1024)
def _find(text: str, small: bool) -> tuple[Fact, ...]:
    counted = numbers(text)
    dated = dates(text, counted)
    found = [Fact("date", text[one.start : one.end], one.key, one.start) for one in dated]
    within = [one.year for one in dated if one.year]
    free = [one for one in counted if not any(one.start < date.end and date.start < one.end for date in dated)]
    for one in [*within, *free]:
        if small or (one.compared and not (one.words and one.value in range(_SMALL + 1))):
            found.append(Fact("number", text[one.start : one.end], one.key, one.start))
    found += [Fact("name", text[start:stop], key, start) for start, stop, key in _names(_blank(text, dated))]
    return tuple(sorted(found, key=lambda fact: (fact.start, fact.kind)))


def facts(text: str) -> list[str]:
    """The facts of `text` as they are written, each once, in order: what is stored with a chunk."""
    first: dict[str, str] = {}
    covered = 0
    for fact in find(text):
        if fact.start >= covered:  # the year within a date is written with it
            first.setdefault(fact.key, fact.text)
        covered = max(covered, fact.start + len(fact.text))
    return list(first.values())


def _names(text: str) -> list[tuple[int, int, str]]:
    """Runs of capitalised words; the word that opens a sentence says little about itself.

    It stands for no name alone, and is left out of a run of three or more.
    """
    runs: list[list[re.Match[str]]] = []
    for word in _WORD.finditer(text):
        if not word[0][0].isupper() or word[0].lower() in _PLAIN or _TITLED.match(text[word.start() : word.end() + 2]):
            continue
        if runs and text[runs[-1][-1].end() : word.start()] == " ":
            runs[-1].append(word)
        else:
            runs.append([word])
    found = []
    for run in runs:
        before = text[max(0, run[0].start() - 8) : run[0].start()]
        opens = _OPENS.search(before) is not None and not _TITLED.search(before)
        start, stop = run[opens and len(run) > 2].start(), run[-1].end()
        name = re.sub(r"['’]s$", "", text[start:stop])
        if len(name) > 1 and (name.isupper() or not (opens and len(run) == 1)):
            found.append((start, start + len(name), name.casefold()))
    return found


def _blank(text: str, found: list[Date]) -> str:
    """The text with its dates blanked out, every other place unmoved."""
    for date in found:
        text = text[: date.start] + " " * (date.end - date.start) + text[date.end :]
    return text
