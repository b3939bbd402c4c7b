"""What differs between scripts: which write no spaces, which letters are syllables, how wide a text is shown."""

from __future__ import annotations

import re
import unicodedata

IDEOGRAPHS = "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
"""Han and kana, as ranges of a regular expression: no spaces, and a letter is a syllable or a word."""

HANGUL = "\uac00-\ud7af"
"""Korean syllables: written with spaces."""

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer: an alphabet, and no space between words."""

_SYLLABLE = re.compile(f"[{IDEOGRAPHS}{HANGUL}]")
_WITHOUT_SPACES = re.compile(f"[{IDEOGRAPHS}{UNSPACED}]")


def marks() -> str:
    """Combining marks as ranges of a regular expression: `\\w` leaves them out, yet they stand inside words.

    Without them a word of Hindi, Tamil or Arabic with vowels falls apart at every vowel sign.
    """
    ranges: list[list[int]] = []
    for code in range(0x300, 0xFFFF):
        if unicodedata.category(chr(code))[0] == "M" or code in (0x200C, 0x200D):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def spaceless(text: str) -> bool:
    """Whether most letters of `text` are of scripts that write no space between words."""
    return not text.isascii() and 2 * len(_WITHOUT_SPACES.findall(text)) > sum(char.isalpha() for char in text)


def unspaced(char: str) -> bool:
    """Whether a letter is of a script that writes no space between words."""
    return _WITHOUT_SPACES.match(char) is not None


def runs_from_right(text: str) -> bool:
    """Whether most letters that have a direction are of a script that runs from right to left."""
    directions = [unicodedata.bidirectional(char) for char in text]
    return sum(one in ("R", "AL") for one in directions) > directions.count("L")


def syllables(text: str) -> int:
    """How many letters of `text` stand for a whole syllable or more."""
    return len(_SYLLABLE.findall(text))


def cells(text: str) -> int:
    """The width of `text` in a fixed-width font: two cells for a wide letter, none for a mark on another."""
    return len(text) if text.isascii() else sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
