"""Decisions, tasks and open questions of a talk, told by rule from the sentences that were said. Pure.

The rules would rather miss a note than make one up: a note is the speaker's own sentence, and who, what and when are
words of it. Phrases stand in `lexicons`; of a language without any there are no notes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Literal

from pipeline.text.chapters import content
from pipeline.text.dates import CALENDAR, dates
from pipeline.text.facts import find
from pipeline.text.lexicons import Lexicon
from pipeline.text.numbers import numbers
from pipeline.text.said import Said, fluent
from pipeline.text.sentences import is_question
from pipeline.text.small_talk import small_talk

Kind = Literal["decision", "task", "question"]

_CONTENT = 2
"""Content words that a note has, at least."""

_WHOLE = 4
"""Words that it has in all."""

_NAME = r"[^\W\d_a-zß-öø-ÿ][\w'’-]+"
_YEAR = re.compile(r",? (?:19|20)\d\d\b")
_BETWEEN = ("", "the", "den", "dem", "le", "el")
"""Words between a weekday and its date."""

_ARTICLE = re.compile(r"\b(?:the|a|an|our|your|der|die|das|le|la|les|el|los|las)\s+\Z", re.IGNORECASE)
_AND = re.compile(r"[\s,;:]*(?:\b(?:and|und|et|y|then|but)\b[\s,]*)*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Note:
    """A note, and the sentence that it rests on; of a task also who does what by when, empty where it is not said."""

    kind: Kind
    said: Said
    who: str = ""
    what: str = ""
    when: str = ""


def notes(said: Sequence[Said], words: Lexicon) -> list[Note]:
    """The notes of a talk, in order of time; a sentence may hold several tasks."""
    names = _names(said, words)
    return [note for one in said if _substantial(one.text, words) for note in _of(one, names, words)]


def when(text: str, words: Lexicon) -> str:
    """The dates and times of `text` by which something is to be done, as they are written; empty where it has none."""
    found = [(one.start, one.end) for one in dates(text, numbers(text))]
    found += [match.span() for match in words.deadlines.finditer(text)]
    whole: list[tuple[int, int]] = []
    for start, end in (_with_lead(text, *span, words) for span in sorted(found)):
        if whole and text[whole[-1][1] : start].strip(" ,").lower() in _BETWEEN:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        elif not whole or start >= whole[-1][1]:
            whole.append((start, end))
    return ", ".join(text[start:end] for start, end in whole)


def _with_lead(text: str, start: int, end: int, words: Lexicon) -> tuple[int, int]:
    """A date with the word before it that says how it is meant, and the year behind it."""
    lead, year = words.leads_to_date.search(text[:start]), _YEAR.match(text, end)
    return lead.start() if lead else start, year.end() if year else end


def _of(one: Said, names: frozenset[str], words: Lexicon) -> Iterator[Note]:
    text = fluent(one.text, words).replace("’", "'")
    question = is_question(text)
    if words.at_once.search(text):
        return
    if words.opens.search(text) and not question:
        yield Note("question", one)
        return
    begins = sorted(_begins(one, text, names, words))
    found = words.decides.search(text)
    if found and not question and not words.doubts.search(text[: found.end()]):
        first = next((start for start, _, _ in begins if start >= found.end()), len(text))
        if content(text[found.end() : first], words):
            yield Note("decision", one)
    yield from _tasks(one, text, begins, words)


def _tasks(one: Said, text: str, found: Sequence[tuple[int, int, str]], words: Lexicon) -> Iterator[Note]:
    """The tasks of a sentence: each goes as far as the next one begins."""
    ends = [start for start, _, _ in found[1:]] + [len(text)]
    for (start, verb, who), end in zip(found, ends, strict=False):
        what = _AND.sub("", text[verb:end].rstrip(" .!?"))
        before = text[:start].lower()
        doubtful = words.doubts.search(before) or before.rstrip().endswith(("not", "nicht", "pas", "no"))
        if not doubtful and content(what, words) and len(what.split()) > 1:
            yield Note("task", one, who, what, when(what, words))


def _begins(one: Said, text: str, names: frozenset[str], words: Lexicon) -> Iterator[tuple[int, int, str]]:
    """Where a task begins in a sentence, where its verb does, and who has it."""
    question = is_question(text)
    for match in words.promises.finditer(text):
        if not question:
            yield match.start(), _verb(match), one.speaker
    for match in words.requests.finditer(text):
        dated = match.lastgroup in ("dated", "wanted") or question
        who = _addressed(text, names)
        if not dated or who or when(text[match.end() :], words):
            yield match.start(), _verb(match), who
    for match in re.finditer(rf"{_NAME}(?: {_NAME})*", text):
        parts = list(dropwhile(lambda part: part.lower() in words.empty, match[0].split()))
        duty = words.duties.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
        named = len(parts) > 1 or names.intersection(parts)
        if duty and named and not question and not _ARTICLE.search(text[: match.start()]):
            yield match.start(), _verb(duty), " ".join(parts)


def _verb(match: re.Match[str]) -> int:
    return match.start(match.lastgroup or 0)


def _addressed(text: str, names: frozenset[str]) -> str:
    """Whom a sentence speaks to: a name between its beginning and a comma, or at its end after one."""
    found = re.match(rf"(?:\w+,? )?({_NAME}),", text) or re.search(rf", ({_NAME})[.!?]?\Z", text)
    return found[1] if found and found[1] in names else ""


def _names(said: Sequence[Said], words: Lexicon) -> frozenset[str]:
    """First and last names of the speakers and of whom they name in full, and single names that are said again."""
    found = [fact.text.split() for one in said for fact in find(one.text) if fact.kind == "name"]
    counts = Counter(part for parts in found for part in parts)
    several = {part for parts in found for part in parts if (counts[part] > 1 or len(parts) > 1) and not part.isupper()}
    speakers = {part for one in said for part in one.speaker.split() if not part.isupper()}
    return frozenset(
        name
        for name in several | speakers
        if name[:1].isupper() and len(name) > 1 and name.lower() not in CALENDAR and name.lower() not in words.empty
    )


def _substantial(text: str, words: Lexicon) -> bool:
    return len(text.split()) >= _WHOLE and len(content(text, words)) >= _CONTENT and not small_talk(text, words)
