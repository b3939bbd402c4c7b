"""Text that a file is named, or that is said in it, made safe to show: on one line, and with nothing in it to obey."""

from __future__ import annotations

import re
import unicodedata

_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of writing: unclosed they turn the rest of the line round, and hide what it says."""

_DOUBTFUL = re.compile("[^ -~]")
"""What has to be looked at: letters of ASCII are what they are, and most of what is shown."""

_NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of characters (a file's name may hold any bytes), and separators of lines."""


def printable(text: str) -> str:
    """`text` on one line, without what a terminal obeys: control characters, changes of direction, no characters.

    What is left of an escape sequence is its letters. A byte of a name that is no UTF-8 stands there as `\\xe9`.
    """
    return " ".join(without_controls(text).split())


def without_controls(text: str) -> str:
    """As `printable`, but spaces stay as they are: for lines with columns, and for paths."""
    return _DOUBTFUL.sub(lambda found: _shown(found[0]), _DIRECTION.sub("", text))


def is_obeyed(char: str) -> bool:
    """Whether a terminal does something else with a character than to show it."""
    return unicodedata.category(char) in _NOT_SHOWN or bool(_DIRECTION.match(char))


def _shown(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Cs":  # Python keeps the bytes that are no UTF-8 in these
        return f"\\x{ord(char) - 0xDC00:02x}" if "\udc80" <= char <= "\udcff" else "\ufffd"
    return " " if kind in _NOT_SHOWN else char
