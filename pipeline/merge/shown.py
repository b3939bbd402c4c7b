"""Which sentences of a merge a writer is shown. Pure.

A small writer copies what it is shown first, and a larger one spends its room on all of it alike: so the sentences are
chosen before anything is written, for coverage and for what they tell.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

from pipeline.merge.inputs import Note, Unit
from pipeline.merge.selection import AGAIN, sections
from pipeline.text.lexicons import lexicon
from pipeline.text.salience import alike
from pipeline.text.sentences import joined
from pipeline.text.worth import TERSE, least

PARTS = 20
"""Parts of a recording of which each gets its share, however few sentences are shown."""


def shown(notes: Sequence[Note], room: int, count: Callable[[str], int], worth: Callable[[Unit], float]) -> list[Note]:
    """The notes with the sentences that a writer is shown, `room` tokens at most; all of them where they fit.

    Those that tell most for their length come first; the more they would use of their section's share, which is larger
    where more is told, the less they count. Nothing is shown twice, nor what tells next to nothing. A note of which
    nothing is shown has no text; one sentence at least is shown of all, whatever the room.
    """
    units = [(at, unit) for at, note in enumerate(notes) for unit in note.units]
    costs = [count(f"{unit.text}\n") for _, unit in units]
    if sum(costs) <= room or len(units) < 2:
        return list(notes)
    among = sections([notes[at].span.start for at, _ in units], costs, room, PARTS)
    places = [among.of([notes[at].span])[0] for at, _ in units]
    told = [worth(unit) for _, unit in units]
    worths = [one / (cost + TERSE) for one, cost in zip(told, costs, strict=True)]
    shares = _shares(told, places, among.share)
    words = lexicon(" ".join(unit.text for _, unit in units))
    used: Counter[int] = Counter()

    def worth_now(number: int) -> float:
        spent: float = (used[places[number]] + costs[number]) / shares[places[number]]
        return worths[number] * math.pow(AGAIN, spent)

    waiting = set(telling(told))
    chosen, left = list[int](), max(room, min(costs[number] for number in waiting))
    while waiting := {number for number in waiting if costs[number] <= left}:
        best = max(waiting, key=lambda number: (worth_now(number), -number))
        waiting.discard(best)
        if not any(alike(units[best][1].text, units[other][1].text, words) for other in chosen):
            chosen.append(best)
            used[places[best]] += costs[best]
            left -= costs[best]
    kept: dict[int, list[Unit]] = {}
    for at, unit in (units[number] for number in sorted(chosen)):
        kept.setdefault(at, []).append(unit)
    return [
        replace(note, units=tuple(kept.get(at, ())), text=joined(unit.text for unit in kept.get(at, ())))
        for at, note in enumerate(notes)
    ]


def telling(worths: Sequence[float]) -> list[int]:
    """The numbers of the sentences that tell enough, beside the others, to stand in a summary."""
    enough = least(worths)
    return [number for number, one in enumerate(worths) if one >= enough]


def _shares(told: Sequence[float], places: Sequence[int], share: float) -> dict[int, float]:
    """The tokens that each section may have: `share`, times what its sentences tell beside those of all."""
    mean = fmean(told)
    own: dict[int, list[float]] = {}
    for value, place in zip(told, places, strict=True):
        own.setdefault(place, []).append(value)
    return {place: max(1.0, share * fmean(values) / mean if mean else share) for place, values in own.items()}
