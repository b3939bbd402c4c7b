"""From timed words to cues: what a subtitle shows at once, and what a citation points at."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text.lines import LINE, breakable, words, wrap
from pipeline.text.scripts import cells
from pipeline.text.sentences import ended, parted

LONGEST = 7 * TICKS_PER_SECOND
"""Ticks a cue may last (subtitling guides ask for six to seven seconds)."""

LINES = 2
"""Lines a cue may have."""

PAUSE = TICKS_PER_SECOND * 3 // 4
"""A pause of so many ticks ends a cue."""

CELLS_PER_SECOND = 20
"""How fast a cue can be read: a shown cue stays longer where there is room."""

_SHORTEST = TICKS_PER_SECOND // 4
"""Ticks that a cue gets where its words have no length, if there is room."""

_VISIBLE = TICKS_PER_SECOND // 20
"""Ticks that a shown cue always has."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words with their time, in ticks relative to the start of the samples that were given."""

    start: int
    end: int
    text: str
    speaker: str | None = None


def owned(pieces: Sequence[Cue], heard: Span, own: Span) -> list[Cue]:
    """The pieces whose middle lies in the owned span, moved to the recording's clock.

    The lead-in before the span was heard for context only: its words belong to the chunk before. What begins where
    the samples end was still heard in them, however short it looks, and no later chunk hears it.
    """
    moved = [replace(one, start=heard.start + one.start, end=heard.start + one.end) for one in pieces]
    at_end = own.end == heard.end
    kept = [one for one in moved if own.holds((one.start + one.end) // 2) or (at_end and one.start >= own.end)]
    return [
        replace(one, start=min(max(one.start, own.start), own.end), end=min(max(one.end, own.start), own.end))
        for one in kept
    ]


def group(pieces: Sequence[Cue]) -> list[Cue]:
    """Words joined to cues of at most `LINES` lines and `LONGEST` ticks, none over the next.

    A new cue begins after a sentence, at a pause, with another speaker, or where the old one is full. A piece that is
    too long by itself is divided, its time shared out by width.
    """
    cues: list[Cue] = []
    for word in _whole_words(pieces):
        last = cues[-1] if cues else None
        if last is None or _full(last, word):
            start = max(word.start, last.end) if last else word.start
            cues.append(replace(word, start=start, end=max(start, word.end)))
        else:
            cues[-1] = replace(last, end=max(last.end, word.end), text=last.text + word.text)
    bare = [replace(cue, text=cue.text.strip()) for cue in cues if cue.text.strip()]
    return [part for cue in _with_length(bare) for part in divided(cue)]


def divided(cue: Cue) -> list[Cue]:
    """`cue` in parts that can be shown at once, at sentences where it has them; its time is shared out by width.

    A single word stays whole, and is shown for `LONGEST` ticks of its time.
    """
    ticks, total = cue.end - cue.start, max(1, cells(cue.text))
    if ticks <= LONGEST and _fits(cue.text):
        return [cue]
    room = total * LONGEST // max(ticks, 1)
    parts: list[str] = []
    for word in words(cue.text):
        longer = parts[-1] + word if parts else ""
        if parts and not parted(parts[-1], word) and cells(longer.rstrip()) <= room and _fits(longer):
            parts[-1] = longer
        else:
            parts.append(word)
    borders = list(itertools.accumulate(map(cells, parts), initial=0))
    times = [cue.start + ticks * border // max(1, borders[-1]) for border in borders]
    return [
        replace(cue, start=start, end=min(end, start + LONGEST), text=part.strip())
        for part, (start, end) in zip(parts, itertools.pairwise(times), strict=True)
        if part.strip()
    ]


def shown(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Cues, given in order of time, as a screen shows them: divided, visible, none over the next.

    Each stays long enough to be read where there is room before the next one.
    """
    waiting: Cue | None = None
    for cue in itertools.chain.from_iterable(map(divided, cues)):
        start = cue.start if waiting is None else max(cue.start, waiting.start + _VISIBLE)
        if waiting is not None:
            yield _stretched(waiting, start)
        waiting = replace(cue, start=start)
    if waiting is not None:
        yield _stretched(waiting, waiting.start + LONGEST)


def _stretched(cue: Cue, limit: int) -> Cue:
    readable = cue.start + cells(cue.text) * TICKS_PER_SECOND // CELLS_PER_SECOND
    return replace(cue, end=min(max(cue.end, readable, cue.start + _VISIBLE), cue.start + LONGEST, limit))


def _whole_words(pieces: Sequence[Cue]) -> list[Cue]:
    """The pieces with those joined between which no cue may end: within a word, and after an abbreviation."""
    whole: list[Cue] = []
    for piece in pieces:
        last = whole[-1] if whole else None
        if last is not None and last.speaker == piece.speaker and _belongs(last, piece):
            whole[-1] = replace(last, end=max(last.end, piece.end), text=last.text + piece.text)
        else:
            whole.append(piece)
    return whole


def _belongs(word: Cue, piece: Cue) -> bool:
    if piece.start - word.end >= PAUSE:
        return False
    if not breakable(word.text, piece.text):
        return True
    return ended(word.text) and not parted(word.text, piece.text) and _fits(word.text + piece.text)


def _full(cue: Cue, word: Cue) -> bool:
    if cue.speaker != word.speaker:
        return True
    if word.start <= cue.end <= cue.start:
        return False  # it has no length of its own
    return (
        parted(cue.text, word.text)
        or word.start - cue.end >= PAUSE
        or word.end - cue.start > LONGEST
        or not _fits(cue.text + word.text)
    )


def _fits(text: str) -> bool:
    return cells(text) <= LINE or (cells(text) <= LINES * (LINE + 1) and len(wrap(text)) <= LINES)


def _with_length(cues: Sequence[Cue]) -> list[Cue]:
    """The cues, each of some length: one without takes the time behind it, or at the end the time before it."""
    found: list[Cue] = []
    for number, cue in enumerate(cues):
        start, end = cue.start, cue.end
        if end <= start and number + 1 < len(cues):
            end = min(start + _SHORTEST, max(start, cues[number + 1].start))
        elif end <= start and found:
            before = found.pop()
            start = max(start - _SHORTEST, (before.start + start) // 2)
            found.append(replace(before, end=min(before.end, start)))
        elif end <= start:
            end = start + _SHORTEST
        found.append(replace(cue, start=start, end=end))
    return found
