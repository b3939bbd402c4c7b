"""From pieces of speech to speakers: whose voices are near each other is one person. Pure, and always the same.

Long clean pieces of a block of some minutes are joined while they are very near; the groups' mean vectors, which vary
less than those of pieces, are then joined while they are near, first within the block, then over all blocks. Where only
pieces were compared, a voice that changes its tone would be several people. Memory grows with the number of pieces
(some 400 bytes each), work with the number of groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND

VERSION = 4
"""Raised when code changes who is told apart although no setting did."""

DISTANCE, NARROW_DISTANCE = 0.38, 0.29
"""Cosine distance of two groups below which they are one person: at full width, and on the telephone."""

TIGHT = 0.35
"""Mean cosine distance of two groups of pieces below which they are joined at first."""

TIGHTER = 0.12
"""The same where more people are known to speak than were found."""

LOOSE, FAR = 0.5, 0.45
"""Mean cosine distance of pieces below which what is left beside the voices found is one more voice, and the distance
of its mean vector from those of all others from which it is not one of theirs."""

CLEAN = TICKS_PER_SECOND
"""Ticks of a piece from which its vector is taken into a mean."""

LEAST = 4 * TICKS_PER_SECOND
"""Ticks of speech below which a voice is not taken for a person of its own."""

BRIEF, BRIEF_SHARE, UNLIKE = TICKS_PER_SECOND * 5 // 2, 0.08, 0.55
"""Ticks, and share of all clean speech, from which a voice is a person of its own that is so far from all others: in a
recording of half a minute nobody may speak for four seconds. Of one person's pieces two means are up to 0.5 apart."""

BLOCK = 400 * TICKS_PER_SECOND
"""Ticks of a block."""

_SLIGHT, _BEYOND = 0.01, 0.07
"""Share of all clean speech below which a voice must be farther from those heard more, and by how much: in hours, some
seconds of everybody sound like somebody else."""

_NOTABLE = 0.02
"""Share of all clean speech from which what is left beside the voices found may be one more voice."""

