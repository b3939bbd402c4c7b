"""Whether a sentence leaves dates what they were said to be. Pure.

What is to be done `by the 30th of July` was not done `on` that day, nor does it begin then; and a year that was said of
something else is not that of a date.
"""

from __future__ import annotations

import re
from collections import defaultdict

from pipeline.text.dates import CALENDAR, dates
from pipeline.text.lexicons import Lexicon
from pipeline.text.numbers import numbers

_BEFORE = re.compile(
    rf"(\w+)\s+(?:on\s+)?(?:(?:{'|'.join(sorted(CALENDAR))}),?\s+)?"
    r"(?:(?:the|next|this|le|la|du|el|del|al|dem|den|zum|nächsten|kommenden)\s+)?\Z",
    re.IGNORECASE,
)
"""The word before a date, and between them a weekday or an article."""

_YEAR = re.compile(r",?\s+(?:of\s+|in\s+|de\s+|del\s+)?((?:1[89]|20|21)\d\d)\b")
"""A year behind a date."""

_LETTERS = 40
"""Letters before a date within which that word is."""


def shifted(sentence: str, source: str, words: Lexicon) -> bool:
    """Whether a date of `sentence` is an end, a beginning, a day or of a year, and not so wherever `source` has it."""
    said, years = _kinds(source, words), _years(source)
    return any(said[key] and not kinds <= said[key] for key, kinds in _kinds(sentence, words).items()) or any(
        said[key] and not own <= years[key] for key, own in _years(sentence).items()
    )


def _kinds(text: str, words: Lexicon) -> defaultdict[str, set[int]]:
    """Of each date the numbers of the groups of words that stand before it: -1 where none of them does."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for one in dates(text, numbers(text)):
        before = _BEFORE.search(text[max(0, one.start - _LETTERS) : one.start])
        word = before[1].lower() if before else ""
        found[one.key].add(next((at for at, group in enumerate(words.date_words) if word in group.split()), -1))
    return found


def _years(text: str) -> defaultdict[str, set[str]]:
    """Of each date the years that stand in it or right behind it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in dates(text, numbers(text)):
        behind = _YEAR.match(text, one.end)
        if one.year is not None:
            found[one.key].add(one.year.key)
        elif behind:
            found[one.key].add(behind[1])
    return found
