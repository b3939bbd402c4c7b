"""What every report needs to know of a run, read from the store."""

from __future__ import annotations

from dataclasses import dataclass

from chunkers.spans import Span
from pipeline.store import Run
from pipeline.store.tables import NodeRow
from pipeline.text.sentences import sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a summary with the moments that bear it out; none where no moment was found."""

    text: str
    moments: tuple[Span, ...]


def root(run: Run) -> NodeRow | None:
    """The one summary of the highest level; None where nothing was said, or the run is not finished."""
    levels = [level for level in run.levels() if level > 0]
    if not levels:
        return None
    nodes = list(run.nodes(levels[-1]))
    return nodes[0] if len(nodes) == 1 else None


def by_time(sentences_of_node: list[Sentence]) -> list[Sentence]:
    """Sentences in the order of their first moments; one without a moment stays behind the one before it."""
    clock, keyed = 0, []
    for sentence in sentences_of_node:
        clock = sentence.moments[0].start if sentence.moments else clock
        keyed.append((clock, sentence))
    return [sentence for _, sentence in sorted(keyed, key=lambda pair: pair[0])]


def traced(node: NodeRow) -> list[Sentence]:
    """The sentences of a node, each with its valid citations in order of time."""
    moments: dict[int, list[Span]] = {}
    for citation in node.citations:
        if citation["valid"]:
            moments.setdefault(citation["sentence"], []).append(Span(citation["start"], citation["end"]))
    return [
        Sentence(text, tuple(sorted(set(moments.get(number, []))))) for number, text in enumerate(sentences(node.text))
    ]
