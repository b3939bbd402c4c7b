"""One voice that is really two people: its pieces in two groups. Pure, and always the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.stages.speakers.assign import Voice
from pipeline.stages.speakers.clustering import Piece, Vectors, Wanted, joined_means, speakers


def split(
    pieces: Sequence[Piece], vectors: Vectors, found: Sequence[int], moments: Sequence[tuple[int, int]]
) -> list[int]:
    """The speakers of pieces, where at both `moments` of a pair another person is heard than at the other.

    `found` are the speakers as voices alone tell them, `vectors` (pieces, 192). A voice that is heard at both moments
    is parted in two: what is first heard keeps its number, the rest gets a new one behind all others. Where the two
    are different voices already, or the moments come to lie in one half, nothing changes.
    """
    told = list(found)
    for one, other in moments:
        at = piece_at(pieces, one), piece_at(pieces, other)
        if at[0] is None or at[1] is None or told[at[0]] != told[at[1]]:
            continue
        _, second = halves(pieces, vectors, [number for number, who in enumerate(told) if who == told[at[0]]])
        if (at[0] in second) != (at[1] in second):
            new = max(told) + 1
            for number in second:
                told[number] = new
    return told


def halves(pieces: Sequence[Piece], vectors: Vectors, members: Sequence[int]) -> tuple[list[int], list[int]]:
    """The numbers of the pieces in `members` in two groups, the one that is heard first before the other.

    The second is empty where there is only one piece.
    """
    if len(members) < 2:
        return list(members), []
    own, voices = [pieces[number] for number in members], vectors[list(members)]
    parts = speakers(own, voices, Wanted(2, 2))
    if len(set(parts)) < 2:  # too little is heard for two people, but for who says that they are
        ticks = np.array([piece.ticks for piece in own], np.float64)
        groups = joined_means(ticks[:, None] * voices, -1.0, most=2)
        parts = [int(place in groups[1]) for place in range(len(members))]
    first = parts[0]
    return (
        [number for number, part in zip(members, parts, strict=True) if part == first],
        [number for number, part in zip(members, parts, strict=True) if part != first],
    )


def piece_at(pieces: Sequence[Piece | Voice], at: int) -> int | None:
    """The number of the piece that is heard at a tick; of several the one whose middle is nearest, None without one."""
    inside = [number for number, piece in enumerate(pieces) if piece.start <= at < piece.end]
    return min(inside, key=lambda one: abs(pieces[one].start + pieces[one].end - 2 * at), default=None)
