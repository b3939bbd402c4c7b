"""The decisions, tasks, open questions and figures of a run as rows, told by rule from the sentences that were said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline import prompts
from pipeline.reports.reading import root
from pipeline.stages.describe import MEASURED
from pipeline.store import Run
from pipeline.store.tables import OutlineRow
from pipeline.text.figures import figures
from pipeline.text.lexicons import Lexicon
from pipeline.text.notes import notes
from pipeline.text.said import Said, stated

GENERAL = "general"
"""The profile of a run that names none."""

SECTIONS = {"decision": "decisions", "task": "tasks", "question": "questions", "figure": "figures"}
"""The section of a profile's `sections.txt` by which each kind is shown."""


def told_rows(run: Run, said: Sequence[Said], words: Lexicon) -> list[OutlineRow]:
    """The rows told from `said`, all sentences of the run with their speakers; `words` is the lexicon for them."""
    node = root(run)
    if node is None or node.model == MEASURED:
        return []
    shown = prompts.sections(profile_of(run))
    kinds = [kind for kind, section in SECTIONS.items() if section in shown]
    rows = sorted(
        (row for row in _told(run.key.recording, said, words) if row.kind in kinds),
        key=lambda row: (kinds.index(row.kind), row.start),
    )
    return [replace(row, index=number) for number, row in enumerate(rows)]


def profile_of(run: Run) -> str:
    """The profile by which a run was last asked for."""
    document = run.document()
    return str(document.settings.get("profile", GENERAL)) if document is not None else GENERAL


def _told(recording: str, said: Sequence[Said], words: Lexicon) -> Iterator[OutlineRow]:
    for note in notes(said, words):
        yield _row(recording, note.kind, note.said, words, who=note.who, what=note.what, when=note.when)
    for figure in figures(said, words):
        yield _row(recording, "figure", figure.said, words, what=figure.value)


def _row(
    recording: str, kind: str, said: Said, words: Lexicon, *, what: str, who: str = "", when: str = ""
) -> OutlineRow:
    return OutlineRow(
        recording=recording,
        index=0,
        kind=kind,
        start=said.span.start,
        end=said.span.end,
        speaker=said.speaker,
        who=who,
        what=what,
        when=when,
        text=stated(said.text, words),
    )
