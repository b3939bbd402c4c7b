"""Sentences, and the words by which two of them are compared."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*(?=\s)|(?<=[。！？])|\n")
_NO_END = re.compile(r"(?:^|[\s(])(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|vs|etc|e\.g|i\.e|z\.B|approx|ca)\.$")
_ENUMERATED = re.compile(r"^\s*\d+\.$")
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)+")
_TERM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without bullets; citations count by this list.

    An abbreviation, an initial or a list number does not end a sentence.
    """
    found: list[str] = []
    start = 0
    for end in [match.end() for match in _END.finditer(text)] + [len(text)]:
        piece = text[start:end].strip()
        broken = end < len(text) and text[end - 1] != "\n" and (_NO_END.search(piece) or _ENUMERATED.match(piece))
        if not broken:
            bare = _BULLET.sub("", piece).strip()
            if _TERM.search(bare):
                found.append(bare)
            start = end
    return found


def terms(text: str) -> list[str]:
    """The words of a text for comparing: lower case, a character each in scripts without spaces."""
    return [_stem(word) for word in _TERM.findall(text.casefold())]


def _stem(word: str) -> str:
    """A word without its commonest endings: `repairs`, `repaired` and `repair` are one."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
