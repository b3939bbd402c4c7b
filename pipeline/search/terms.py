"""The terms under which a text is indexed and looked up: stems of words, pairs of letters where no spaces are written.

Case, accents and vowel points do not count. The order of the terms is the order of the text, so that a phrase is a run
of terms. Pure.
"""

from __future__ import annotations

import importlib.metadata
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol, cast

from pipeline.text.scripts import HANGUL, IDEOGRAPHS, UNSPACED, marks

VERSION = f"1 snowball {importlib.metadata.version('snowballstemmer')} unicode {unicodedata.unidata_version}"
"""What terms depend on: an index that was made with other ones is made anew."""

_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": "english", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian",
    "nn": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Snowball's algorithm for a language, by its ISO 639 code."""

_LONGEST = 64
"""Letters of a term that count; longer ones are no words."""

_MARKS = marks()
_JOINED = f"{IDEOGRAPHS}{HANGUL}{UNSPACED}"
_OTHER = rf"[^\W_{_JOINED}]"
_PIECE = re.compile(
    rf"(?P<number>(?<!\d)\d{{1,3}}(?:[.,'’\u00a0\u202f]\d{{3}})+(?!\d))"
    rf"|(?P<joined>[{_JOINED}][{_JOINED}{_MARKS}]*)"
    rf"|{_OTHER}(?:{_OTHER}|[{_MARKS}])*"
)
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
"""Marks that do not tell words apart: accents, and the vowel points of Hebrew and Arabic."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term, and which letters of the text it stands for: from `start` until `end`."""

    text: str
    start: int
    end: int


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the name that the library gives it


def terms(text: str, language: str) -> Iterator[Term]:
    """The terms of a text in a language (ISO 639), in order; of composed letters (NFC), see `composed`.

    Words written without spaces between them give every pair of neighbouring letters, and the last letter alone: so
    each letter begins a term, and any piece of them is found. The thousands of a number are one term: 50,000 is 50000.
    """
    for match in _PIECE.finditer(text):
        start, end = match.span()
        if match["joined"]:
            for at in range(start, end):
                yield Term(text[at : min(at + 2, end)], at, min(at + 2, end))
        elif match["number"]:
            yield Term("".join(char for char in match.group() if char.isdigit()), start, end)
        else:
            yield Term(_stem(match.group()[:_LONGEST], language), start, end)


def composed(text: str) -> str:
    """The text with its letters composed, and without halves of characters, which cannot be written."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())


def is_joined(text: str) -> bool:
    """Whether a term is of a script that gives pairs of letters."""
    return re.fullmatch(f"[{_JOINED}].?", text) is not None


@lru_cache(maxsize=1 << 18)
def _stem(word: str, language: str) -> str:
    bare = unicodedata.normalize("NFKC", word).casefold()
    stemmer = _stemmer(language)
    stem = stemmer.stemWord(bare) if stemmer is not None else bare
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", stem or bare)))


@cache
def _stemmer(language: str) -> _Stemmer | None:
    import snowballstemmer

    name = _STEMMERS.get(language)
    return cast("_Stemmer", snowballstemmer.stemmer(name)) if name else None
