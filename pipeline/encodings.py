"""Text files that say in which encoding they are written: Windows writes UTF-16, or UTF-8 with a mark."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)


def encoding_of(raw: bytes) -> str:
    """The encoding that a mark at the beginning or, in UTF-16, the zero bytes of Latin letters give; else UTF-8."""
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return codec
    head = raw[:256]
    low, high = head[::2].count(0), head[1::2].count(0)
    if max(low, high) * 8 > len(head) and not min(low, high):
        return "utf-16-le" if high else "utf-16-be"
    return "utf-8"


def decode(raw: bytes, errors: str = "strict") -> str:
    """The text in its encoding, without marks; `errors` as `bytes.decode` takes it, which raises `UnicodeDecodeError`.

    Joined files have marks in the middle as well.
    """
    return raw.decode(encoding_of(raw), errors).replace("\ufeff", "")
