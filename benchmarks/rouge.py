"""ROUGE: how many words, pairs of words, or words in one order two texts share (Lin, 2004). Without stems.

The figures are those of the package rouge-score 0.1.2 without its stemmer; that package has had no release since 2022.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[a-z0-9]+")


def rouge_n(found: str, gold: str, length: int = 1) -> tuple[float, float, float]:
    """Precision, recall and F1 of the runs of `length` words of `found` against those of `gold`."""
    own, wanted = (Counter(_runs(_words(text), length)) for text in (found, gold))
    return _figures((own & wanted).total(), own.total(), wanted.total())


def rouge_l(found: str, gold: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of the longest row of words that both hold in the same order."""
    own, wanted = _words(found), _words(gold)
    row = [0] * (len(wanted) + 1)
    for word in own:
        before = row
        row = [0]
        for at, other in enumerate(wanted):
            row.append(before[at] + 1 if word == other else max(before[at + 1], row[at]))
    return _figures(row[-1], len(own), len(wanted))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _runs(words: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]


def _figures(shared: int, found: int, gold: int) -> tuple[float, float, float]:
    precision, recall = shared / found if found else 0.0, shared / gold if gold else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0
