"""What was heard, read with what people have put right in it: the table stays as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, replace

from pipeline.store.tables import HearRow
from pipeline.text import cues
from pipeline.text.corrections import Correction, Pieces, Place, nearest, occurrences, places, replaced
from pipeline.text.scripts import spaceless


class Corrected:
    """Corrections at work on the rows of a recording, one after the other: a later one sees what those before made."""

    def __init__(self, corrections: Sequence[Correction] = ()) -> None:
        self._corrections = tuple(corrections)

    @property
    def digest(self) -> str:
        """A hash of the corrections; empty where there are none."""
        if not self._corrections:
            return ""
        return _hash([astuple(one) for one in self._corrections])

    def rows(self, rows: Iterable[HearRow]) -> Iterator[HearRow]:
        """The rows with what is put right."""
        for row in rows:
            yield self._row(row)[0]

    def counts(self, rows: Iterable[HearRow]) -> list[int]:
        """How many places each correction changes."""
        counts = [0] * len(self._corrections)
        for row in rows:
            counts = [one + more for one, more in zip(counts, self._row(row)[1], strict=True)]
        return counts

    def effect(self, rows: Iterable[HearRow]) -> str:
        """A hash of what the corrections change in the rows; empty where that is nothing. Without any none is read."""
        if not self._corrections:
            return ""
        changed = []
        for row in rows:
            new, counts = self._row(row)
            if any(counts):
                changed.append([row.index, new.transcript])
        return _hash(changed) if changed else ""

    def _row(self, row: HearRow) -> tuple[HearRow, list[int]]:
        counts = []
        for one in self._corrections:
            row, count = corrected(row, one)
            counts.append(count)
        return row, counts


def corrected(row: HearRow, one: Correction) -> tuple[HearRow, int]:
    """The row with one correction in its transcript, words and cues, and how many places that changes.

    A row that it does not touch is given back as it is. Cues are made of the words anew, but those of a transcript
    that was brought along stay.
    """
    if not places(row.transcript, one) or (one.at is not None and not row.span.holds(one.at)):
        return row, 0
    moments = moments_of(row, one)
    meant = range(len(moments)) if one.at is None else [nearest(moments, one.at)]
    if not moments or None in meant:
        return row, 0

    def chosen(text: str) -> list[Place]:
        found = places(text, one)
        return found if one.at is None else [place for number, place in enumerate(found) if number in meant]

    words, shown = _words(row), _cues(row)
    transcript = replaced(row.transcript, chosen(row.transcript))
    row = replace(row, transcript=transcript, words=words.corrected_words(chosen(words.text)))
    if _has_own_cues(row):
        return replace(row, cues=shown.corrected_cues(chosen(shown.text))), len(meant)
    return replace(row, cues=cues.group(row.words)), len(meant)


def moments_of(row: HearRow, one: Correction) -> list[int]:
    """The tick of each place of a row that a correction could change, within the row's span, in order."""
    timed = _timed(row)
    return _within(row, (timed.moment(place) for place in places(timed.text, one)))


def said_at(row: HearRow, words: str) -> list[int]:
    """The tick of each place of a row where `words` are said, within the row's span, in order."""
    timed = _timed(row)
    return _within(row, (timed.moment(Place(*place, words)) for place in occurrences(timed.text, words)))


def _within(row: HearRow, moments: Iterable[int]) -> list[int]:
    return [min(max(moment, row.start), row.end - 1) for moment in moments]


def _timed(row: HearRow) -> Pieces:
    return _cues(row) if _has_own_cues(row) else _words(row)


def _has_own_cues(row: HearRow) -> bool:
    """Whether the cues of a row are no work of its words."""
    return not row.words or row.source == "imported"


def _words(row: HearRow) -> Pieces:
    """The words of a row; between those that come without spaces one is put, unless their script writes none."""
    text = "".join(word.text for word in row.words)
    spaced = any(word.text[:1].isspace() or word.text[-1:].isspace() for word in row.words)
    return Pieces(tuple(row.words), "" if spaced or spaceless(text) else " ")


def _cues(row: HearRow) -> Pieces:
    return Pieces(tuple(row.cues), " ")


def _hash(found: object) -> str:
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]
