"""Whether two readings are of the same text, read once well and once badly."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

_MISTAKEN = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1", "!": "1", "s": "5", "b": "8", "z": "2"})
"""Letters that are read for digits and the other way round: only for comparing."""

_WORD = 4
"""Letters that a word has at least, if one of them may be misread: of `on` and `off`, `A` and `B` none may."""

_LAST_LATIN = "\u024f"
_SIMILAR = 0.7
_OVERLAP = 8
_EDGE = 3


def key(text: str) -> str:
    """What is compared: without spaces, case and marks that are read now so and now so."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return re.sub(r"[`'’´‘\"“”„]", "", plain).translate(_MISTAKEN)


def same(one: str, other: str) -> bool:
    """Whether both are readings of one text: equal but for what readers mistake, or with a letter wrong in a long word.

    A word with a digit in it is never taken for a misread one: that a counter went from 12 to 13 is what is to be
    seen. Nor is a word in a script of which each letter is a word.
    """
    if key(one) == key(other):
        return True
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return False
    return all(_same_word(word, another) for word, another in zip(words, others, strict=True))


def similar(one: str, other: str) -> bool:
    """Whether most letters of two texts agree, in their order."""
    return SequenceMatcher(None, key(one), key(other), autojunk=False).ratio() >= _SIMILAR


def numbers(text: str) -> list[str]:
    """The digits in a text, as they stand together."""
    return re.findall(r"\d+", unicodedata.normalize("NFKC", text))


def crawled(text: str, piece: str, last: str) -> str | None:
    """`text` and what has come in with `piece`, where a line crawls from right to left; None where it does not.

    `last` is the piece before, with which `text` ends: `piece` must begin in the midst of it.
    """
    match = SequenceMatcher(None, last, piece, autojunk=False).find_longest_match()
    cut, new = piece[: match.b], piece[match.b + match.size :]
    if match.size < max(_OVERLAP, len(piece) // 3) or match.a < match.b + 2 or not new:
        return None
    # A letter at either edge may be cut, and is read as another; more than that, or a number, is another text.
    if len(cut) > _EDGE or numbers(cut) or len(last) - match.a - match.size > _EDGE:
        return None
    return text[: len(text) - len(last) + match.a + match.size] + new


def _same_word(one: str, other: str) -> bool:
    if key(one) == key(other):
        return True
    if (
        min(len(one), len(other)) < _WORD
        or not (one + other).isalpha()
        or any(ord(char) > 0x24F for char in one + other)
    ):
        return False
    first, second = sorted((one.casefold(), other.casefold()), key=len)
    at = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    return first[at + (len(first) == len(second)) :] == second[at + 1 :]
