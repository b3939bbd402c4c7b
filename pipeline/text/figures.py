"""Amounts and measures in what was said, each with its unit, and the sentence that says what it belongs to. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.text.chapters import content
from pipeline.text.dates import CALENDAR, dates
from pipeline.text.lexicons import Lexicon
from pipeline.text.numbers import numbers
from pipeline.text.said import Said

_BEFORE = re.compile(r"[€$£¥]\s?\Z")
_AFTER = re.compile(r"\s?(?:[%‰€$£¥°]\w?|(?:per cent|percent|pour cent|por ciento)\b)|[\s-]([^\W\d_]+)")
_SIGNS = (
    ("%", "percent", "per cent", "prozent", "pour cent", "por ciento"),
    ("€", "euro", "euros"),
    ("$", "dollar", "dollars", "dólares"),
    ("£", "pound", "pounds", "pfund", "livres", "libras"),
    ("¥", "yen"),
    ("°", "°c", "°f", "degree", "degrees", "grad", "degrés", "grados"),
)
_CODE = re.compile(r"(?<![\w.,])\+?\(?\d{2,5}\)?(?:[ ./-]\d{2,5}){1,5}(?![\w-])")
"""Groups of digits, as of a telephone number or an order."""

_YEAR = re.compile(r"(?:1[89]|20)\d\d")

_CODE_DIGITS = 7
"""Digits that such a number has at least."""

_SMALL = 12
_CONTENT = 2
"""Content words beside its unit that a sentence needs, so that it says what the figure is of."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount as it is written, with its unit, and its sentence."""

    value: str
    said: Said


def figures(said: Sequence[Said], words: Lexicon) -> list[Figure]:
    """The figures and the telephone and order numbers of what was said, in order of time; each value counts once."""
    found: dict[str, Figure] = {}
    for one in said:
        for value in _codes(one.text):
            found.setdefault(value, Figure(value, one))
        for value, _ in _values(one.text, words):
            if len(content(one.text.replace(value, " "), words)) >= _CONTENT:
                found.setdefault(value.lower(), Figure(value, one))
    return list(found.values())


def units(text: str, words: Lexicon) -> list[frozenset[str]]:
    """What the figures of a text are counted in, in order, each in all the ways to write it: `€` is `euros`, too.

    Where no lexicon tells which words are small, only signs are known to be units.
    """
    return [
        next((frozenset(ways) for ways in _SIGNS if unit in ways), frozenset({unit}))
        for _, unit in _values(text, words)
    ]


def _codes(text: str) -> Iterator[str]:
    """Groups of digits that are no dates or years, and together no number."""
    counted = numbers(text)
    dated = dates(text, counted)
    for match in _CODE.finditer(text):
        whole = any(one.start <= match.start() and match.end() <= one.end for one in counted)
        date = any(one.start < match.end() and match.start() < one.end for one in dated)
        years = all(_YEAR.fullmatch(part) for part in re.findall(r"\d+", match[0]))
        if not (whole or date or years) and sum(map(str.isdigit, match[0])) >= _CODE_DIGITS:
            yield match[0]


def _values(text: str, words: Lexicon) -> Iterator[tuple[str, str]]:
    """Numbers with a unit or a sign behind or before them, and that unit; years, dates, times and small ones are none.

    Small ones are those up to twelve that are written as words.
    """
    counted = numbers(text)
    dated = dates(text, counted)
    for number in counted:
        small = number.words and number.value is not None and number.value <= _SMALL
        joined = text[: number.start].endswith("-")  # COVID-19
        if small or joined or number.ordinal or any(one.start <= number.start < one.end for one in dated):
            continue
        before, after = _BEFORE.search(text[: number.start]), _AFTER.match(text, number.end)
        unit = after[1] if after else None
        if unit and (unit.lower() in words.empty or unit.lower() in CALENDAR or len(unit) < 2):
            after = None
        if before or after:
            start = before.start() if before else number.start
            sign = before[0] if before else unit or (after[0] if after else "")
            yield text[start : after.end() if after and not before else number.end], sign.strip().lower()
