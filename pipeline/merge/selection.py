"""Every part of a recording gets its share of the summary.

A small writer that is told to merge many notes copies them one after the other until its cap: the first minutes
fill the summary, and the rest is never mentioned. So the notes are taken as sections of equal weight, and the
summary's room is shared out among them. Pure: counts in, choices out.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Sequence, Set
from dataclasses import dataclass

from chunkers.spans import Span
from pipeline.text.worth import TERSE

_SECTION = 60
"""Tokens of a summary that a section should get: two or three sentences."""

AGAIN = 0.3
"""What a section that has had its share leaves of the worth of its next sentence."""

_PLAIN = 1.0
"""What a sentence counts that holds no fact; each of its facts counts 1 more."""


_PARTS = 3
"""Parts of what is summarised of which each has a sentence, as far as there is room."""


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of some notes, by the tick at which each begins, and the room of each in tokens."""

    starts: tuple[int, ...]
    share: float

    def of(self, spans: Sequence[Span]) -> tuple[int, ...]:
        """The sections in which `spans` begin; all of them where there is no span."""
        found = {max(0, bisect_right(self.starts, span.start) - 1) for span in spans}
        return tuple(sorted(found)) or tuple(range(len(self.starts)))


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a choice knows of a sentence: its tokens, its sections and the facts that it holds."""

    cost: int
    sections: tuple[int, ...]
    facts: frozenset[Hashable] = frozenset()
    worth: float = 1.0
    """How much it tells of the recording; only compared."""


def sections(starts: Sequence[int], weights: Sequence[int], cap: int, least: int = 1) -> Sections:
    """Sections of about equal weight for notes that begin at `starts` (ascending), and a summary of `cap` tokens.

    There are `least` of them, where there are so many notes, however short the summary.
    """
    number = max(least, cap // _SECTION)
    before = list(itertools.accumulate(weights, initial=0))
    total = max(1, before[-1])
    firsts: dict[int, int] = {}
    for start, weight in zip(starts, before, strict=False):
        firsts.setdefault(weight * number // total, start)
    found = tuple(firsts.values()) or (0,)
    return Sections(found, cap / len(found))


def cut(prose: Sequence[Sentence], among: Sections) -> list[int]:
    """Which sentences of an answer that ran out of room stay: none after its section has had its share."""
    used: dict[int, float] = defaultdict(float)
    kept = []
    for number, sentence in enumerate(prose):
        if min(used[at] for at in sentence.sections) < among.share:
            kept.append(number)
            _spend(used, sentence)
    return kept


def choose(
    prose: Sequence[Sentence],
    notes: Sequence[Sentence],
    cap: int,
    *,
    facts: frozenset[Hashable],
    plain: int = 0,
) -> list[int]:
    """Which sentences of the notes stand beside the prose, at most `cap` tokens in all.

    The sentence comes first that is worth most for its length, and more with each of the `facts` that are still
    missing; of a section that has had its share it counts less. One that holds none of them is taken of a section of
    which nothing is told yet: only up to `plain` tokens in all, unless nothing is told yet of that third of them all.
    Where `plain` is 0 none is taken.
    """
    used: dict[int, float] = defaultdict(float)
    for sentence in prose:
        _spend(used, sentence)
    count = 1 + max((at for one in [*prose, *notes] for at in one.sections), default=0)
    share = max(1.0, cap / count)
    left = cap - sum(sentence.cost for sentence in prose)
    missing, chosen = facts, list[int]()

    def worth(number: int) -> tuple[float, int]:
        one = notes[number]
        told = (_PLAIN + len(one.facts & missing)) / (one.cost + TERSE)
        return one.worth * told * AGAIN ** (min(used[at] for at in one.sections) / share), -number

    def part(at: int) -> int:
        return at * _PARTS // count

    def may_stand(one: Sentence, told: Set[int]) -> bool:
        if one.facts & missing or (plain and not any(part(at) in told for at in one.sections)):
            return one.cost <= left
        return one.cost <= left + plain - cap and not any(used[at] for at in one.sections)

    def standing(waiting: Set[int]) -> set[int]:
        told = {part(at) for at, spent in used.items() if spent}
        return {number for number in waiting if may_stand(notes[number], told)}

    waiting = set(range(len(notes)))
    while waiting := standing(waiting):
        best = max(waiting, key=worth)
        waiting.discard(best)
        chosen.append(best)
        _spend(used, notes[best])
        left -= notes[best].cost
        missing -= notes[best].facts
    return sorted(chosen)


def _spend(used: dict[int, float], sentence: Sentence) -> None:
    for at in sentence.sections:
        used[at] += sentence.cost / len(sentence.sections)
