"""The outline of a run: kept in the store, or told anew.

It is told by rule from what is stored, and changes with the names of speakers, with corrections and with the rules.
What is kept of it, its rows and the document of the usual length, is made when a run is finished, and again when one
of these has changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipeline import prompts
from pipeline.merge.run import VERSION as MERGE_VERSION
from pipeline.reports.outline import Length, said_sentences, told_outline, told_titles
from pipeline.reports.outline_rows import profile_of, told_rows
from pipeline.reports.outline_types import Outline
from pipeline.reports.reading import root
from pipeline.stages.describe import VERSION as DESCRIBE_VERSION
from pipeline.stages.speakers.assign import VERSION as ASSIGN_VERSION
from pipeline.stages.speakers.clustering import VERSION as CLUSTERING_VERSION
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import DESCRIBE, Run
from pipeline.store.tables import NodeRow, OutlineRow
from pipeline.text.lexicons import lexicon

VERSION = 4
"""Raised when a rule changes what is found, or what is chosen of it."""

KEPT: Length = "normal"
"""The length of the document that is kept; the others are told when they are asked for."""


@dataclass(frozen=True, slots=True)
class _Document:
    """An outline, and a hash of the summary that it was told from."""

    root: str
    outline: Outline


_DOCUMENT = TypeAdapter(_Document)


def outline(run: Run, length: Length = "normal", heard: Spoken | None = None) -> Outline:
    """The outline of a run, with the sections of its profile; empty while there is no root.

    `heard` is what was heard in the run, where the caller has told the speakers apart already: it is not cheap.
    """
    kept = _kept(run) if length == KEPT else None
    if kept is not None:
        return kept
    heard = heard or Spoken(run)
    rows = kept_rows(run)
    return told_outline(run, length, heard, _told_rows(run, heard) if rows is None else rows)


def titled(run: Run, heard: Spoken | None = None) -> Outline:
    """The headline and the chapters alone, these without sentences: where none is kept, the rest takes longer."""
    kept = _kept(run)
    if kept is None:
        return told_titles(run, heard or Spoken(run))
    return Outline(headline=kept.headline, chapters=tuple(replace(chapter, lines=()) for chapter in kept.chapters))


def outline_rows(run: Run) -> list[OutlineRow]:
    """Its rows, those of a kind in order of time; none where nobody speaks in it or there is no root."""
    kept = kept_rows(run)
    return _told_rows(run, Spoken(run)) if kept is None else kept


def keep_outline(run: Run, *, anew: bool = False) -> list[OutlineRow]:
    """The same; where the store has no rows that hold now, or they are to be told `anew`, the outline is written to it.

    After a run of which something was made, it is: what failed in an earlier one may stand in the summary now.
    """
    kept = None if anew else kept_rows(run)
    if kept is not None:
        return kept
    heard, node = Spoken(run), root(run)
    rows = _told_rows(run, heard)
    if run.outline is not None and node is not None:
        document = _Document(_digest(node), told_outline(run, KEPT, heard, rows))
        run.outline.save(rows, _DOCUMENT.dump_json(document), _rests_on(run))
    return rows


def kept_rows(run: Run) -> list[OutlineRow] | None:
    """The rows of the table in the store; None where it was told from something else than now, or is not there."""
    return None if run.outline is None else run.outline.rows(_rests_on(run))


def rules(run: Run) -> str:
    """A hash of all by which the outline is told but the sentences themselves; no table is read."""
    document, names = run.document(), run.names()
    corrections = run.corrected().digest
    told_by = [
        [VERSION, CLUSTERING_VERSION, ASSIGN_VERSION, DESCRIBE_VERSION, MERGE_VERSION],
        dict(run.key.stages),
        document.settings.get("speakers") if document is not None else None,
        names.digest if names is not None else "",
        prompts.sections(profile_of(run)),
        *([corrections] if corrections else []),
    ]
    return _hash(told_by)


def _kept(run: Run) -> Outline | None:
    """The document in the store; None where it was told from something else, or another summary, than there is now."""
    document = None if run.outline is None else run.outline.document(_rests_on(run))
    try:
        kept = None if document is None else _DOCUMENT.validate_json(document)
    except ValidationError:  # of a version that called its parts otherwise
        return None
    node = root(run)
    return kept.outline if kept is not None and node is not None and kept.root == _digest(node) else None


def _digest(node: NodeRow) -> str:
    return _hash([node.inputs, node.text])


def _told_rows(run: Run, heard: Spoken) -> list[OutlineRow]:
    said = said_sentences(heard)
    return told_rows(run, said, lexicon(" ".join(one.text for one in said)))


def _rests_on(run: Run) -> str:
    """A hash of all that the outline is told from but the summary; no table is read."""
    described = run.stage(DESCRIBE)
    return _hash([rules(run), described.before if described is not None else ""])


def _hash(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
