"""The numbers in a line on the screen: their values, and what stands around them.

`Pressure 3.2 bar  12:04:09` has two: 3.2, in `bar`, and a time of day.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Literal

ValueKind = Literal["number", "clock", "timecode"]
Short = Literal["hours", "minutes"]

_DATE = r"(?<![\d.,/-])(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?![\d/-])"
_TIME = r"(?<![\d:.,])\d{1,3}:[0-5]\d(?:[:;][0-5]\d(?:[:;]\d{2})?)?(?:\.\d{1,3})?(?![\d:])"
_NUMBER = r"(?:(?<![\w.,)])[-+\u2212])?(?<![\w.,:])\d+(?:[.,' \u202f]\d{3})*(?:[.,]\d+)?(?![\w:]*\d)"
_TOKEN = re.compile(f"(?P<date>{_DATE})|(?P<time>{_TIME})|(?P<number>{_NUMBER})")
_UNIT = re.compile(r"\s?(%|°\s?[CF]?\b|[^\W\d_]{1,5}(?:/[^\W\d_]{1,4}|[²³])?|°)(?=\s|$|[.,;)])")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2103: "°C", 0x2212: "-"}


@dataclass(frozen=True, slots=True)
class Value:
    """A number in a line: as it is written, the unit right behind it, and where both lie in the text."""

    written: str
    kind: ValueKind
    unit: str
    start: int
    end: int


def plain(text: str) -> str:
    """`text` with the marks of East Asian typesetting as everybody writes them."""
    return text.translate(_HALF_WIDTH)


def values(text: str) -> tuple[str, list[Value]]:
    """What a `plain` line is without its numbers, and its numbers in order; a date is no number, but part of the line.

    Two lines with the same first part show the same things with other values.
    """
    found: list[Value] = []
    pattern, done = "", 0
    for match in _TOKEN.finditer(text):
        pattern += text[done : match.start()] + ("<date>" if match["date"] else "#")
        done = match.end()
        if not match["date"]:
            unit = _UNIT.match(text, done) if match["number"] else None
            behind = unit.end() if unit else done
            found.append(Value(match[0], _kind(match), text[done:behind].strip(), match.start(), behind))
    return "".join((pattern + text[done:]).split()), found


def seconds(written: str, *, frames: int = 0, short: Short = "minutes") -> float:
    """A clock's or time code's value in seconds.

    `frames`: how many are a second, where the last of four parts counts them; 0 leaves it out. `short`: what the first
    of two parts is.
    """
    parts = [float(part) for part in re.split(r"[:;]", written)]
    if len(parts) == 2:
        parts = [*parts, 0.0] if short == "hours" else [0.0, *parts]
    hours, minutes, second, *frame = parts
    return hours * 3600 + minutes * 60 + second + (frame[0] / frames if frame and frames else 0.0)


def numbers(written: list[str]) -> list[float]:
    """The values of numbers that were written in one place, one after the other.

    `1,234` may be a thousand or little more than one. A comma is taken to part thousands and a point decimals, unless
    the values follow one another far more evenly the other way round: 999 and `1.000`.
    """
    usual, other = ([_number(one, decimal) for one in written] for decimal in (".", ","))
    return other if _unevenness(other) < _unevenness(usual) / 3 else usual


def _number(written: str, decimal: str) -> float:
    """`decimal`: which mark is the decimal one where three digits stand behind a single mark."""
    bare = written.replace(" ", "").replace("'", "").replace("\u202f", "")
    marks = re.findall(r"[.,]", bare)
    if not marks:
        return float(bare)
    if len(set(marks)) == 2:
        decimal = marks[-1]
    elif len(marks) == 1 and not re.search(r"^[-+]?(?!0)\d{1,3}[.,]\d{3}$", bare):
        decimal = marks[0]
    elif len(marks) > 1:
        decimal = "." if marks[0] == "," else ","
    thousands = "," if decimal == "." else "."
    return float(bare.replace(thousands, "").replace(decimal, "."))


def _unevenness(found: list[float]) -> float:
    """The largest step in relation to the values around it."""
    steps = (abs(after - before) / (1 + min(abs(after), abs(before))) for before, after in itertools.pairwise(found))
    return max((round(step, 6) for step in steps), default=0.0)


def _kind(match: re.Match[str]) -> ValueKind:
    if match["number"]:
        return "number"
    return "timecode" if len(re.split(r"[:;]", match[0])) == 4 else "clock"
