"""From timed words to cues: what a subtitle shows at once, and what a citation points at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chunkers.spans import TICKS_PER_SECOND, Span

LONGEST = 7 * TICKS_PER_SECOND
"""Ticks a cue may last (subtitling guides ask for six to seven seconds)."""

LETTERS = 84
"""Letters a cue may hold: two lines of 42."""

PAUSE = TICKS_PER_SECOND * 3 // 4
"""A pause of so many ticks ends a cue."""

_ENDS = (".", "!", "?", "。", "！", "？", "…")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words with their time, in ticks relative to the start of the samples that were given."""

    start: int
    end: int
    text: str
    speaker: str | None = None


def owned(pieces: Sequence[Cue], heard: Span, own: Span) -> list[Cue]:
    """The pieces whose middle lies in the owned span, moved to the recording's clock.

    The lead-in before the span was heard for context only: its words belong to the chunk before.
    """
    moved = [Cue(heard.start + one.start, heard.start + one.end, one.text) for one in pieces]
    kept = [one for one in moved if own.holds((one.start + one.end) // 2)]
    return [Cue(max(one.start, own.start), min(max(one.end, own.start), own.end), one.text) for one in kept]


def group(pieces: Sequence[Cue]) -> list[Cue]:
    """Words joined to cues: a new one after a sentence, at a pause, or where the old one is full."""
    cues: list[Cue] = []
    for piece in pieces:
        last = cues[-1] if cues else None
        if last is None or _full(last, piece):
            cues.append(Cue(piece.start, piece.end, piece.text))
        else:
            cues[-1] = Cue(last.start, max(last.end, piece.end), last.text + piece.text)
    return [Cue(cue.start, cue.end, cue.text.strip()) for cue in cues if cue.text.strip()]


def _full(cue: Cue, piece: Cue) -> bool:
    if not piece.text.startswith(" ") and piece.start - cue.end < PAUSE and not cue.text.endswith(_ENDS):
        return False  # the rest of a word that was written without a space
    return (
        cue.text.rstrip().endswith(_ENDS)
        or piece.start - cue.end >= PAUSE
        or piece.end - cue.start > LONGEST
        or len(cue.text) + len(piece.text) > LETTERS
    )
