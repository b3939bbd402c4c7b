"""The decisions, tasks, open questions and figures of a run as rows: kept in the store, or told anew.

They are told by rule from the sentences that were said, and change with the names of speakers, with corrections and
with the rules. The table in the store is made when a run is finished, and again when one of these has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline import prompts
from pipeline.reports.reading import root
from pipeline.stages.describe import MEASURED
from pipeline.stages.speakers.assign import VERSION as ASSIGN_VERSION
from pipeline.stages.speakers.clustering import VERSION as CLUSTERING_VERSION
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import DESCRIBE, Run
from pipeline.store.tables import OutlineRow
from pipeline.text.figures import figures
from pipeline.text.lexicons import Lexicon, lexicon
from pipeline.text.notes import notes
from pipeline.text.said import Said, fluent, spoken

VERSION = 1
"""Raised when a rule changes what is found."""

GENERAL = "general"
"""The profile of a run that names none."""

SECTIONS = {"decision": "decisions", "task": "tasks", "question": "questions", "figure": "figures"}
"""The section of a profile's `sections.txt` by which each kind is shown."""


def outline_rows(run: Run) -> list[OutlineRow]:
    """The rows of a run, those of a kind in order of time; none where nobody speaks in it or there is no root."""
    kept = kept_rows(run)
    return told_rows(run, *_heard(run)) if kept is None else kept


def keep_outline(run: Run) -> list[OutlineRow]:
    """The same; where the store has no table of them that holds now, they are written to it."""
    kept = kept_rows(run)
    if kept is not None:
        return kept
    rows = told_rows(run, *_heard(run))
    if run.outline is not None and root(run) is not None:
        run.outline.save(rows, _rests_on(run))
    return rows


def kept_rows(run: Run) -> list[OutlineRow] | None:
    """The rows of the table in the store; None where it was told from something else than now, or is not there."""
    return None if run.outline is None else run.outline.rows(_rests_on(run))


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
        text=fluent(said.text, words),
    )


def _heard(run: Run) -> tuple[list[Said], Lexicon]:
    said = list(spoken(cue for row in Spoken(run).heard() for cue in row.cues))
    return said, lexicon(" ".join(one.text for one in said))


def rules(run: Run) -> str:
    """A hash of all by which the rows are told but the sentences themselves; no table is read."""
    document, names = run.document(), run.names()
    corrections = run.corrected().digest
    told_by = [
        [VERSION, CLUSTERING_VERSION, ASSIGN_VERSION],
        dict(run.key.stages),
        document.settings.get("speakers") if document is not None else None,
        names.digest if names is not None else "",
        prompts.sections(profile_of(run)),
        *([corrections] if corrections else []),
    ]
    return _hash(told_by)


def _rests_on(run: Run) -> str:
    """A hash of all that the rows are told from; no table is read."""
    described = run.stage(DESCRIBE)
    return _hash([rules(run), described.before if described is not None else ""])


def _hash(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
