"""What a person says was heard wrong, put right in a text and in its timed pieces. Pure.

A correction means whole words, whatever their case; in scripts without spaces the letters themselves. What it puts
there takes the time of what it replaces.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from chunkers.spans import TICKS_PER_SECOND
from pipeline.text.cues import Cue
from pipeline.text.lines import units
from pipeline.text.scripts import cells, unspaced

NEAR = 5 * TICKS_PER_SECOND
"""Ticks from the moment of a correction within which its words are looked for."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was heard, and what it should be: everywhere, or only what is said at the tick `at`."""

    wrong: str
    right: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a correction holds, from `start` to `end` in a text, and what is to stand there."""

    start: int
    end: int
    text: str


def occurrences(text: str, words: str) -> list[tuple[int, int]]:
    """Where `words` stand in `text` as whole words, in any case: first letter, and the letter behind the last."""
    found: list[tuple[int, int]] = []
    pattern, begin = _pattern(words), 0
    while (match := pattern.search(text, begin)) is not None:
        start, end = match.span()
        inside = _within_word(text, start) or _within_word(text, end)
        begin = start + 1 if inside else end
        if not inside:
            found.append((start, end))
    return found


def places(text: str, one: Correction) -> list[Place]:
    """Where `one` changes `text`, in order, none over another; where it reads right already there is none."""
    wrong = occurrences(text, one.wrong)
    if not wrong:
        return []
    right = [(at.start(), at.end()) for at in re.finditer(re.escape(one.right), text)]
    found: list[Place] = []
    for start, end in wrong:
        put = _cased(one, text[start:end])
        if text[start:end] != put and not any(first <= start and end <= last for first, last in right):
            found.append(Place(start, end, put))
    return found


def replaced(text: str, found: Sequence[Place]) -> str:
    """`text` with what is to stand at its places."""
    parts, begin = [], 0
    for place in found:
        parts += [text[begin : place.start], place.text]
        begin = place.end
    return "".join([*parts, text[begin:]])


@dataclass(frozen=True, slots=True)
class Pieces:
    """Timed pieces of a text that follow each other, words or cues, with `between` them."""

    pieces: tuple[Cue, ...]
    between: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return self.between.join(piece.text for piece in self.pieces)

    def moment(self, place: Place) -> int:
        """The tick in the middle of a place, its piece's time shared out by letters."""
        middle = (place.start + place.end) // 2
        spans = self._spans()
        piece, (start, end) = next(
            (one for one in zip(self.pieces, spans, strict=True) if middle < one[1][1]), (self.pieces[-1], spans[-1])
        )
        return piece.start + (piece.end - piece.start) * max(0, middle - start) // max(1, end - start)

    def corrected_words(self, found: Sequence[Place]) -> list[Cue]:
        """The pieces as words: where another number of words comes in, they share the time of those that go, by width.

        A piece of several words, whose own times are not known, stays one.
        """
        words: list[Cue] = []
        text, spans, begin = self.text, self._spans(), 0
        for first, last, own in self._groups(found):
            words += self.pieces[begin:first]
            begin = last + 1
            old = self.pieces[first:begin]
            if any(len(piece.text.split()) > 1 for piece in old):
                words += self._kept(first, last, own)
                continue
            start, end = spans[first][0], spans[last][1]
            parts = _parts(replaced(text[start:end], [_moved(place, -start) for place in own]))
            parts = [part.strip() for part in parts] if self.between else parts
            words += _shared(old, parts)
        return [*words, *self.pieces[begin:]]

    def corrected_cues(self, found: Sequence[Place]) -> list[Cue]:
        """The pieces with times of their own as they are; what goes over two stands in the first of them."""
        cues: list[Cue] = []
        begin = 0
        for first, last, own in self._groups(found):
            cues += [*self.pieces[begin:first], *self._kept(first, last, own)]
            begin = last + 1
        return [*cues, *self.pieces[begin:]]

    def _spans(self) -> list[tuple[int, int]]:
        """Where each piece begins and ends in the text."""
        lengths = (len(piece.text) + len(self.between) for piece in self.pieces)
        starts = list(itertools.accumulate(lengths, initial=0))
        return [(start, start + len(piece.text)) for start, piece in zip(starts, self.pieces, strict=False)]

    def _groups(self, found: Sequence[Place]) -> list[tuple[int, int, list[Place]]]:
        """The first and last piece of each stretch of pieces that places touch, and those places."""
        groups: list[tuple[int, int, list[Place]]] = []
        spans = self._spans()
        for place in found:
            touched = [at for at, (start, end) in enumerate(spans) if start < place.end and place.start < end]
            if not touched:
                continue
            if groups and touched[0] <= groups[-1][1]:
                first, _, own = groups.pop()
                groups.append((first, touched[-1], [*own, place]))
            else:
                groups.append((touched[0], touched[-1], [place]))
        return groups

    def _kept(self, first: int, last: int, own: Sequence[Place]) -> list[Cue]:
        """The pieces from `first` to `last` with what is to stand there; an empty one's time goes to the one before."""
        kept: list[Cue] = []
        for piece, (start, end) in zip(self.pieces[first : last + 1], self._spans()[first : last + 1], strict=True):
            inside = []
            for place in own:
                if place.start < end and place.end > start:
                    text = place.text if place.start >= start else ""
                    inside.append(Place(max(place.start, start) - start, min(place.end, end) - start, text))
            text = replaced(piece.text, inside)
            if self.between and kept and inside and not inside[0].text and not text[:1].isspace():
                # What followed the words without a space, such as a comma, still does.
                ending = text.split(maxsplit=1)[0] if text else ""
                kept[-1] = replace(kept[-1], text=kept[-1].text + ending)
                text = text[len(ending) :]
            if text.strip():
                kept.append(replace(piece, text=text.lstrip() if self.between else text))
            else:
                kept[-1] = replace(kept[-1], end=max(kept[-1].end, piece.end))
        return kept


