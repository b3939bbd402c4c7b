"""Speech that a recogniser passed over: seconds of a window in which there is no word.

Whisper now and then begins with the second sentence of a window, or goes from one voice to the next, and says nothing
of what was between. Heard by itself, such a stretch has its words.
"""

from __future__ import annotations

from collections.abc import Sequence

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text.cues import Cue

GAP = 3 * TICKS_PER_SECOND
"""Ticks without a word from which a voice is looked for in them."""

VOICE_S = 3.0
"""Seconds of voice in a gap from which it is heard by itself."""


def gaps(words: Sequence[Cue], own: Span) -> list[Span]:
    """The stretches of `own` of `GAP` ticks or more in which no word is; `words` on the same clock, in order."""
    found: list[Span] = []
    end = own.start
    for word in words:
        if word.start - end >= GAP:
            found.append(Span(end, word.start))
        end = max(end, word.end)
    if own.end - end >= GAP:
        found.append(Span(end, own.end))
    return found


def filled(words: Sequence[Cue], gap: Span, found: Sequence[Cue]) -> list[Cue]:
    """`words` with those found in one of their gaps."""
    before = [word for word in words if word.start < gap.end]
    return [*before, *found, *words[len(before) :]]
