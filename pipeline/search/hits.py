"""A hit: the moment in a passage that holds what was asked for, and the words around it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chunkers.spans import Span
from pipeline.search.index import Match
from pipeline.search.passages import Kind
from pipeline.search.query import Query

_LETTERS = 240
"""Letters of the words around, at most."""

_BEFORE = 60
"""Of them so many before the first word that was found, where there are."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was found.

    `name` is the file's, `created` when the store took the recording up (ISO 8601). `span` begins where the piece does
    that holds the first word found: a cue of a transcript, a moment of a summary. `marks` are the words found in
    `text`: first letter, and the letter behind the last.
    """

    recording: str
    run: str
    name: str
    created: str
    kind: Kind
    span: Span
    speaker: str
    language: str
    text: str
    marks: tuple[tuple[int, int], ...]
    rank: float

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """`text` in pieces, each with whether it was found."""
        pieces, place = [], 0
        for start, end in self.marks:
            pieces += [(self.text[place:start], False), (self.text[start:end], True)]
            place = end
        return [*pieces, (self.text[place:], False)]


def hit(match: Match, query: Query) -> Hit:
    """The hit in a passage that matches a query."""
    entry, passage = match.entry, match.passage
    found = query.found(passage.text, passage.language)
    first = _fullest(found)
    start, stop, text = _around(passage.text, found[first][0] if found else 0)
    marks = _united([(max(one, start), min(other, stop)) for one, other, _ in found if one < stop and other > start])
    lead = len(text) - len(passage.text[start:stop]) - text.endswith("…")
    begin = passage.at(found[first][0]) if found else passage.span.start
    later = [tick for _, tick in passage.moments if tick > begin]
    return Hit(
        entry.recording, entry.run, entry.name, entry.created, passage.kind,
        Span(begin, max(begin, min([*later, passage.span.end]))), passage.speaker, passage.language, text,
        tuple((one - start + lead, other - start + lead) for one, other in marks), match.rank,
    )  # fmt: skip


def _fullest(found: list[tuple[int, int, int]]) -> int:
    """The first place from which on most of what was asked for is near."""

    def near(at: int) -> int:
        return len({number for start, _, number in found[at:] if start < found[at][0] + _LETTERS - _BEFORE})

    return max(range(len(found)), key=lambda at: (near(at), -at), default=0)


def _around(text: str, at: int) -> tuple[int, int, str]:
    """The words around a letter: from which letter until which, and as they are shown."""
    start = max(0, min(at - _BEFORE, len(text) - _LETTERS))
    stop = min(len(text), start + _LETTERS)
    if start:
        space = text.find(" ", start, at)
        start = space + 1 if space >= 0 else start
    if stop < len(text):
        space = text.rfind(" ", at, stop)
        stop = space if space > at else stop
    return start, stop, "…" * bool(start) + text[start:stop] + "…" * (stop < len(text))


def _united(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks in order, none over the next."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        elif end > start:
            kept.append((start, end))
    return kept
