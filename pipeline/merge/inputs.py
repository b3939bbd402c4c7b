"""What goes into a merge: the usable sentences of the level below, each with the moments it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from chunkers.spans import Span
from pipeline.merge.fidelity import marked
from pipeline.store.tables import DescribeRow, NodeRow
from pipeline.text.sentences import joined, sentences, terms
from pipeline.text.split import split

_TOPIC_WIDTH = 3
"""Notes on either side of a border that are compared to find out whether the topic ends there."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of a note and the moments it rests on, down to chunks."""

    text: str
    spans: tuple[Span, ...]
    speaker: str = ""
    """Whose sentence it is, where it was said and that is known."""


@dataclass(frozen=True, slots=True)
class Note:
    """The text of one chunk or node as it is merged.

    `children` are the rows of the level below that it stands for: its own, and those beside it that
    have no text. `span` is the union of theirs.
    """

    children: tuple[int, ...]
    span: Span
    text: str
    units: tuple[Unit, ...]
    quiet_before: bool = False


@dataclass(frozen=True, slots=True)
class ChunkSummary:
    """What merging needs of a chunk: a recording's transcripts never are in memory at once."""

    index: int
    span: Span
    status: str
    summary: str

    @classmethod
    def of(cls, row: DescribeRow) -> ChunkSummary:
        """A row of level 0 without what is heavy; a chunk that could not be heard may hold what was seen in it."""
        usable = row.status == "processed" or row.failed_step == "hear"
        return cls(row.index, row.span, row.status, row.summary.strip() if usable else "")


def of_chunks(chunks: Iterable[ChunkSummary]) -> tuple[list[Note], Span]:
    """The notes of level 0, and the span of the whole level.

    A chunk without text goes with the one before it, and those before the first text with that.
    """
    rows = list(chunks)
    if not rows:
        return [], Span(0, 0)
    own = [at for at, row in enumerate(rows) if row.summary]
    notes = []
    for number, at in enumerate(own):
        first = at if number else 0
        stop = own[number + 1] if number + 1 < len(own) else len(rows)
        notes.append(
            Note(
                children=tuple(row.index for row in rows[first:stop]),
                span=Span(rows[first].span.start, rows[stop - 1].span.end),
                text=rows[at].summary,
                units=tuple(Unit(text, (rows[at].span,)) for text in sentences(rows[at].summary)),
                quiet_before=any(row.status == "silent" for row in rows[own[number - 1] if number else 0 : at]),
            )
        )
    return notes, Span(rows[0].span.start, rows[-1].span.end)


def of_nodes(nodes: Iterable[NodeRow]) -> list[Note]:
    """The notes of a level above 0: sentences that are marked as invented stay behind.

    A node without usable text goes with the one before it.
    """
    notes: list[Note] = []
    waiting: list[NodeRow] = []
    for node in nodes:
        units = _units(node) if node.status == "processed" else ()
        rows = [*waiting, node]
        waiting = []
        if units:
            notes.append(
                Note(
                    tuple(row.index for row in rows),
                    Span(rows[0].start, node.end),
                    joined(unit.text for unit in units),
                    units,
                )
            )
        elif notes:
            last = notes[-1]
            children = (*last.children, *(row.index for row in rows))
            notes[-1] = replace(last, children=children, span=Span(last.span.start, node.end))
        else:
            waiting = rows
    return notes


def pieces(note: Note, room: int, count: Callable[[str], int]) -> list[Note]:
    """A note that is longer than `room` tokens as several that are not, each with the moments of its own sentences.

    They are cut between sentences; one that is itself too long is cut within.
    """
    if count(note.text) <= room:
        return [note]
    whole = note.units or (Unit(note.text, ()),)
    units = [replace(unit, text=part) for unit in whole for part in split(unit.text, room, count) if part.strip()]
    groups: list[list[Unit]] = []
    for unit in units:
        if groups and count(joined([*(one.text for one in groups[-1]), unit.text])) <= room:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return [replace(note, text=joined(unit.text for unit in group), units=tuple(group)) for group in groups]


def borders(notes: Sequence[Note]) -> list[float]:
    """For each note how strongly a topic ends before it, in [0, 1]; 1 where there was silence."""
    words = [frozenset(terms(note.text)) for note in notes]
    found = []
    for at, note in enumerate(notes):
        before = frozenset[str]().union(*words[max(0, at - _TOPIC_WIDTH) : at])
        after = frozenset[str]().union(*words[at : at + _TOPIC_WIDTH])
        shared = len(before & after) / max(1, min(len(before), len(after)))
        found.append(1.0 if note.quiet_before else 1.0 - shared)
    return found


def at_chapters(strengths: Sequence[float], notes: Sequence[Note], starts: Sequence[int]) -> list[float]:
    """The strengths of `borders`, 1 before the note that begins nearest to each of the chapters' `starts` (ticks)."""
    found = list(strengths)
    for start in starts:
        nearest = min(range(len(notes)), key=lambda at: abs(notes[at].span.start - start), default=0)
        if nearest:
            found[nearest] = 1.0
    return found


def _units(node: NodeRow) -> tuple[Unit, ...]:
    wrong = marked(node, "invented")
    spans: dict[int, list[Span]] = {}
    for citation in node.citations:
        if citation.valid:
            spans.setdefault(citation.sentence, []).append(citation.span)
    return tuple(
        Unit(text, tuple(spans.get(number, ()))) for number, text in enumerate(node.sentences) if number not in wrong
    )
