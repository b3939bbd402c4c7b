"""Which sentences of a passage a writer is shown: those that tell most of the recording. Pure.

A small writer repeats what it is shown, what tells nothing included, and each token that it reads takes a CPU as long
as one that it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from chunkers.spans import Span
from pipeline.stages.speakers.assign import Turn
from pipeline.text.sentences import joined, sentences
from pipeline.text.worth import Worth

_TERSE = 24
"""Tokens added to every sentence in comparisons, so that the shortest is not the best by being short."""


def extract(
    turns: Sequence[Turn],
    span: Span,
    worth: Worth | None,
    room: int | None = None,
    count: Callable[[str], int] = len,
) -> list[Turn]:
    """The turns of a passage with the sentences that tell enough, in order, at most `room` tokens of them.

    Where none tells enough, the one that tells most is left. A turn of which nothing is left is left out. Without
    `worth` nothing is known of the recording, and all is left.
    """
    if worth is None:
        return list(turns)
    told = [(at, text, worth.of(text, [span])) for at, turn in enumerate(turns) for text in sentences(turn.text)]
    if not told:
        return []
    kept = [number for number, (_, text, _) in enumerate(told) if worth.tells(text, [span])]
    kept = kept or [max(range(len(told)), key=lambda number: told[number][2])]
    if room is not None:
        costs = {number: count(told[number][1]) for number in kept}
        left, some = room, list[int]()
        for number in sorted(kept, key=lambda number: -told[number][2] / (costs[number] + _TERSE)):
            if costs[number] <= left or not some:
                some.append(number)
                left -= costs[number]
        kept = sorted(some)
    texts: dict[int, list[str]] = {}
    for number in kept:
        at, text, _ = told[number]
        texts.setdefault(at, []).append(text)
    return [replace(turns[at], text=joined(own)) for at, own in texts.items()]
