"""Paths as text. On POSIX a name is bytes, and need not be UTF-8; text that is stored, sent or shown must be."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""Control characters: in a terminal they could do anything."""
_URI = "file:///"


def shown(path: os.PathLike[str] | str | bytes) -> str:
    """A path for people: what is no UTF-8 in it, and every control character, stands there as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").translate(_ESCAPES)


def to_text(path: Path) -> str:
    """A path as text from which `from_text` makes it again: itself, or where it is no UTF-8 its `file:` URI."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return path.absolute().as_uri()
    return text


def from_text(text: str) -> Path:
    """The path that `to_text` made the text of."""
    if not text.startswith(_URI):
        return Path(text)
    return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_URI[:-1]))))
