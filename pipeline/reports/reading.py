"""What every report needs to know of a run, read from the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chunkers.spans import Span, stamp
from pipeline.store import HEAR, MERGE, Run
from pipeline.store.coverage import Coverage, coverage
from pipeline.store.tables import DescribeRow, HearRow, NodeRow

MEANING = {
    "processed": "heard and summarised",
    "silent": "no speech: never given to a model",
    "failed": "a model failed; tried again by the next `longmedia run`",
    "skipped": "not in the file, or left out",
}
"""What the states of a span mean."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a summary with the moments that bear it out; none where no moment was found."""

    text: str
    moments: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chunk with the windows in it; while describing has not come so far, a window alone."""

    span: Span
    status: str
    error: str
    chunk: DescribeRow | None
    heard: tuple[HearRow, ...]

    @property
    def anchor(self) -> str:
        """Its name inside a report."""
        return f"t{self.span.start}"


def root(run: Run) -> NodeRow | None:
    """The one summary of the highest level; None where nothing was said, or the run is not finished."""
    levels = run.levels()
    if not levels:
        return None
    nodes = list(run.nodes(levels[-1]))
    return nodes[0] if len(nodes) == 1 else None


def sections(run: Run, heard: Iterable[HearRow]) -> Iterator[Section]:
    """The recording in order, as far as it was heard (`heard`) and described."""
    waiting = iter(heard)
    row = next(waiting, None)
    for chunk in run.chunks():
        inside: list[HearRow] = []
        while row is not None and row.start < chunk.end:
            inside.append(row)
            row = next(waiting, None)
        yield Section(chunk.span, chunk.status, chunk.error, chunk, tuple(inside))
    while row is not None:
        yield Section(row.span, row.status, row.error, None, (row,))
        row = next(waiting, None)


def covered(run: Run) -> Coverage:
    """The coverage of what was described, or where nothing was as yet, of what was heard."""
    described = coverage(run.chunks())
    return described if described.end else coverage(run.heard() if run.has(HEAR) else run.seen())


def no_summary(run: Run, total: Coverage) -> str:
    """Why a run has no summary, in a sentence."""
    document = run.document()
    result = document.result if document is not None else None
    if result is None:
        return "The run is not finished: run it again."
    if not run.has(MERGE):
        return "This run ends before the summary: run it without `--only`."
    if not total.ticks["processed"]:
        return "Nothing was said in this recording."
    if result.failed_nodes or result.parts != run.parts():
        return "The run is not finished: run it again."
    return "Nothing was said that a summary could tell: only greetings, remarks or fragments."


def notes(run: Run) -> list[str]:
    """What the passes over the recording found, in words."""
    found = [run.stage(name) for name in run.key.stages]
    return list(dict.fromkeys(note for one in found if one and one.decoded for note in one.decoded.notes))


def heading(run: Run, end: int) -> str:
    """What stands below a report's title: the length (ticks), and the languages heard where they are known."""
    heard = [row for row in run.heard() if row.transcript]
    known = ", ".join(dict.fromkeys(row.language for row in heard if row.language))
    return " · ".join(filter(None, [stamp(end), known if heard else "no speech"]))


def imported(run: Run) -> bool:
    """Whether a transcript was brought along instead of the recording being heard."""
    return run.has(HEAR) and any(row.source == "imported" for row in run.heard())


def by_time(found: list[Sentence]) -> list[Sentence]:
    """Sentences in the order of their first moments; one without a moment stays behind the one before it."""
    clock, keyed = 0, []
    for sentence in found:
        clock = sentence.moments[0].start if sentence.moments else clock
        keyed.append((clock, sentence))
    return [sentence for _, sentence in sorted(keyed, key=lambda pair: pair[0])]


def traced(node: NodeRow) -> list[Sentence]:
    """The sentences of a node, each with its valid citations in order of time."""
    moments: dict[int, list[Span]] = {}
    for citation in node.citations:
        if citation.valid:
            moments.setdefault(citation.sentence, []).append(citation.span)
    return [Sentence(text, tuple(sorted(set(moments.get(number, []))))) for number, text in enumerate(node.sentences)]
