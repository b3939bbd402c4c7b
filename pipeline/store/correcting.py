"""What people say was heard wrong becomes a document, and is taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chunkers.printable import printable
from chunkers.spans import TICKS_PER_SECOND, stamp
from pipeline.errors import SettingsError
from pipeline.store.corrected import moments_of
from pipeline.store.documents import CorrectionsDocument
from pipeline.store.tables import HearRow
from pipeline.text.corrections import Correction, nearest

LONGEST = 200
"""Letters of what was heard, and of what it should be."""

ABOUT = 30
"""Seconds from the moment that a person names within which the words are looked for."""


def correction(wrong: str, right: str) -> Correction:
    """A correction in the words of a person; what cannot be printed is left out. Raises `SettingsError`."""
    wrong, right = (" ".join(printable(text).split()) for text in (wrong, right))
    if not wrong or not right:
        raise SettingsError(
            "a correction takes what was heard, and what it should be.",
            cure='For example: `longmedia correct talk.mp3 "Pavle" "Pavel"`.',
        )
    longest = max(len(wrong), len(right))
    if longest > LONGEST:
        raise SettingsError(f"a correction of {longest} letters.", cure=f"At most {LONGEST}.")
    if wrong == right:
        raise SettingsError(f"{wrong}: what was heard and what it should be are the same.")
    return Correction(wrong, right)


def placed(one: Correction, rows: Iterable[HearRow], about: int) -> Correction:
    """The correction for the one place that is nearest to the tick `about`. Raises `SettingsError` without one near."""
    moments = [moment for row in rows for moment in moments_of(row, one)]
    number = nearest(moments, about, ABOUT * TICKS_PER_SECOND)
    if number is None:
        others = ", ".join(stamp(moment) for moment in moments[:5])
        raise SettingsError(
            f"{one.wrong}: not heard within {ABOUT} s of {stamp(about)}.",
            cure=f"It is heard at {others}." if others else "Look it up in `longmedia report`.",
        )
    return replace(one, at=moments[number])


def added(document: CorrectionsDocument, one: Correction) -> CorrectionsDocument:
    """The document with one more; it takes the place of one of the same words at the same moment."""
    others = tuple(known for known in document.corrections if _means(known) != _means(one))
    return document.model_copy(update={"corrections": (*others, one)})


def taken_back(document: CorrectionsDocument, wrong: str) -> CorrectionsDocument:
    """The document without those of the words `wrong`, or where that is empty, without the last.

    Raises `SettingsError` where there is none.
    """
    known = document.corrections
    wrong = " ".join(printable(wrong).split())
    left = tuple(one for one in known if one.wrong.casefold() != wrong.casefold()) if wrong else known[:-1]
    if left == known:
        raise SettingsError(
            f"no correction of {wrong} is known." if wrong else "there is no correction to take back.",
            cure="`longmedia correct RECORDING` lists them.",
        )
    return document.model_copy(update={"corrections": left})


def _means(one: Correction) -> tuple[str, int | None]:
    return one.wrong.casefold(), one.at