_MOST_LEFT = 800
"""Pieces beside the voices found among which more voices are looked for: work grows with their square."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of speech on the recording's clock, as clustering sees it; see `VoicePiece`."""

    start: int
    end: int
    overlapped: bool
    narrow: bool
    local: tuple[int, int]
    """The window, and the speaker told apart within it."""

    @property
    def ticks(self) -> int:
        """Its length."""
        return self.end - self.start

    @property
    def clean(self) -> bool:
        """Whether its vector is one person's, and steady."""
        return not self.overlapped and self.ticks >= CLEAN


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many speakers there may be, and the distance below which two voices are one; None: found by itself."""

    least: int = 1
    most: int | None = None
    distance: float | None = None


def speakers(pieces: Sequence[Piece], vectors: Vectors, wanted: Wanted) -> list[int]:
    """The speaker of each piece, numbered from 0 in order of their first pieces; `vectors` (pieces, 192) of length 1.

    Where there is no voice of `LEAST` ticks, everything said is one person's. Where more people are known to speak than
    are heard for so long, the heaviest groups are people, too; where there are too few, the joining ends earlier.
    """
    if not pieces:
        return []
    distance = wanted.distance if wanted.distance is not None else _distance(pieces)
    groups = _groups(pieces, vectors, distance, wanted, forced=False)
    if len(groups.means) < wanted.least:
        groups = _groups(pieces, vectors, distance, wanted, forced=True)
    return _in_order(_everybody(pieces, vectors, groups), list(groups.of))


@dataclass(frozen=True, slots=True)
class _Groups:
    """The voices found: the mean vector of each, and the group of each piece that has one."""

    means: Vectors
    of: dict[int, int]


def _distance(pieces: Sequence[Piece]) -> float:
    narrow = sum(piece.ticks for piece in pieces if piece.narrow)
    return NARROW_DISTANCE if 2 * narrow > sum(piece.ticks for piece in pieces) else DISTANCE


def _groups(pieces: Sequence[Piece], vectors: Vectors, distance: float, wanted: Wanted, *, forced: bool) -> _Groups:
    """The voices of the clean pieces that are heard for long enough, or the heaviest where more are known to speak.

    `forced` ends the joining while there are still as many as are wanted.
    """
    clean = [number for number, piece in enumerate(pieces) if piece.clean]
    clean = clean or list(range(len(pieces)))
    own, weights = vectors[clean], np.array([pieces[number].ticks for number in clean], np.float64)
    blocks = defaultdict[int, list[int]](list)
    for place, number in enumerate(clean):
        blocks[pieces[number].start // BLOCK].append(place)
    # What is joined at first cannot be parted again.
    tightness = min(TIGHTER if forced else TIGHT, distance)
    within = 0.7 * distance if forced else distance
    members: list[list[int]] = []
    for _, places in sorted(blocks.items()):
        tight = joined(own[places], tightness)
        inside = [[places[at] for at in group] for group in tight]
        members += _near(inside, own, weights, within, Wanted()) if len(blocks) > 1 else inside
    # Here `most` would join people, and leave alone what is too little for one.
    members = _near(members, own, weights, distance, Wanted(least=wanted.least if forced else 1))
    heaviest = sorted(members, key=lambda group: -float(weights[group].sum()))
    enough = sum(float(weights[group].sum()) >= LEAST for group in heaviest)
    heard = sorted(_people(heaviest[: max(enough, wanted.least)], own, weights, distance + _BEYOND, wanted.least))
    if wanted.most is not None and len(heard) > wanted.most:
        heard = _near(heard, own, weights, -1.0, Wanted(most=wanted.most))
    elif not forced and heard:
        heard = sorted([*heard, *_brief(heard, heaviest, own, weights)][: wanted.most])
        heard = sorted([*heard, *_unsteady(heard, own, weights)][: wanted.most])
    means = np.stack([_mean(own[group], weights[group]) for group in heard])
    return _Groups(means, {clean[place]: number for number, group in enumerate(heard) for place in group})


def _people(
    heaviest: Sequence[list[int]], vectors: Vectors, weights: NDArray[np.float64], distance: float, least: int
) -> list[list[int]]:
    """The groups, heaviest first, without slight ones that are within `distance` of one before; at least `least`."""
    slight = _SLIGHT * float(weights.sum())
    people = list(heaviest[:least])
    for group in heaviest[least:]:
        means = np.stack([_mean(vectors[one], weights[one]) for one in people])
        if weights[group].sum() >= slight or (1.0 - means @ _mean(vectors[group], weights[group])).min() >= distance:
            people.append(group)
    return people


def _brief(
    heard: Sequence[list[int]], heaviest: Sequence[list[int]], vectors: Vectors, weights: NDArray[np.float64]
) -> list[list[int]]:
    """More voices among the groups, heaviest first: too brief for `LEAST`, but unlike every other one."""
    least = max(BRIEF, BRIEF_SHARE * float(weights.sum()))
    return _unlike(heard, heaviest, vectors, weights, least=least, distance=UNLIKE)


def _unsteady(heard: Sequence[list[int]], vectors: Vectors, weights: NDArray[np.float64]) -> list[list[int]]:
    """More voices among what no group of `heard` holds, the heaviest first.

    In a lively talk the pieces of one person can be too unlike each other to be joined at first. All that such a voice
    said would then be put down to whoever was steady.
    """
    held = {place for group in heard for place in group}
    left = [place for place in range(len(vectors)) if place not in held]
    least = max(LEAST, _NOTABLE * float(weights.sum()))
    if weights[left].sum() < least or len(left) > _MOST_LEFT:
        return []
    groups = [[left[at] for at in group] for group in joined(vectors[left], LOOSE)]
    found = _unlike(heard, groups, vectors, weights, least=least, distance=FAR)
    return sorted(found, key=lambda group: -float(weights[group].sum()))


def _unlike(
    heard: Sequence[list[int]],
    groups: Sequence[list[int]],
    vectors: Vectors,
    weights: NDArray[np.float64],
    *,
    least: float,
    distance: float,
) -> list[list[int]]:
    """Those of `groups`, in order, that weigh `least` and are `distance` from all of `heard` and of each other."""
    means = [_mean(vectors[group], weights[group]) for group in heard]
    found: list[list[int]] = []
    for group in groups:
        mean = _mean(vectors[group], weights[group])
        if weights[group].sum() >= least and (1.0 - np.stack(means) @ mean).min() >= distance:
            found.append(group)
            means.append(mean)
    return found


def _near(
    groups: Sequence[list[int]], vectors: Vectors, weights: NDArray[np.float64], distance: float, wanted: Wanted
) -> list[list[int]]:
    """The groups, those joined whose mean vectors are near; see `joined_means`."""
    sums = np.stack([weights[group] @ vectors[group] for group in groups])
    ticks = np.array([weights[group].sum() for group in groups])
    found = joined_means(sums, distance, most=wanted.most, least=wanted.least, heavy=ticks)
    return [[one for at in group for one in groups[at]] for group in found]


def _mean(vectors: Vectors, weights: NDArray[np.float64]) -> Vectors:
    total = weights @ vectors
    mean: Vectors = (total / max(float(np.linalg.norm(total)), 1e-9)).astype(np.float32)
    return mean


def joined(vectors: Vectors, distance: float) -> list[list[int]]:
    """Groups of `vectors` (of length 1) whose mean distance to each other is at most `distance`, in order."""
    apart = 1.0 - vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    groups: list[list[int]] = [[number] for number in range(len(vectors))]
    np.fill_diagonal(apart, np.inf)
    for _ in range(1, len(vectors)):
        one, other = divmod(int(apart.argmin()), len(vectors))
        if apart[one, other] > distance:
            break
        one, other = min(one, other), max(one, other)
        sizes = len(groups[one]), len(groups[other])
        row = (sizes[0] * apart[one] + sizes[1] * apart[other]) / sum(sizes)
        _merge(apart, row, one, other)
        groups[one] += groups[other]
        groups[other] = []
    return [group for group in groups if group]


def joined_means(
    sums: NDArray[np.float64],
    distance: float,
    *,
    most: int | None = None,
    least: int = 1,
    heavy: NDArray[np.float64] | None = None,
) -> list[list[int]]:
    """Groups of `sums`, weighted sums of vectors, whose directions are at most `distance` apart, in order.

    Where there are more than `most`, the nearest are joined all the same. Where fewer than `least` of them would weigh
    `LEAST` by `heavy`, it ends where there were that many for the last time, or most of them.
    """
    sums = sums.astype(np.float64).copy()
    weights = np.full(len(sums), float(LEAST)) if heavy is None else heavy.copy()
    units = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    apart = 1.0 - units @ units.T
    np.fill_diagonal(apart, np.inf)
    steps: list[tuple[int, int]] = []
    voices = [int((weights >= LEAST).sum())]
    for left in range(len(sums), 1, -1):
        one, other = divmod(int(apart.argmin()), len(sums))
        if apart[one, other] > distance and (most is None or left <= most):
            break
        one, other = min(one, other), max(one, other)
        sums[one] += sums[other]
        weights[one], weights[other] = weights[one] + weights[other], 0.0
        units[one] = sums[one] / max(float(np.linalg.norm(sums[one])), 1e-9)
        row = np.where(np.isfinite(apart[one]), 1.0 - units @ units[one], np.inf)
        _merge(apart, row, one, other)
        steps.append((one, other))
        voices.append(int((weights >= LEAST).sum()))
    enough = min(least, max(voices))
    taken = max(number for number, count in enumerate(voices) if count >= enough)
    groups: list[list[int]] = [[number] for number in range(len(sums))]
    for one, other in steps[:taken]:
        groups[one] += groups[other]
        groups[other] = []
    return [group for group in groups if group]


def _merge(apart: NDArray[np.float64], row: NDArray[np.float64], one: int, other: int) -> None:
    """Put `row` in place of `one`, and take `other` out."""
    apart[one], apart[:, one] = row, row
    apart[one, one] = np.inf
    apart[other], apart[:, other] = np.inf, np.inf


def _everybody(pieces: Sequence[Piece], vectors: Vectors, groups: _Groups) -> list[int]:
    """A voice for every piece: its group's; else that of the same local speaker's long clean pieces; else the nearest.

    The vector of a mixture, or of a word, tells less than the segmentation, which hears what is around it.
    """
    local = defaultdict[tuple[int, int], dict[int, int]](dict)
    for number, group in groups.of.items():
        heard = local[pieces[number].local]
        heard[group] = heard.get(group, 0) + pieces[number].ticks
    nearest = (vectors @ groups.means.T).argmax(axis=1)
    found: list[int] = []
    for number, piece in enumerate(pieces):
        nearby = local.get(piece.local)
        if number in groups.of:
            found.append(groups.of[number])
        elif nearby and not piece.clean:
            found.append(max(nearby, key=lambda group: (nearby[group], -group)))
        else:
            found.append(int(nearest[number]))
    return found


def _in_order(found: Sequence[int], sure: Sequence[int]) -> list[int]:
    """The voices numbered in order of their first pieces; of those in `sure`, for a word may be put down wrongly."""
    first = [found[number] for number in sorted(sure)]
    numbers = {group: number for number, group in enumerate(dict.fromkeys([*first, *found]))}
    return [numbers[group] for group in found]
