"""Splitting an over-long text without losing a character.

Pieces end at the best border there is: a paragraph, a line, a sentence, a word, and only where there
is none of these between two characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.text.sentences import ALWAYS, SPACED

_BORDERS = (r"\n{2,}", r"\n", rf"(?<=[{SPACED}])[\"'”’)\]]*\s+|(?<=[{ALWAYS}])", r"\s+")


def split(text: str, limit: int, count: Callable[[str], int]) -> list[str]:
    """`text` in pieces of at most `limit` tokens each; joined they are `text` again.

    `count` is the model's tokenizer. A single character is never divided, even where it counts more
    than `limit`.
    """
    pieces: list[str] = []
    rest = text
    while rest:
        size = _longest(rest, limit, count)
        if size < len(rest):
            size = _border(rest, size)
        pieces.append(rest[:size])
        rest = rest[size:]
    return pieces


def _longest(text: str, limit: int, count: Callable[[str], int]) -> int:
    """Characters of the longest beginning within `limit`; at least one.

    The search starts near the answer, so that a very long text is not counted whole again and again.
    """
    if len(text) <= limit * 2 and count(text) <= limit:
        return len(text)
    low, high = 1, min(len(text), max(2 * limit, 2))
    while high < len(text) and count(text[:high]) <= limit:
        low, high = high, min(len(text), high * 2)
    if high == len(text) and count(text) <= limit:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if count(text[:middle]) <= limit:
            low = middle
        else:
            high = middle
    return low


def _border(text: str, size: int) -> int:
    """The best place to cut at or before `size`, in its second half."""
    for pattern in _BORDERS:
        ends = [found.end() for found in re.finditer(pattern, text[:size]) if found.end() * 2 > size]
        if ends:
            return ends[-1]
    return size
