"""What was asked for: words that must all be there, and phrases in quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.errors import SettingsError
from pipeline.search.terms import Term, composed, is_joined, terms
from pipeline.text.scripts import IDEOGRAPHS, UNSPACED

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂「」『』", '"'))
_BETWEEN_LETTERS = re.compile(rf"(?<=[{IDEOGRAPHS}{UNSPACED}])\s+(?=[{IDEOGRAPHS}{UNSPACED}])")
_MOST = 50
"""Words and phrases of a question."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that follow each other; of the last one only the beginning is known where `open` says so."""

    terms: tuple[str, ...]
    open: bool = False

    def fits(self, found: Sequence[Term], at: int) -> bool:
        """Whether the phrase stands at the place `at` of a text's terms."""
        *first, last = self.terms
        there = [one.text for one in found[at : at + len(self.terms)]]
        if len(there) < len(self.terms) or there[:-1] != first:
            return False
        return there[-1].startswith(last) if self.open else there[-1] == last


@dataclass(frozen=True, slots=True)
class Query:
    """Each of `clauses` must be found: one of its phrases, of which there is one for every way a language bends it."""

    clauses: tuple[tuple[Phrase, ...], ...]

    @property
    def match(self) -> str:
        """The query in the language of SQLite's FTS5; terms hold no quotes."""
        return " AND ".join(f"({' OR '.join(map(_written, phrases))})" for phrases in self.clauses)

    def found(self, text: str, language: str) -> list[tuple[int, int, int]]:
        """Where a text in a language holds them: number of the clause, first letter, letter behind the last one."""
        there = list(terms(text, language))
        return sorted(
            (there[at].start, there[at + len(phrase.terms) - 1].end, number)
            for number, phrases in enumerate(self.clauses)
            for phrase in phrases
            for at in range(len(there))
            if phrase.fits(there, at)
        )


def parse(words: str, languages: Iterable[str]) -> Query:
    """The query that `words` mean in texts of these languages.

    Raises `SettingsError` where nothing is asked for, or a quote is not closed.
    """
    plain = _BETWEEN_LETTERS.sub("", composed(words).translate(_QUOTES))
    if plain.count('"') % 2:
        raise SettingsError("search: a quote is not closed.", cure="Put phrases into double quotes: '\"the roof\"'.")
    bent = tuple(dict.fromkeys(languages)) or ("",)
    found = [tuple(dict.fromkeys(_phrases(one, bent))) for one in _wanted(plain)]
    clauses = tuple(dict.fromkeys(phrases for phrases in found if phrases))
    if not clauses:
        raise SettingsError("search: no word to search for.", cure="Name a word, or a phrase in double quotes.")
    if len(clauses) > _MOST:
        raise SettingsError(f"search: more than {_MOST} words.", cure="Name fewer, or put them into double quotes.")
    return Query(clauses)


def _wanted(words: str) -> Iterator[str]:
    """Words, and what stands between quotes."""
    for number, piece in enumerate(words.split('"')):
        yield from [piece] if number % 2 else piece.split()


def _phrases(words: str, languages: Sequence[str]) -> Iterator[Phrase]:
    for language in languages:
        found = [one.text for one in terms(words, language)]
        if not found:
            return
        joined = len(found[-1]) == 1 and is_joined(found[-1])
        if joined and len(found) > 1 and is_joined(found[-2]) and len(found[-2]) == 2:
            yield Phrase(tuple(found[:-1]))  # the last letter alone ends a run; in a text it may go on
        else:
            yield Phrase(tuple(found), open=joined)


def _written(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.terms)}"{" *" if phrase.open else ""}'
