"""Numbers, dates and names in a text, found by rule, so that two texts can be compared without a judge.

Each fact has a key that is the same for different spellings of one thing: `1,200` and `1200`, `twelve`
and `12`, `14 March` and `March 14th`. Rules know digits of every script, English number words, and
months in English, German, French, Spanish and Italian; names are runs of capitalised words, so
scripts without capitals give numbers and dates only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["number", "date", "name"]

_MONTHS = {
    name: month
    for names in (
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    )
    for month, name in enumerate(names.split(), 1)
}
_UNIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_UNIT_WORDS.split())}
_TENS = {word: value for value, word in enumerate(_TEN_WORDS.split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|\.)?"
_OF = r"(?:\s+(?:of|de|di))?"
_DATES = (
    (re.compile(r"\b\d{4}-(\d{1,2})-(\d{1,2})\b"), 2, 1),
    (re.compile(rf"\b{_DAY}{_OF}\s+({_MONTH})\b", re.IGNORECASE), 1, 2),
    (re.compile(rf"\b({_MONTH})\s+(?:the\s+)?{_DAY}\b(?!\s*[:.,]\d)", re.IGNORECASE), 2, 1),
)
"""Patterns, and which of their groups are day and month; a year beside them counts as a number."""
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_NUMBER = re.compile(
    rf"\d+(?:[.,:'’]\d+)*(?:\s+(?:{'|'.join(_SCALES)})\b)?"
    rf"|\b(?:{'|'.join([*_TENS, *_UNITS])})\b(?:[\s-]+(?:and\s+)?(?:{'|'.join([*_TENS, *_UNITS, *_SCALES])})\b)*",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’]\d{3})+")
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_OPENS = re.compile(r"(?:^|[.!?:;…\n][\s\"')\]*•-]*)$")
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
    found: list[Fact] = []
    rest = text
    for start, stop, key in _dates(rest):
        found.append(Fact("date", text[start:stop], key, start))
    rest = _blank(rest, found)
    for start, stop, key in _numbers(rest, small):
        found.append(Fact("number", text[start:stop], key, start))
    for start, stop, key in _names(rest):
        found.append(Fact("name", text[start:stop], key, start))
    return tuple(sorted(found, key=lambda fact: (fact.start, fact.kind)))


def facts(text: str) -> list[str]:
    """The facts of `text` as they are written, each once, in order: what is stored with a chunk."""
    first: dict[str, str] = {}
    for fact in find(text):
        first.setdefault(fact.key, fact.text)
    return list(first.values())


def _dates(text: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for pattern, day, month in _DATES:
        for match in pattern.finditer(text):
            if any(match.start() < stop and start < match.end() for start, stop, _ in found):
                continue
            name = match[month].lower()
            number = int(name) if name.isdigit() else _MONTHS[name]
            found.append((match.start(), match.end(), f"{number:02d}-{int(match[day]):02d}"))
    found += [(match.start(), match.end(), match[0].lower()) for match in _WEEKDAY.finditer(text)]
    return found


def _numbers(text: str, small: bool) -> list[tuple[int, int, str]]:
    found = []
    for match in _NUMBER.finditer(text):
        key = _number_key(match[0])
        if small or match[0][0].isdigit() or not (key.isdigit() and int(key) <= _SMALL):
            found.append((match.start(), match.end(), key))
    return found


def _number_key(text: str) -> str:
    """One spelling for a number: no thousands marks, a point for decimals, words as digits."""
    head, *words = re.split(r"[\s-]+", text.lower())
    if not head[0].isdigit():
        return str(_spoken([head, *words]))
    if _GROUPED.fullmatch(head):
        head = re.sub(r"[.,'’]", "", head)
    elif ":" not in head:
        head = head.replace(",", ".")
    if words and head.isdigit():
        return str(int(head) * _SCALES[words[0]])
    if words and head.replace(".", "", 1).isdigit():
        return f"{float(head) * _SCALES[words[0]]:.10g}"
    return str(int(head)) if head.isdigit() else head


def _spoken(words: list[str]) -> int:
    """The value of English number words."""
    total = current = 0
    for word in words:
        if word in _UNITS:
            current += _UNITS[word]
        elif word in _TENS:
            current += 10 * _TENS[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current


def _names(text: str) -> list[tuple[int, int, str]]:
    """Runs of capitalised words; the word that opens a sentence says little about itself.

    It stands for no name alone, and is left out of a run of three or more.
    """
    runs: list[list[re.Match[str]]] = []
    for word in _WORD.finditer(text):
        if not word[0][0].isupper() or word[0].lower() in _PLAIN:
            continue
        if runs and text[runs[-1][-1].end() : word.start()] == " ":
            runs[-1].append(word)
        else:
            runs.append([word])
    found = []
    for run in runs:
        opens = _OPENS.search(text[max(0, run[0].start() - 8) : run[0].start()]) is not None
        start, stop = run[opens and len(run) > 2].start(), run[-1].end()
        name = re.sub(r"['’]s$", "", text[start:stop])
        if len(name) > 1 and (name.isupper() or not (opens and len(run) == 1)):
            found.append((start, start + len(name), name.casefold()))
    return found


def _blank(text: str, found: list[Fact]) -> str:
    """The text with what is already found blanked out, every other place unmoved."""
    for fact in found:
        text = text[: fact.start] + " " * len(fact.text) + text[fact.start + len(fact.text) :]
    return text
