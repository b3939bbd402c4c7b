"""Two readers of one picture, the embedded one and the multimodal model: which lines only one of them read. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.stages.see.spelling import key, numbers, same, similar
from pipeline.store.structs import ScreenDifference


def differences(model: Sequence[str], reader: Sequence[str], values: Sequence[str]) -> list[ScreenDifference]:
    """The lines that only the model read, then those that only the reader read, each as it was written.

    `values` are what the reader read of numbers that change, which no model is expected to list: they only confirm.
    """
    alone = [ScreenDifference(line, "model") for line in _unconfirmed(model, [*reader, *values])]
    return alone + [ScreenDifference(line, "reader") for line in _unconfirmed(reader, model)]


def _unconfirmed(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    """The lines that none of `others` is a reading of: of a number every digit counts, of words most letters."""
    words = {key(word) for other in others for word in other.split()}
    whole = " ".join(others)
    return [
        line
        for line in dict.fromkeys(lines)
        if key(line)
        and not any(same(line, other) or _alike(line, other) for other in others)
        and not all(key(word) in words for word in line.split())
        and not (key(line) in key(whole) and set(numbers(line)) <= set(numbers(whole)))
    ]


def _alike(one: str, other: str) -> bool:
    return numbers(one) == numbers(other) and similar(one, other)
