"""Dates of a text, each with the key `month-day`: `24.03.2025`, `March the twenty-fourth` and `3月24日` are one.

A year beside a date is a number of its own, so that a date without one agrees with the same date of a year.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.text.languages import languages
from pipeline.text.number_words import Number

_NAMES = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sept oct nov dec",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
)
_MONTHS = {name: month for names in _NAMES for month, name in enumerate(names.split(), 1)}
_WORDS_TOO = {"may", "march", "mar", "jan", "dec", "mai", "mei"}
"""Months that are words of speech too where they have no capital."""

_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
_WEEKDAYS = {name: _DAYS[0].split()[at] for names in _DAYS for at, name in enumerate(names.split())}
CALENDAR = frozenset([*_MONTHS, *_WEEKDAYS])
"""Names of months and weekdays, in lower case: they are no names of people or places."""

_WEEKDAY = re.compile(rf"\b(?:{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\b", re.IGNORECASE)

_MONTH = re.compile(rf"\b(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b", re.IGNORECASE)
_BEFORE = re.compile(r"(?:st|nd|rd|th|er|º|ª|\.)?(?:\s+(?:of|de|di|del|d['’]))?\s+", re.IGNORECASE)
_AFTER = re.compile(r"(?:(?<=\b\w\w\w)\.)?\s+(?:the\s+)?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_WRITTEN = (
    (re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"), (1, 2, 3)),
    (re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?![\d.]\d)"), (3, 2, 1)),
    (
        re.compile(r"(?:(?<=am )|(?<=vom )|(?<=zum )|(?<=bis )|(?<=dem )|(?<=seit ))(\d{1,2})\.(\d{1,2})\.()(?!\d)"),
        (3, 2, 1),
    ),
    (re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.()(?=\s+[a-zäöü])"), (3, 2, 1)),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d/])"), (3, 2, 1)),
)
"""Dates in digits, and which group is the year, the month and the day."""


@dataclass(frozen=True, slots=True)
class Date:
    """A date or a weekday, where it stands; `year` is the year that was written within it."""

    start: int
    end: int
    key: str
    year: Number | None = None


def dates(text: str, numbers: list[Number]) -> list[Date]:
    """The dates of `text`, given its numbers."""
    found: list[Date] = []
    for one in [*_in_digits(text), *_with_names(text, numbers), *_in_characters(text, numbers)]:
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    named = (Date(*match.span(), _WEEKDAYS[match[0].lower()]) for match in _WEEKDAY.finditer(text))
    return [*found, *named]


def _in_digits(text: str) -> Iterator[Date]:
    if not _DIGIT.search(text):
        return
    for pattern, (year, month, day) in _WRITTEN:
        for match in pattern.finditer(text):
            first, second = int(match[month]), int(match[day])
            if "/" in match[0] and (first > 12 or (second <= 12 and languages(text)[0] == "en")):
                first, second = second, first  # 3/24/2025
            if 1 <= first <= 12 and 1 <= second <= 31:
                yield Date(*match.span(), f"{first:02d}-{second:02d}", _year(match, year))


def _year(match: re.Match[str], group: int) -> Number | None:
    if not match[group]:
        return None
    value = int(match[group]) + (2000 if len(match[group]) == 2 else 0)
    return Number(*match.span(group), Decimal(value), str(value))


def _with_names(text: str, numbers: list[Number]) -> Iterator[Date]:
    if not numbers:
        return
    starts = [one.start for one in numbers]
    for match in _MONTH.finditer(text):
        word = match[0].lower()
        at = bisect(starts, match.start())
        before = numbers[at - 1] if at and _BEFORE.fullmatch(text, numbers[at - 1].end, match.start()) else None
        after = numbers[at] if at < len(numbers) and _AFTER.fullmatch(text, match.end(), numbers[at].start) else None
        doubtful = word in _WORDS_TOO and match[0][0].islower() and languages(text)[0] == "en"
        if before and _is_day(before) and not (doubtful and not before.ordinal):
            yield Date(before.start, match.end(), f"{_MONTHS[word]:02d}-{int(before.value or 0):02d}")
        elif after and _is_day(after) and not doubtful and (after.ordinal or not after.words):
            stop = after.end + 2 * (after.ordinal and not after.words)
            yield Date(match.start(), stop, f"{_MONTHS[word]:02d}-{int(after.value or 0):02d}")


def _in_characters(text: str, numbers: list[Number]) -> Iterator[Date]:
    """`3月24日`, `3월 24일`."""
    for month, day in itertools.pairwise(numbers):
        between, behind = text[month.end : day.start].strip(), text[day.end : day.end + 1]
        if (
            between in ("月", "월")
            and behind in ("日", "号", "號", "일")
            and behind
            and _is_day(day)
            and _is_day(month)
        ):
            yield Date(month.start, day.end + 1, f"{int(month.value or 0):02d}-{int(day.value or 0):02d}")


def _is_day(number: Number) -> bool:
    return number.value is not None and number.value in range(1, 32) and "." not in number.key
