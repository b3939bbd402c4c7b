"""Which language each window of a recording is in, where some of them cannot tell alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SURE = 0.7
"""Probability from which a window's own finding stands: clear speech gives 0.9 and more."""

REACH = 2
"""Windows on either side that are asked where it does not; each counts half as much as the one before it."""


def decide(found: Sequence[Mapping[str, float]]) -> list[str | None]:
    """The language of each of some windows that follow each other, from the probabilities found in each alone.

    A window that is sure keeps its own, so that a recording may change its language. One that is not takes what
    its probabilities and its neighbours' together say. None where nothing was found anywhere near.
    """
    return [_best(_own_or_near(found, at)) for at in range(len(found))]


def _own_or_near(found: Sequence[Mapping[str, float]], at: int) -> Mapping[str, float]:
    if max(found[at].values(), default=0.0) >= SURE:
        return found[at]
    together: dict[str, float] = {}
    for near in range(max(0, at - REACH), min(len(found), at + REACH + 1)):
        for language, probability in found[near].items():
            together[language] = together.get(language, 0.0) + probability * 0.5 ** abs(near - at)
    return together


def _best(probabilities: Mapping[str, float]) -> str | None:
    """The likeliest; of equals the first in the alphabet."""
    return min(probabilities, key=lambda language: (-probabilities[language], language), default=None)
