"""How true a merged summary is to its notes, measured without a judge.

Numbers, dates and names of the notes are counted that survive; those of the summary that are in no
note are invented. What is measured here is stored with the node; what falls below a threshold makes
the runner ask once more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise

from pipeline.store.structs import Citation
from pipeline.store.tables import NodeRow
from pipeline.text.facts import Kind, find
from pipeline.text.sentences import terms

KINDS: tuple[Kind, ...] = ("number", "date", "name")

KEPT = 0.6
"""Share of the facts that has to survive where the summary may be as long as the notes."""

MOST_CAPITALS = 0.2
"""Share of capitalised words inside sentences above which capitals do not mean names."""

LOOPING = 0.5
"""Share of repeated runs of words from which a sentence is a loop, and an answer is written anew."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence that must not be shown as right: `invented` (the items say what) or `uncited`."""

    sentence: int
    why: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The figures of one node.

    `kept` and `asked` count distinct facts a kind; `missing` and `invented` name them as written.
    `cited` is the share of sentences with a valid citation, `compression` tokens out over tokens of
    the notes, `repetition` the share of repeated runs of four words. `notes` say what was done.
    """

    asked: dict[str, int]
    kept: dict[str, int]
    missing: tuple[str, ...]
    invented: tuple[str, ...]
    cited: float
    compression: float
    repetition: float
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def share(self) -> float:
        """Facts kept over facts asked, all kinds together; 1 where there are none."""
        asked = sum(self.asked.values())
        return sum(self.kept.values()) / asked if asked else 1.0

    @property
    def invented_lines(self) -> set[int]:
        """The sentences that hold something invented."""
        return {mark.sentence for mark in self.marks if mark.why == "invented"}

    def faults(self, ratio: float, *, stays: bool) -> list[str]:
        """Why the answer has to be written again; none where it is good.

        `ratio` is the longest answer over the notes: a summary a tenth as long cannot keep all. `stays` says that
        sentences with something invented stay in the summary; where they are left out, they are no reason.
        """
        found = []
        if self.invented and stays:
            found.append("invented")
        if self.share < KEPT * min(1.0, ratio):
            found.append("lost")
        if self.repetition > LOOPING:
            found.append("loop")
        return found

    def to_json(self) -> str:
        """What is stored in the node's row."""
        return json.dumps({**asdict(self), "share": self.share}, ensure_ascii=False, sort_keys=True)


def comparable(notes: str) -> tuple[Kind, ...]:
    """The kinds of facts that can be compared: names only where capitals mean names.

    In German every noun has a capital, so that a third of the words would pass for names.
    """
    words = notes.split()
    capitals = sum(word[0].isupper() and not before.endswith((".", "!", "?")) for before, word in pairwise(words))
    return KINDS if capitals <= MOST_CAPITALS * len(words) else ("number", "date")


def measure(
    lines: Sequence[str],
    notes: str,
    citations: Sequence[Citation],
    *,
    ratio: float,
    kinds: Collection[Kind] = KINDS,
    done: Collection[str] = (),
    known: str = "",
) -> Fidelity:
    """The figures of a summary, sentence by sentence, against the text of its notes.

    What is in `known`, the notes and what they rest on, is not invented. `ratio` is its tokens over the notes' tokens;
    only facts of `kinds` are compared.
    """
    asked = {(fact.kind, fact.key): fact.text for fact in reversed(find(notes)) if fact.kind in kinds}
    text = "\n".join(lines)
    said = {(fact.kind, fact.key) for fact in find(text, small=True)}
    words = set(terms(text))
    kept = {fact for fact in asked if fact in said or (fact[0] == "name" and words.issuperset(terms(fact[1])))}
    wrong = invented(lines, known or notes, kinds)
    supported = {citation.sentence for citation in citations if citation.valid}
    marks = [Mark(number, "invented", items) for number, items in wrong.items()]
    marks += [Mark(number, "uncited") for number in range(len(lines)) if number not in supported]
    return Fidelity(
        asked={kind: sum(one == kind for one, _ in asked) for kind in KINDS},
        kept={kind: sum(one == kind for one, _ in kept) for kind in KINDS},
        missing=tuple(text for fact, text in reversed(asked.items()) if fact not in kept),
        invented=tuple(dict.fromkeys(item for items in wrong.values() for item in items)),
        cited=len(supported) / len(lines) if lines else 0.0,
        compression=ratio,
        repetition=repetition(text),
        marks=tuple(marks),
        notes=tuple(done),
    )


def invented(lines: Sequence[str], notes: str, kinds: Collection[Kind] = KINDS) -> dict[int, tuple[str, ...]]:
    """The sentences that hold a number or date which is not in the notes, or a name no word of which is."""
    known = {fact.key for fact in find(notes, small=True) if fact.kind != "name"}
    words = set(terms(notes))
    found = {}
    for number, line in enumerate(lines):
        wrong = [
            fact.text
            for fact in find(line)
            if fact.kind in kinds
            and (words.isdisjoint(terms(fact.text)) if fact.kind == "name" else fact.key not in known)
        ]
        if wrong:
            found[number] = tuple(dict.fromkeys(wrong))
    return found


def repetition(text: str, run: int = 4) -> float:
    """Share of the runs of `run` words that were there before."""
    words = terms(text)
    runs = Counter(tuple(words[at : at + run]) for at in range(len(words) - run + 1))
    total = sum(runs.values())
    return 1 - len(runs) / total if total else 0.0


def marked(node: NodeRow, why: str) -> dict[int, tuple[str, ...]]:
    """The sentences of a stored node that are marked for `why`, with what is wrong in them."""
    marks = json.loads(node.fidelity or "{}").get("marks", [])
    return {mark["sentence"]: tuple(mark["items"]) for mark in marks if mark["why"] == why}
