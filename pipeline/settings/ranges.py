"""Numbers that are given as one or as a range: `2`, `2-5`."""

from __future__ import annotations

import re

_RANGE = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def count_of(text: str) -> tuple[int, int]:
    """The least and the most of a range; raises `ValueError` where it is none, or begins below 1."""
    match = _RANGE.fullmatch(text.strip())
    least, most = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= least <= most:
        raise ValueError("a number from 1, or a range of such numbers: `2`, `2-5`")
    return least, most


def count_range(text: str) -> str:
    """`text` as one range is always written."""
    least, most = count_of(text)
    return f"{least}" if least == most else f"{least}-{most}"
