"""Two transcripts of sound that overlaps: the words that both hold are kept once. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.text.lines import units

_REACH = 24
"""Words, or characters of a script without spaces, that can be said twice."""


def said_once(before: str, after: str) -> tuple[str, str]:
    """`before` and `after` without what `after` says again of the end of `before`; as they are where nothing is alike.

    The sound was cut within a word: the last one of `before` and the first one of `after` may be scraps, and then go.
    """
    first, second = units(before), units(after)
    tail, head = [_key(one) for one in first[-_REACH:]], [_key(one) for one in second[:_REACH]]
    for size in range(min(len(tail), len(head)), 0, -1):
        for scraps in ((0, 0), (1, 0), (0, 1), (1, 1)):
            if _alike(tail, head, size, *scraps):
                behind, ahead = scraps
                return "".join(first[: len(first) - behind]).strip(), "".join(second[ahead + size :]).strip()
    return before, after


def _alike(tail: Sequence[str], head: Sequence[str], size: int, behind: int, ahead: int) -> bool:
    """Whether `size` words are the same, `behind` words before the end of `tail` and `ahead` words into `head`.

    A single word may be so by chance: then what is left over must be a piece of the whole word in the other.
    """
    start = len(tail) - behind - size
    if start < 0 or ahead + size > len(head) or tail[start : start + size] != head[ahead : ahead + size]:
        return False
    if size > 1:
        return True
    whole = [*head[ahead + size : ahead + size + behind]]
    begun = not behind or bool(whole and whole[0].startswith(tail[-1]))
    ended = not ahead or bool(start and tail[start - 1].endswith(head[0]))
    return begun and ended


def _key(word: str) -> str:
    """The word without case and marks; a mark alone is itself."""
    return "".join(letter for letter in word.casefold() if letter.isalnum()) or word.strip()
