"""What a model wrote of a chunk, held against what was said in it, sentence by sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipeline.text.facts import find
from pipeline.text.sentences import joined, sentences, terms
from pipeline.text.support import unsupported

_LONGEST = 400
"""Letters of a sentence of the source that may stand in a summary; speech without full stops is no sentence."""


@dataclass(frozen=True, slots=True)
class Supported:
    """A summary in which nothing is left that its source does not hold.

    `refused` are the sentences that gave way, each with what it says beyond the source.
    """

    text: str
    refused: tuple[tuple[str, tuple[str, ...]], ...]


def supported(summary: str, source: str) -> Supported:
    """`summary` with each sentence that `source` does not hold replaced by the source's own, where one is like it.

    Where nothing is left, the sentence of the source with most facts stands.
    """
    said = [one for one in sentences(source) if len(one) <= _LONGEST]
    kept: list[str] = []
    refused: list[tuple[str, tuple[str, ...]]] = []
    for sentence in sentences(summary):
        beyond = unsupported(sentence, source)
        if not beyond:
            kept.append(sentence)
            continue
        refused.append((sentence, tuple(beyond)))
        own = _alike(sentence, said)
        if own:
            kept.append(own)
    if refused and not kept and said:
        kept.append(max(said, key=lambda one: (len(find(one)), len(terms(one)))))
    return Supported(joined(dict.fromkeys(kept)) if refused else summary, tuple(refused))


def _alike(sentence: str, said: list[str]) -> str:
    """The sentence of the source that shares most with `sentence`; empty where none shares anything."""
    wanted = Counter(word for word in terms(sentence) if len(word) > 3 or word.isdigit())
    shared = [(sum((wanted & Counter(terms(one))).values()), one) for one in said]
    most, best = max(shared, key=lambda pair: pair[0], default=(0, ""))
    return best if most > 0 else ""
