"""From a sentence of a summary down the tree: to the nodes, the chunk, the cue and the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chunkers.spans import Span
from pipeline.store import Run
from pipeline.store.tables import DescribeRow, NodeRow
from pipeline.text.cues import Cue
from pipeline.text.sentences import terms


@dataclass(frozen=True, slots=True)
class Trail:
    """One way down: nodes from the top (level, index), the chunk, and the cue that says it.

    `cue` is the words' own time where something was heard, `words` what was said there; else they are the chunk's
    span and its summary.
    """

    nodes: tuple[tuple[int, int], ...]
    chunk: int
    span: Span
    cue: Span
    words: str


def trace(run: Run, node: NodeRow, sentence: int) -> list[Trail]:
    """The trails of a sentence (its number in `node.sentences`), one a valid citation, in order of time.

    Raises `IndexError` where the summary has no such sentence.
    """
    text = node.sentences[sentence]
    cited = [one.span for one in node.citations if one.valid and one.sentence == sentence]
    if not cited:
        return []
    chunks = [row for row in run.chunks() if any(row.span.overlaps(span) for span in cited)]
    heard = [cue for row in run.heard() if any(row.span.overlaps(span) for span in cited) for cue in row.cues]
    trails = []
    for span in cited:
        inside = [row for row in chunks if row.span.overlaps(span)]
        chunk, cue, words = _best(text, inside, heard)
        trails.append(Trail(_down(run, node, chunk.index), chunk.index, chunk.span, cue, words))
    return trails


def _best(text: str, chunks: Sequence[DescribeRow], heard: Sequence[Cue]) -> tuple[DescribeRow, Span, str]:
    """The chunk and cue that share most with the sentence; the earliest of equals."""
    wanted = set(terms(text))
    said = [(row, Span(cue.start, cue.end), cue.text) for row in chunks for cue in heard if row.span.holds(cue.start)]
    said = said or [(row, row.span, row.summary) for row in chunks]
    return max(said, key=lambda one: _shared(wanted, one[2]))


def _shared(wanted: set[str], words: str) -> float:
    return sum(1.0 if len(word) > 3 or word.isdigit() else 0.1 for word in wanted.intersection(terms(words)))


def _down(run: Run, node: NodeRow, chunk: int) -> tuple[tuple[int, int], ...]:
    """The nodes from `node` down to the chunk; the first of them where pieces of a chunk went several ways."""
    ways: dict[int, tuple[tuple[int, int], ...]] = {chunk: ()}
    for level in range(1, node.level + 1):
        found: dict[int, tuple[tuple[int, int], ...]] = {}
        for row in [node] if level == node.level else run.nodes(level):
            below = next((child for child in row.children if child in ways), None)
            if below is not None:
                found[row.index] = ((level, row.index), *ways[below])
        ways = found
    return ways[node.index]
