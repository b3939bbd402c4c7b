"""Which moments a sentence rests on, found and checked mechanically.

Two ways lead there. A writer may cite: `[3]` after a sentence names the third note of its prompt.
Small models do not, or cite the same note throughout, so every sentence is also *aligned*: its rare
words and its numbers are looked up in the notes. Either way a citation is valid only where the
notes that it names hold the sentence's numbers and most of its words; a label alone proves nothing.

Alignment shows where the words come from. It cannot show that they were put together rightly.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chunkers.spans import Span
from pipeline.merge.inputs import Note
from pipeline.store.structs import Citation
from pipeline.text.facts import find
from pipeline.text.sentences import terms

How = Literal["cited", "aligned", "carried"]

SUPPORTED = 0.55
"""Share of a sentence's weighted words that its sources must hold."""

_MOST = 4
_GAIN = 0.12
_SHORT_WORD = 0.2

_LABELS = r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]"
_LABEL = re.compile(_LABELS)
_AFTER_END = re.compile(rf"([.!?…])[ ]*((?:{_LABELS}[ ]*)+)")


@dataclass(frozen=True, slots=True)
class Source:
    """What can be cited: one note's text, or a part of it with moments of its own."""

    label: int
    text: str
    spans: tuple[Span, ...]


def sources_of(notes: Sequence[Note]) -> list[Source]:
    """What can be cited: sentences of a note that rest on the same moments stand together."""
    found: list[Source] = []
    for label, note in enumerate(notes, 1):
        for unit in note.units:
            if not unit.spans:
                continue
            if found and found[-1].label == label and found[-1].spans == unit.spans:
                found[-1] = replace(found[-1], text=f"{found[-1].text} {unit.text}")
            else:
                found.append(Source(label, unit.text, unit.spans))
    return found


def unlabelled(text: str) -> str:
    """The text without its labels."""
    return re.sub(rf"[ ]*{_LABELS}[ ]*(?=[.!?,;:…]|$)|{_LABELS}[ ]*", "", text, flags=re.MULTILINE).strip()


def labels(sentence: str) -> list[int]:
    """The notes that a labelled sentence names, in order."""
    found: list[int] = []
    for match in _LABEL.finditer(sentence):
        for part in re.split(r"[,;]", match[0].strip("[] ")):
            first, _, last = part.replace("–", "-").partition("-")
            low = int(first)
            high = int(last) if last else low
            found += range(low, min(high, low + _MOST) + 1)
    return list(dict.fromkeys(found))


def labels_inside(text: str) -> str:
    """Labels that follow a full stop moved before it, so that each stays with its own sentence."""
    if _LABEL.match(text.lstrip("-*• ")):
        return text
    return _AFTER_END.sub(lambda match: f" {match[2].strip()}{match[1]} ", text)


class Sources:
    """The notes of one merge, ready to be looked up."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._terms = [frozenset(terms(source.text)) for source in sources]
        self._numbers = [_numbers(source.text) for source in sources]
        self._holders: dict[str, list[int]] = {}
        for at, words in enumerate(self._terms):
            for word in words:
                self._holders.setdefault(word, []).append(at)

    def cite(self, number: int, sentence: str, named: Sequence[int], *, translated: bool = False) -> list[Citation]:
        """The citations of one sentence: what it named, where that holds, else what it is aligned with.

        `translated` says that the sentence is in another language than the notes. What was named and
        does not hold is kept as invalid. A sentence that nothing supports has no valid citation.
        """
        chosen = [at for at, source in enumerate(self._sources) if source.label in named]
        if chosen and self._holds(sentence, chosen, words=not translated):
            return self._citations(number, chosen, "cited", valid=True)
        aligned = self._align(sentence)
        if aligned and self._holds(sentence, aligned):
            return self._citations(number, aligned, "aligned", valid=True)
        return self._citations(number, chosen, "cited", valid=False)

    def _weights(self, sentence: str) -> dict[str, float]:
        """How much each word of a sentence says: the fewer notes have it, the more."""
        weights = {}
        for word in dict.fromkeys(terms(sentence)):
            rare = math.log(1 + len(self._sources) / max(1, len(self._holders.get(word, ()))))
            weights[word] = rare * (1 if word.isdigit() or len(word) > 3 else _SHORT_WORD)
        return weights

    def _align(self, sentence: str) -> list[int]:
        """The few notes that together hold most of the sentence, each for a share of its own."""
        weights = self._weights(sentence)
        total = sum(weights.values())
        content = {word for word in weights if len(word) > 3 and not word.isdigit()}
        candidates = {at for word in weights for at in self._holders.get(word, ())}
        candidates = {at for at in candidates if not content or content & self._terms[at]}
        left = dict(weights)
        chosen: list[int] = []
        while candidates and len(chosen) < _MOST:
            gains = Counter(
                {at: sum(left.get(word, 0.0) for word in self._terms[at] & left.keys()) for at in candidates}
            )
            at, gain = max(gains.items(), key=lambda pair: (pair[1], -pair[0]))
            if gain < _GAIN * total:
                break
            chosen.append(at)
            candidates.discard(at)
            for word in self._terms[at]:
                left.pop(word, None)
        return sorted(chosen)

    def _holds(self, sentence: str, chosen: Sequence[int], *, words: bool = True) -> bool:
        """Whether the chosen notes hold all numbers of the sentence, and of its `words` enough."""
        known = frozenset[str]().union(*(self._numbers[at] for at in chosen))
        if not _numbers(sentence, small=False) <= known:
            return False
        weights = self._weights(sentence)
        held = frozenset[str]().union(*(self._terms[at] for at in chosen))
        share = sum(weight for word, weight in weights.items() if word in held) / max(sum(weights.values()), 1e-9)
        return not words or share >= SUPPORTED

    def _citations(self, number: int, chosen: Sequence[int], how: How, *, valid: bool) -> list[Citation]:
        spans = {span for at in chosen for span in self._sources[at].spans}
        return [Citation(number, span.start, span.end, valid, how) for span in sorted(spans)]


def _numbers(text: str, *, small: bool = True) -> frozenset[str]:
    return frozenset(fact.key for fact in find(text, small=small) if fact.kind != "name")
