"""Every number of a text, in digits or words, each with one key: `1,200` and `twelve hundred` are the same.

What a mark between digits means depends on the language: 1.234 is a thousand and more in German, one and more in
English. A sign belongs to the number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline.text.languages import decimal_comma
from pipeline.text.number_words import Number, and_a_half, number_words

_SPACE = "\u00a0\u202f\u2009"
_DIGITS = re.compile(rf"\d+(?:[.,:'’{_SPACE}]\d+)*")
_DIGITS_IN_GROUPS = re.compile(rf"[1-9]\d{{0,2}}(?: \d{{3}})+(?![\d.])(?:,\d+)?|{_DIGITS.pattern}")
"""The same in languages that also write 1 200."""

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_THOUSAND = re.compile(r"k\b")
_SIGN = re.compile(r"(?:(?:^|(?<=[\s(\[=:]))[-−]|\b(?:minus|negative|moins|menos|meno)\s)\Z", re.IGNORECASE)
_BELOW = re.compile(r"(?:\s*°\s*[CF]?|\s+(?:degrees?|grad))?\s+(?:below\s+zero|unter\s+null)\b", re.IGNORECASE)
_YEAR_ZERO = re.compile(r"[\s-]+(?:oh|o)[\s-]+", re.IGNORECASE)
_NEXT = re.compile(r"[\s-]*")
_NEAR = 10

_KANJI = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "両": 2, "两": 2, "兩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12, "만": 10**4, "억": 10**8, "조": 10**12}
_NUMERALS, _UNITS = "".join(_KANJI), "".join([*_TENS, *_MYRIADS])
_EAST_ASIAN = re.compile(
    rf"(?<![{_UNITS}])(?:[{_NUMERALS}十百千]|\d[\d.,]*(?=[{_UNITS}]))(?:[{_NUMERALS}{_UNITS}]|\d[\d.,]*(?=[{_UNITS}])|\d+)*"
    rf"(?:[点點][{_NUMERALS}]+)?"
)
_PART = re.compile(rf"[\d.,]+|[{_NUMERALS}{_UNITS}]")


def numbers(text: str) -> list[Number]:
    """The numbers of `text` in order, those up to twelve in words too."""
    return list(_numbers(text))


@lru_cache(maxsize=32_768)
def _numbers(text: str) -> tuple[Number, ...]:
    """A report asks several times for those of a sentence, and twelve hours have more than ten thousand."""
    text = _ascii_digits(text)
    found = [] if text.isascii() else _east_asian(text)
    rest = _blank(text, found)
    digits = _digits(rest, comma=decimal_comma(text))
    found += [*digits, *number_words(_blank(rest, digits))]
    return tuple(_signed(text, _joined(text, sorted(found, key=lambda number: number.start))))


def _blank(text: str, found: Iterable[Number]) -> str:
    for number in found:
        text = text[: number.start] + "\0" * (number.end - number.start) + text[number.end :]
    return text


def _ascii_digits(text: str) -> str:
    """`text` with the digits and decimal marks of every script as those of ASCII, every place unmoved."""
    if text.isascii():
        return text
    marks = {"٫": ".", "٬": ",", "．": "."}
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else marks.get(char, char)
        for char in text
    )


# -- digits -----------------------------------------------------------------------------------------


def _digits(text: str, *, comma: bool) -> list[Number]:
    found = []
    for match in (_DIGITS_IN_GROUPS if comma else _DIGITS).finditer(text):
        written, end = _one_spelling(match[0], comma=comma), match.end()
        value = Decimal(written) if re.fullmatch(r"\d+(?:\.\d+)?", written) else None
        ordinal = _ORDINAL.match(text, end) is not None
        part = _FRACTIONS.get(text[end : end + 1])
        if value is not None and part is not None:
            value, written, end = value + part, "", end + 1
        elif value is not None and _THOUSAND.match(text, end):
            value, written, end = value * 1000, "", end + 1
        found.append(Number(match.start(), end, value, written, ordinal=ordinal))
    return found


def _one_spelling(text: str, *, comma: bool) -> str:
    """Digits without thousands marks, with a point for decimals; as it is where it is no plain number."""
    bare = re.sub(rf"['’ {_SPACE}](?=\d{{3}}(?!\d))", "", text)
    marks = re.findall(r"[^\d]", bare)
    if not marks:
        return str(int(bare))
    clock = _CLOCK.fullmatch(bare)
    if clock:
        return f"{int(clock[1])}.{clock[2]}"  # a recogniser writes 9.30, and a writer 9:30
    decimal = marks[-1] if len(set(marks)) == 2 or (len(marks) == 1 and not _thousands(bare, comma=comma)) else ""
    head, _, tail = bare.rpartition(decimal) if decimal else (bare, "", "")
    head = head.replace(".", ",") if "," not in head else head
    if set(marks) - {",", "."} or not (head.isdigit() or _GROUPED.fullmatch(head)):
        return bare
    return head.replace(",", "") + ("." + tail if tail else "")


def _thousands(text: str, *, comma: bool) -> bool:
    """Whether the one mark in `text` parts thousands in the language of the text."""
    return _GROUPED.fullmatch(text.replace(".", ",")) is not None and ("." in text) == comma


# -- Chinese, Japanese, and what counts in myriads ------------------------------------------------


def _east_asian(text: str) -> list[Number]:
    found = []
    for match in _EAST_ASIAN.finditer(text):
        value = _counted(match[0])
        if value is not None:
            words, compared = not match[0][0].isdigit(), match[0] not in _TENS
            found.append(Number(match.start(), match.end(), value, words=words, compared=compared))
    return found


def _counted(run: str) -> Decimal | None:
    """The value of `十二`, `二〇二五` or `3万5000`; None for what is more likely part of a word."""
    run, _, decimals = re.sub("點", "点", run).partition("点")
    parts = _PART.findall(run)
    if not set(parts) & {*_TENS, *_MYRIADS}:
        if len(parts) == 2 and "〇" not in parts:
            return None  # 三四 is three or four
        value = Decimal("".join(str(_KANJI.get(part, part)) for part in parts).replace(",", ""))
    elif len(parts) == 1 and parts[0] in _MYRIADS:
        return None
    else:
        total = section = digit = Decimal(0)
        for part in parts:
            if part in _TENS:
                section, digit = section + (digit or 1) * _TENS[part], Decimal(0)
            elif part in _MYRIADS:
                total, section, digit = total + (section + digit) * _MYRIADS[part], Decimal(0), Decimal(0)
            else:
                digit = Decimal(_KANJI[part]) if part in _KANJI else _plain(part)
        value = total + section + digit
    return value + Decimal("0." + "".join(str(_KANJI[char]) for char in decimals)) if decimals else value


def _plain(digits: str) -> Decimal:
    written = _one_spelling(digits.strip(".,"), comma=False)
    return Decimal(written) if re.fullmatch(r"\d+(?:\.\d+)?", written) else Decimal(0)


# -- putting together -------------------------------------------------------------------------------


def _joined(text: str, found: list[Number]) -> list[Number]:
    """Numbers that were found in pieces: `three point two` and `million`, `nineteen` and `ninety-nine`."""
    joined: list[Number] = []
    for number in found:
        one = _halved(text, number)
        whole = _combined(text, joined[-1], one) if joined else None
        if whole is None:
            joined.append(one)
        else:
            joined[-1] = whole
    return joined


def _halved(text: str, number: Number) -> Number:
    more = and_a_half(text, number.end) if number.value is not None and not number.ordinal else 0
    if number.value is None or not more:
        return number
    return replace(number, end=number.end + more, value=number.value + Decimal("0.5"), written="")


def _combined(text: str, first: Number, second: Number) -> Number | None:
    """The one number that two next to each other are; None where they are two."""
    gap = text[first.end : second.start]
    if first.value is None or second.value is None or first.ordinal:
        return None
    near = _NEXT.fullmatch(gap) is not None
    if second.scale and near and first.value < second.value:
        value = first.value * second.value
    elif _a_year(first, second) and (second.value >= 10 if near else _YEAR_ZERO.fullmatch(gap) and second.value < 10):
        value = first.value * 100 + second.value
    else:
        return None
    return replace(first, end=second.end, value=value, written="", scale=False, compared=True)


def _a_year(first: Number, second: Number) -> bool:
    """Whether two numbers in words, said one after the other, are a year: `nineteen ninety-nine`."""
    cardinals = first.words and second.words and not second.ordinal
    return cardinals and first.value in range(11, 21) and second.value in range(1, 100)


def _signed(text: str, found: list[Number]) -> list[Number]:
    signed: list[Number] = []
    for number in found:
        if signed and number.start < signed[-1].end:
            continue  # the zero of `below zero`
        before = text[max(0, number.start - _NEAR) : number.start]
        sign, below = _SIGN.search(before), _BELOW.match(text, number.end)
        after_number = sign and signed and text[signed[-1].end : number.start - len(sign[0])].isspace()
        if number.value is None or not (below or (sign and not after_number)):
            signed.append(number)
            continue
        start = number.start - (len(sign[0]) if sign else 0)
        end = below.end() if below else number.end
        signed.append(replace(number, start=start, end=end, value=-number.value, written=f"-{number.key}"))
    return signed
