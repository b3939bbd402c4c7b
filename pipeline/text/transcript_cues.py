"""What a transcript from elsewhere holds, and the rules that every form of it keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chunkers.spans import TICKS_PER_SECOND, to_ticks
from pipeline.errors import MediaError

LONGEST_HOURS = 400
"""A time behind it is taken for damage, not for a recording."""

LEAST = TICKS_PER_SECOND // 1000
"""Ticks given to what has no length: a millisecond, the least that a subtitle can show."""

CLOCK = r"(?:([0-9]{1,9}):)?([0-9]{1,9}):([0-9]{2})(?:[.,]([0-9]{1,9}))?"
"""A time of a subtitle: hours (optional), minutes, seconds, fraction (optional), as four groups."""

Word = tuple[int, int, str]
"""Start and end in ticks, and the text; a leading space where the cue's text has one."""

FORMS = "Read are SubRip, WebVTT, and the JSON of Whisper, faster-whisper, WhisperX, whisper.cpp and longmedia."
"""What to say where a file is none of them."""

_EXPORT = "Mend that place, or export the transcript again."
_NANO = 1_000_000_000
_UNSAFE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_SPEAKER = re.compile(
    r"\s*(?:[\[(](?P<number>speaker[ _-]?[0-9]{1,4})[\])][:：]?"
    r"|\[(?P<name>[^\[\]<>:：]{1,80})\]\s?[:：]"
    r"|(?P<plain>speaker[ _-]?[0-9]{1,4})\s?[:：](?![0-9]))\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ImportedCue:
    """What was said at once, with its time in ticks on the recording's clock."""

    start: int
    end: int
    text: str
    speaker: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedTranscript:
    """The cues of a file, in the order of their start.

    `language` is as the file names it (a code or a word), empty where it does not; `form` says how the file is written.
    """

    cues: tuple[ImportedCue, ...]
    language: str
    form: str


class FormError(ValueError):
    """What is wrong in a transcript, and where; its text never holds what was said.

    The parsers know no path: who opened the file makes the error `kind` of it.
    """

    def __init__(self, message: str, *, cure: str = _EXPORT, kind: type[MediaError] = MediaError) -> None:
        super().__init__(message)
        self.cure = cure
        self.kind = kind


def tidy(text: str) -> str:
    """`text` on one line, without the characters that no output can hold."""
    return " ".join(_UNSAFE.sub("", text).split())


def moment(value: object, where: str, *, per_second: int = 1) -> int:
    """A number of seconds (or of parts of them) in ticks; raises `FormError` for anything else and for absurd times."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormError(f"{where} is missing or is no number.")
    if not 0 <= value <= LONGEST_HOURS * 3600 * per_second:  # not-a-number fails both comparisons
        raise FormError(f"{where} is no time between 0 and {LONGEST_HOURS} hours.")
    return to_ticks(value if per_second == 1 else Fraction(value) / per_second)


def clock(groups: Sequence[str | None], where: str) -> int:
    """The four groups of `CLOCK` in ticks; raises `FormError` for times that no clock shows."""
    hours, minutes, seconds, fraction = (one or "" for one in groups)
    # 60 is what rounding writers make of 59.9999; minutes without hours may run on.
    if int(seconds) > 60 or (hours and int(minutes) > 60):
        raise FormError(f"{where}: a time has more than 60 minutes or seconds.")
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    ticks = whole * TICKS_PER_SECOND + (2 * int(fraction.ljust(9, "0")) * TICKS_PER_SECOND + _NANO) // (2 * _NANO)
    if ticks > LONGEST_HOURS * 3600 * TICKS_PER_SECOND:
        raise FormError(f"{where}: a time lies behind {LONGEST_HOURS} hours.")
    return ticks


def positive(start: int, end: int) -> int:
    """`end`, or the least that lies behind `start` where it does not."""
    return end if end > start else start + LEAST


def label(text: str) -> tuple[str, int] | None:
    """The speaker whom `text` names first, and how many letters that takes.

    Only what can hardly be speech: `[Anna]: `, `[SPEAKER_00] `, `(speaker 0) `, `SPEAKER_00: `, `Speaker 1: `.
    """
    found = _SPEAKER.match(text)
    if not found:
        return None
    name = tidy(found["number"] or found["name"] or found["plain"])
    return (name, found.end()) if any(letter.isalpha() for letter in name) else None


def spaced(words: Iterable[str], text: str) -> list[str]:
    """`words` with a leading space exactly where `text` has one, as far as they follow it.

    Tools disagree on whether a word brings its space, and some scripts write none. Words that are not those
    of the text keep their own space, or get one where no word of the tool's brings any.
    """
    raw = list(words)
    bare = not any(word[:1].isspace() for word in raw)
    done: list[str] = []
    at = 0
    for word in raw:
        core = tidy(word)
        skip = 1 if text.startswith(" ", at) else 0
        if core and text.startswith(core, at + skip):
            at += skip + len(core)
            done.append(" " * skip + core)
        else:
            done.append(" " + core if done and core and (bare or word[:1].isspace()) else core)
    return done
