"""Where a line may be broken, in any script, and how a text is laid out in lines of so many cells.

Latin text breaks at spaces. Chinese and Japanese break between any two letters but before a closing mark or a small
kana; Thai, Lao, Burmese and Khmer between two clusters where there is no space, since words need a dictionary.
"""

from __future__ import annotations

import itertools
import re

from pipeline.text.scripts import IDEOGRAPHS, UNSPACED, cells, marks

LINE = 42
"""Cells of a line (subtitling guides: 42 letters in Latin scripts, half as many wide ones)."""

_AFTER_PUNCTUATION = 30
"""Cells of imbalance that are taken so that a line may end at a punctuation mark."""

_OPENING = r"(\[{「『（［｛〈《【〔“‘"
_FOLLOWS = (
    r",.!?;:%)\]}…、。，．・：；？！」』）］｝〉》】〕”’ゝゞ々ー〜～ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
    "\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eb0\u0eb2\u0eb3\u0ec6\u104a\u104b\u17d4\u17d5\u17d7\u200d\u2060"
)
"""What never begins a line: closing marks, small kana, vowels and signs that are written after their consonant."""

_LEADS = "\u0e40-\u0e44\u0ec0-\u0ec4"
"""Vowels that are written before their consonant."""

_JOINS = "\u1039\u17d2"
"""Signs that bind the next consonant below the one before."""

_MARKS = marks()
_CLUSTER = rf"[{_LEADS}]*[{UNSPACED}](?:[{_JOINS}][{UNSPACED}]|[{_MARKS}])*"
_OTHER = rf"[^\s{IDEOGRAPHS}{UNSPACED}]+"
_UNIT = re.compile(rf"[{_OPENING}]*(?:[{IDEOGRAPHS}]|{_CLUSTER}|{_OTHER})(?:[{_FOLLOWS}]|[{_MARKS}])*\s*|\s+")
_LETTER = re.compile(rf".[{_MARKS}]*", re.DOTALL)
_PUNCTUATED = re.compile(r"[,.!?;:…、。，．：；？！।؟،۔–—][\"'”’)\]」』）]*\s*\Z")
_NEAR = 8
"""Letters on either side that decide whether a line may be broken between them."""


def units(text: str) -> list[str]:
    """`text` in the smallest pieces between which a line may be broken; joined they are `text` again."""
    found = _UNIT.findall(text)
    return [found[0] + found[1], *found[2:]] if len(found) > 1 and found[0].isspace() else found


def breakable(before: str, after: str) -> bool:
    """Whether a line may be broken between two texts that follow each other."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return True
    near, far = before[-_NEAR:], after[:_NEAR]
    return len(near) in itertools.accumulate(map(len, units(near + far)))


def words(text: str) -> list[str]:
    """The same pieces, those that are wider than a line divided."""
    return [part for unit in units(text) for part in _short(unit)]


def wrap(text: str) -> list[str]:
    """`text` in as few lines as it needs, each of at most `LINE` cells; two lines are of like length.

    A word that is longer than a line is divided, since a line that is too long is cut off by the screen.
    """
    parts = words(" ".join(text.split()))
    if cells("".join(parts)) <= LINE:
        return ["".join(parts)] if parts else []
    widths = list(itertools.accumulate(map(cells, parts)))
    best, least = 0, 2 * LINE + _AFTER_PUNCTUATION
    for at, part in enumerate(parts[:-1]):
        first, second = widths[at] - part.endswith(" "), widths[-1] - widths[at]
        imbalance = abs(first - second) - _AFTER_PUNCTUATION * bool(_PUNCTUATED.search(part))
        if max(first, second) <= LINE and imbalance < least:
            best, least = at + 1, imbalance
    return ["".join(parts[:best]).rstrip(), "".join(parts[best:])] if best else _filled(parts)


def _filled(parts: list[str]) -> list[str]:
    """Lines filled one after the other."""
    lines: list[str] = []
    line = ""
    for part in parts:
        if line and cells((line + part).rstrip()) > LINE:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()]


def _short(unit: str) -> list[str]:
    """A unit in pieces that fit a line: a mark stays with its letter."""
    if cells(unit.rstrip()) <= LINE:
        return [unit]
    pieces = [""]
    for letter in _LETTER.findall(unit):
        if cells((pieces[-1] + letter).rstrip()) > LINE:
            pieces.append("")
        pieces[-1] += letter
    return pieces
