"""Numbers said in words, in the eight languages of the library text2num: `three point two`, `dreiundzwanzig`.

What the library leaves in pieces is put together by `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from text_to_num import find_numbers

from pipeline.text.languages import languages, told


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: where it stands (characters), its value, and how it was written.

    `written` is what it is compared by where it was written in digits: `3.10` is not `3.1`; a time of day or a version
    has no value at all. `scale` says that it is a word such as `million`, which multiplies what is before it.
    """

    start: int
    end: int
    value: Decimal | None
    written: str = ""
    words: bool = False
    ordinal: bool = False
    scale: bool = False
    compared: bool = True
    """Whether it is a fact by itself: `several million` is none."""

    @property
    def key(self) -> str:
        """One spelling for a number: no thousands marks, a point for decimals."""
        return self.written or f"{(self.value or Decimal(0)).normalize():f}"


_SCALE_WORDS = {
    10**3: "тысяч тысячи тысяча тыс tsd",
    10**6: "million millions millionen millón millones milione milioni milhão milhões miljoen millioner миллион "
    "миллиона миллионов млн mio mln mn",
    10**9: "billion billions milliarde milliarden milliard milliards miliardo miliardi миллиард миллиарда миллиардов "
    "млрд mrd bn miljard mia",
    12: "dozen dutzend douzaine docena dozzina dúzia dozijn dusin",
    10**5: "lakh lakhs",
    10**7: "crore crores",
}
_SCALES = {word: value for value, words in _SCALE_WORDS.items() for word in words.split()}
"""Words that multiply the number before them."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[^\w\s]|\d+")
_ARTICLE = re.compile(r"(?:\b(?:an?|one|eine?|un|une|uma?|een|en|et|una)|\d)\s*\Z", re.IGNORECASE)
_PER = re.compile(r"\b(?:per|por|pour)\s\Z", re.IGNORECASE)
"""What makes a hundred a per cent."""

_HALF_BEFORE = re.compile(
    r"\b(?:half(?:\s+of)?(?:\s+an?)?|(?:eine?\s+)?halbe[nrs]?|(?:un\s+)?demi|medi[oa]|mezz[oa]|mei[oa]|een\s+half|"
    r"(?:en\s+)?halv)[\s-]+\Z",
    re.IGNORECASE,
)
_AND = re.compile(r"(?:\band\s+a|\by|\bet|\be|\ben)\s+\Z", re.IGNORECASE)
_AND_A_HALF = re.compile(
    r"\s+(?:and\s+a\s+half|y\s+medi[oa]|et\s+demie?|e\s+mezz[oa]|e\s+mei[oa]|en\s+een\s+half)\b", re.IGNORECASE
)
_EINHALB = re.compile(r"([^\W\d_]+?)(?:und)?einhalb", re.IGNORECASE)
_HALF = Decimal("0.5")
_LARGE = 10**5
"""Scales from here on are words of their own in every language: they are put together with what is before them."""

_NEAR = 24
"""Characters before a word in which an article or a `half` is looked for."""


class _Token:
    """A word as text2num takes it."""

    def __init__(self, match: re.Match[str]) -> None:
        self.match = match

    def text(self) -> str:
        return self.match[0]

    def nt_separated(self, previous: object) -> bool:  # noqa: ARG002
        return False

    def not_a_number_part(self) -> bool:
        return self.match[0].isdigit()


def number_words(text: str) -> list[Number]:
    """Every number of `text` that is written in words, in order, the small ones too."""
    tokens = [_Token(match) for match in _WORD.finditer(text)]
    found: list[Number] = []
    taken: set[int] = set()

    def add(numbers: Iterable[Number]) -> None:
        for number in numbers:
            places = range(number.start, number.end)
            if taken.isdisjoint(places):
                taken.update(places)
                found.append(number)

    scales = list(_scales(text, tokens))
    add([*_with_half(tokens), *(number for number in scales if not number.scale)])
    add(_read(text, tokens))
    add(scales)
    return sorted(found, key=lambda number: number.start)


def and_a_half(text: str, at: int) -> int:
    """The characters of `and a half` at `at`; none where it does not stand there."""
    match = _AND_A_HALF.match(text, at)
    return len(match[0]) if match else 0


def _read(text: str, tokens: list[_Token]) -> list[Number]:
    """What the library reads in the languages that the text may be in, first the one that makes most of it.

    Where nothing tells the language, in that one alone: `miles` are thousands in Spanish.
    """
    likely = languages(text)
    read = [list(_of_library(text, tokens, language)) for language in likely]
    read.sort(key=lambda found: -sum(number.end - number.start for number in found))
    return [number for found in (read if told(likely) else read[:1]) for number in found]


def _of_library(text: str, tokens: list[_Token], language: str) -> Iterator[Number]:
    for one in find_numbers(tokens, language, threshold=0):
        used = tokens[one.start : one.end]
        start, end = used[0].match.start(), used[-1].match.end()
        if len(used) == 1 and _scale(used[0])[0] >= _LARGE:
            continue
        value = Decimal(int(one.value)) if one.is_ordinal else Decimal(one.text.replace(",", "."))
        round_one = len(used) == 1 and value in (100, 1000)
        if round_one and _PER.search(text[max(0, start - _NEAR) : start]):
            continue
        bare = round_one and language == "en" and not _ARTICLE.search(text[max(0, start - _NEAR) : start])
        yield Number(start, end, value, words=True, ordinal=one.is_ordinal, scale=round_one, compared=not bare)


def _scales(text: str, tokens: list[_Token]) -> Iterator[Number]:
    """Words such as `million` that stand alone: after a digit, an article, or half."""
    for token in tokens:
        scale, start = _scale(token)
        if scale:
            near = text[max(0, start - _NEAR) : start]
            half = _HALF_BEFORE.search(near)
            if half and not _AND.search(near[: half.start()]):
                yield Number(start - len(near) + half.start(), token.match.end(), _HALF * scale, words=True)
            else:
                compared = _ARTICLE.search(near) is not None
                yield Number(start, token.match.end(), Decimal(scale), words=True, scale=True, compared=compared)


def _scale(token: _Token) -> tuple[int, int]:
    """What a word multiplies by, and where it starts; 0 for any other word."""
    word = token.match[0].lower().rpartition("-")[2]
    return _SCALES.get(word, 0), token.match.end() - len(word)


def _with_half(tokens: list[_Token]) -> Iterator[Number]:
    """German words such as `zweieinhalb`."""
    for token in tokens:
        word = token.match[0].lower()
        match = _EINHALB.fullmatch(word)
        value: Decimal | None = None
        if word in ("anderthalb", "eineinhalb"):
            value = Decimal("1.5")
        elif match:
            whole = find_numbers([_Token(part) for part in _WORD.finditer(match[1])], "de", threshold=0)
            value = Decimal(whole[0].text) + _HALF if whole else None
        if value is not None:
            yield Number(*token.match.span(), value, words=True)
