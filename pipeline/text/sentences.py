"""Sentences, and the words by which two of them are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.text import abbreviations
from pipeline.text.scripts import HANGUL, IDEOGRAPHS, UNSPACED, marks

SPACED = ".!?…"
"""Marks that end a sentence where a space follows."""

ALWAYS = "。！？｡।॥؟۔։።፧။།។៕"
"""Marks that end one whatever follows: Chinese, Japanese, Indic, Arabic, Urdu, Armenian, Ethiopic, Burmese, Khmer."""

ASKING = "?？؟፧"
"""Those of them that end a question."""

_CLOSING = "\"'”’“‘»›)\\]」』）》】〉"
_ROUND = "•‣▪●◦"
_BREAKS = "\n\r\v\f\x85\u2028\u2029"
_END = re.compile(
    rf"(?P<mark>[{SPACED}])[{_CLOSING}]*(?=\s)|[{ALWAYS}]+[{_CLOSING}]*|(?<!\d)．[{_CLOSING}]*"
    rf"|[?!]+(?=[{IDEOGRAPHS}])|(?<=[{IDEOGRAPHS}])[?!]+(?=\S)"
    rf"|[{_BREAKS}]|(?<=\s)(?=[{_ROUND}]\s)"
)
_ENDED = re.compile(rf"[{SPACED}{ALWAYS}．][{_CLOSING}]*\s*\Z")
_BULLET = re.compile(rf"^\s*(?:[-–—*{_ROUND}]\s+|\(?\d{{1,3}}[.)]\s+)+")
_FIRST_POINT = re.compile(r"^[^\S\n]*1([.)])\s", re.MULTILINE)

_OTHER = rf"[^\W_{IDEOGRAPHS}{HANGUL}{UNSPACED}]"
_TERM = re.compile(rf"[{IDEOGRAPHS}{HANGUL}]|[{UNSPACED}]+|{_OTHER}(?:{_OTHER}|[{marks()}])*")
_UNSPACED = re.compile(rf"[{UNSPACED}]")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without bullets; citations count by this list.

    A line break ends a sentence, and so does the next bullet. An abbreviation, an initial, a decimal point, an
    ordinal (`24. März`) and the number of a list do not.
    """
    found: list[str] = []
    start = 0
    for end, mark in _borders(text):
        if mark is not None and not abbreviations.ends(text, start, mark, end):
            continue
        bare = _BULLET.sub("", text[start:end]).strip()
        if _TERM.search(bare):
            found.append(bare)
        start = end
    return found


def joined(parts: Iterable[str]) -> str:
    """Sentences as one text, from which `sentences` gives the same ones again.

    One that would run into the next after a space, for want of a full stop, is followed by a line break.
    """
    text = before = ""
    for part in parts:
        if text:
            text += " " if ended(before) and sentences(f"{before} {part}") == [before, part] else "\n"
        text, before = text + part, part
    return text


def ended(text: str) -> bool:
    """Whether `text` ends with the mark of a finished sentence."""
    return _ENDED.search(text) is not None


def is_question(text: str) -> bool:
    """Whether `text` ends as a question does."""
    return text.rstrip().endswith(tuple(ASKING))


def parted(before: str, after: str) -> bool:
    """Whether a sentence ends between two texts that follow each other."""
    match = _ENDED.search(before)
    if match is None or before[match.start()] not in SPACED:
        return match is not None
    head = before.rstrip()
    return abbreviations.ends(f"{head} {after.lstrip()}", 0, match.start(), len(head))


def terms(text: str) -> list[str]:
    """The words of a text for comparing, in lower case and without their commonest endings.

    Scripts without spaces give a character each (Chinese, Japanese, Korean), or every three in a row (Thai).
    """
    return list(_terms(text))


@lru_cache(maxsize=32_768)
def _terms(text: str) -> tuple[str, ...]:
    """A report asks dozens of times for those of a sentence."""
    found: list[str] = []
    for word in _TERM.findall(text.casefold()):
        if _UNSPACED.match(word):
            found += [word[at : at + 3] for at in range(max(1, len(word) - 2))]
        else:
            found.append(_stem(word))
    return tuple(found)


def _borders(text: str) -> list[tuple[int, int | None]]:
    """Where a sentence may end, in order; with the place of its mark where that has to be looked at."""
    found = [(match.end(), match.start() if match["mark"] else None) for match in _END.finditer(text)]
    return sorted([*found, *_points(text), (len(text), None)], key=lambda border: border[0])


def _points(text: str) -> list[tuple[int, None]]:
    """Where the next point of a numbered list begins on the same line: `1. Budget 2. Staff`."""
    found = list[tuple[int, None]]()
    for first in _FIRST_POINT.finditer(text):
        at, number = first.end(), 2
        while point := re.compile(rf"[^{_BREAKS}]*?\s(?={number}{re.escape(first[1])}\s)").match(text, at):
            at, number = point.end(), number + 1
            found.append((at, None))
    return found


def _stem(word: str) -> str:
    """A word without its commonest endings: `repairs`, `repaired` and `repair` are one."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
