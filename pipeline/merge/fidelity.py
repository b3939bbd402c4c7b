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

from pipeline.facts import Kind, facts
from pipeline.merge.citations import Citation
from pipeline.merge.sentences import terms
from pipeline.tables import NodeRow

KINDS: tuple[Kind, ...] = ("number", "date", "name")

KEPT = 0.6
"""Share of the facts that has to survive where the summary may be as long as the notes."""

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

    def faults(self, ratio: float) -> list[str]:
        """Why the answer has to be written again; none where it is good.

        `ratio` is the longest answer over the notes: a summary a tenth as long cannot keep all.
        """
        found = []
        if self.invented:
            found.append("invented")
        if self.share < KEPT * min(1.0, ratio):
            found.append("lost")
        if self.repetition > LOOPING:
            found.append("loop")
        return found

    def to_json(self) -> str:
        """What is stored in the node's row."""
        return json.dumps({**asdict(self), "share": self.share}, ensure_ascii=False, sort_keys=True)


def measure(
    lines: Sequence[str], notes: str, citations: Sequence[Citation], *, ratio: float, done: Collection[str] = ()
) -> Fidelity:
    """The figures of a summary, sentence by sentence, against the text of its notes.

    `ratio` is its tokens over the notes' tokens.
    """
    asked = {(fact.kind, fact.key): fact.text for fact in reversed(facts(notes))}
    known = {fact.key for fact in facts(notes, small=True) if fact.kind != "name"}
    words = set(terms(notes))
    kept: set[tuple[str, str]] = set()
    marks: list[Mark] = []
    invented: list[str] = []
    supported = {citation.sentence for citation in citations if citation.valid}
    for number, line in enumerate(lines):
        wrong = []
        for fact in facts(line, small=True):
            if (fact.kind, fact.key) in asked:
                kept.add((fact.kind, fact.key))
        for fact in facts(line):
            held = words.intersection(terms(fact.text)) if fact.kind == "name" else fact.key in known
            if not held:
                wrong.append(fact.text)
        if wrong:
            marks.append(Mark(number, "invented", tuple(dict.fromkeys(wrong))))
            invented += wrong
        if number not in supported:
            marks.append(Mark(number, "uncited"))
    low = {key for kind, key in asked if kind == "name" and set(terms(key)) <= set(terms(" ".join(lines)))}
    kept |= {(kind, key) for kind, key in asked if kind == "name" and key in low}
    return Fidelity(
        asked={kind: sum(1 for one, _ in asked if one == kind) for kind in KINDS},
        kept={kind: sum(1 for one, _ in kept if one == kind) for kind in KINDS},
        missing=tuple(text for fact, text in reversed(asked.items()) if fact not in kept),
        invented=tuple(dict.fromkeys(invented)),
        cited=len(supported) / len(lines) if lines else 0.0,
        compression=ratio,
        repetition=repetition(" ".join(lines)),
        marks=tuple(marks),
        notes=tuple(done),
    )


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
