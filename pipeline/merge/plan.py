"""Which notes are merged together, decided before any model call.

Pure functions. A level is cut into as few contiguous groups as fit the budget, which also gives the
fewest levels; among these cuts the balanced one is taken (144K + 144K, not 240K + 48K), and where a
chapter, a topic or a silence ends near the balanced place, the cut goes there: it costs no extra call.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from chunkers.spans import Span
from pipeline.errors import LimitError

MIN_OUTPUT = 16
"""Tokens below which a merged summary is not worth a call."""

_SLACK = 8
"""Tokens by which two texts may count more together than apart."""

_BORDER_PULL = 0.25
"""How far a full-strength border may draw a cut from the balanced place, as a share of a group."""


@dataclass(frozen=True, slots=True)
class Item:
    """One note to be merged.

    `tokens` counts its text alone. `border` in [0, 1] says how strongly a topic ends just before it.
    `part` counts the pieces of a note that had to be split.
    """

    index: int
    span: Span
    tokens: int
    border: float = 0.0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one merge may hold, in tokens.

    `budget` is prompt and answer together, `overhead` the prompt without notes, `output` the longest
    answer wanted, `per_item` what a note's label and line cost beside its text.
    """

    budget: int
    overhead: int
    output: int
    per_item: int = 0

    @property
    def cap(self) -> int:
        """Tokens of an answer at most: `output`, or less where two answers would not fit one prompt."""
        return min(self.output, (self.budget - self.overhead - 2 * self.per_item) // 3 - _SLACK)

    @property
    def room(self) -> int:
        """Tokens that the notes of one prompt may take, their labels included."""
        return self.budget - self.overhead - self.cap

    def check(self) -> None:
        """Raise `LimitError` where no two answers can ever be merged."""
        if self.cap < min(MIN_OUTPUT, self.output):
            need = self.overhead + 2 * self.per_item + 3 * (MIN_OUTPUT + _SLACK)
            raise LimitError(
                f"a merge budget of {self.budget} tokens is too small: the prompt alone takes {self.overhead}.",
                cure=f"Set merge.budget and write.context to {need} or more.",
            )


@dataclass(frozen=True, slots=True)
class Group:
    """One node to come: it merges the items `[first, stop)` of the level below."""

    first: int
    stop: int
    span: Span
    tokens: int
    """Tokens that its notes take in the prompt, labels included."""
    calls: int
    """Model calls it takes: none where a lone, short note is taken as it is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The tree: `leaves` as they are merged (an over-long item in pieces), and the groups of each level from 1."""

    leaves: tuple[Item, ...]
    levels: tuple[tuple[Group, ...], ...]

    @property
    def depth(self) -> int:
        """Levels above 0."""
        return len(self.levels)

    @property
    def nodes(self) -> int:
        """Nodes above level 0."""
        return sum(map(len, self.levels))


def plan(items: Sequence[Item], limits: Limits) -> Plan:
    """The whole tree over `items`, every answer assumed to fill its cap.

    The real tree is never deeper. Raises `LimitError` where the budget cannot hold two answers.
    """
    limits.check()
    leaves = tuple(piece for item in items for piece in _pieces(item, limits))
    levels: list[tuple[Group, ...]] = []
    level: Sequence[Item] = leaves
    while level and (not levels or len(level) > 1):
        groups = plan_level(level, limits)
        levels.append(groups)
        level = [Item(i, group.span, limits.cap) for i, group in enumerate(groups)]
    return Plan(leaves, tuple(levels))


def plan_level(items: Sequence[Item], limits: Limits, previous: Sequence[int] = ()) -> tuple[Group, ...]:
    """Items in as few contiguous groups as fit, balanced.

    `previous` are the first positions of the groups of an earlier plan. They are kept, so that one changed
    note does not move every border behind it; a group that no longer fits is cut anew by itself. All are
    cut anew where keeping them would cost more than one call.
    """
    loads = list(accumulate((limits.per_item + item.tokens for item in items), initial=0))
    if any(after - before > limits.room for before, after in pairwise(loads)):
        raise LimitError("a note is longer than one merge may hold: it has to be split first.")
    need = _fewest(loads, limits.room)
    cuts = _kept(previous, items, limits) or _balanced(items, loads, limits.room, need)
    if len(cuts) > need[0] and not len(cuts) == need[0] + 1 < len(items):
        cuts = _balanced(items, loads, limits.room, need)
    return tuple(
        Group(
            first,
            stop,
            Span(items[first].span.start, max(item.span.end for item in items[first:stop])),
            loads[stop] - loads[first],
            int(stop - first > 1 or items[first].tokens > limits.cap),
        )
        for first, stop in zip(cuts, [*cuts[1:], len(items)], strict=True)
    )


def _pieces(item: Item, limits: Limits) -> list[Item]:
    """The item, or as many near-equal pieces as it needs to fit; each keeps the item's whole span."""
    most = limits.room - limits.per_item
    count = -(-item.tokens // most)
    if count <= 1:
        return [item]
    share, rest = divmod(item.tokens, count)
    return [replace(item, tokens=share + (part < rest), part=part) for part in range(count)]


def _fewest(loads: Sequence[int], room: int) -> list[int]:
    """For every position the fewest groups that hold the items from there to the end."""
    need = [0] * len(loads)
    for first in range(len(loads) - 2, -1, -1):
        need[first] = 1 + need[bisect_right(loads, loads[first] + room) - 1]
    return need


def _kept(previous: Sequence[int], items: Sequence[Item], limits: Limits) -> list[int]:
    """The earlier cuts, a group that no longer fits cut anew; none where they are not cuts of these items."""
    edges = [*previous, len(items)]
    if edges[0] != 0 or any(first >= stop for first, stop in pairwise(edges)):
        return []
    cuts: list[int] = []
    for first, stop in pairwise(edges):
        if sum(limits.per_item + item.tokens for item in items[first:stop]) <= limits.room:
            cuts.append(first)
        else:
            cuts += [first + group.first for group in plan_level(items[first:stop], limits)]
    return cuts


def _balanced(items: Sequence[Item], loads: Sequence[int], room: int, need: Sequence[int]) -> list[int]:
    """First positions of the groups: each cut as near to an equal share as room and borders allow."""
    cuts = [0]
    last = len(items)
    for left in range(need[0] - 1, 0, -1):
        first = cuts[-1]
        share = max(loads[last] - loads[first], 1) / (left + 1)
        furthest = bisect_right(loads, loads[first] + room) - 1
        best, best_cost = furthest, float("inf")
        for cut in range(min(furthest, last - left), first, -1):
            if need[cut] > left:
                break
            away = abs(loads[cut] - loads[first] - share) / share
            cost = away - _BORDER_PULL * items[cut].border
            if cost < best_cost:
                best, best_cost = cut, cost
        cuts.append(best)
    return cuts