def nearest(moments: Sequence[int], at: int, within: int = NEAR) -> int | None:
    """The number of the moment nearest to the tick `at`; None where none is within so many ticks of it."""
    near = [number for number, moment in enumerate(moments) if abs(moment - at) <= within]
    return min(near, key=lambda number: abs(moments[number] - at)) if near else None


def _moved(place: Place, by: int) -> Place:
    return Place(place.start + by, place.end + by, place.text)


@lru_cache(maxsize=1024)
def _pattern(wrong: str) -> re.Pattern[str]:
    """What finds the words of `wrong` in any case, whichever way their accents are written."""
    forms = dict.fromkeys(unicodedata.normalize(form, wrong) for form in ("NFC", "NFD"))
    return re.compile("|".join(r"\s+".join(map(re.escape, form.split())) for form in forms), re.IGNORECASE)


def _within_word(text: str, at: int) -> bool:
    """Whether a place before the letter `at` lies inside a word."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if _is_mark(after):
        return True
    return all(map(_is_letter, (before, after))) and not unspaced(before) and not unspaced(after)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_" or _is_mark(char)


def _cased(one: Correction, heard: str) -> str:
    """The right words in the case of what was heard: at the start of a sentence, or in a text of capitals.

    A correction of nothing but case is taken as it is.
    """
    wrong, right = one.wrong, one.right
    if wrong.casefold() == right.casefold():
        return right
    if len(heard) > 1 and heard.isupper() and not wrong.isupper():
        return right.upper()
    if heard[:1].isupper() and wrong[:1].islower() and right.split()[0].islower():
        return right[:1].upper() + right[1:]
    return right


def _parts(text: str) -> list[str]:
    """`text` in its words, the space before each with it; joined they are `text` again."""
    parts: list[str] = []
    space = ""
    for unit in units(text):
        bare = unit.rstrip()
        if bare.strip():
            parts.append(space + bare)
            space = ""
        space += unit[len(bare) :]
    if space and parts:
        parts[-1] += space
    return parts


def _shared(old: Sequence[Cue], parts: Sequence[str]) -> list[Cue]:
    """`parts` in the place of the words `old`: each in the time of its own, or all in the time of all, by width."""
    if len(parts) == len(old):
        return [replace(word, text=part) for word, part in zip(old, parts, strict=True)]
    start, end = old[0].start, max(word.end for word in old)
    widths = list(itertools.accumulate((max(1, cells(part)) for part in parts), initial=0))
    times = [start + (end - start) * width // widths[-1] for width in widths]
    return [
        replace(old[0], start=begin, end=until, text=part)
        for part, (begin, until) in zip(parts, itertools.pairwise(times), strict=True)
    ]
