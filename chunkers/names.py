"""Paths as text. On POSIX a name is bytes, and need not be UTF-8; text that is stored or sent must be."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

_URI = "file:///"


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
