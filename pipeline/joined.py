"""Many files as one recording: each goes through its stages by itself, and their rows are merged on one clock."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chunkers.printable import printable
from chunkers.spans import Span
from pipeline.chain import Chain, Link, chain
from pipeline.errors import NotFoundError
from pipeline.fallback.client import open_fallback
from pipeline.fallback.gate import admit_store
from pipeline.job import Job, Watch
from pipeline.joining import Placing, placed
from pipeline.models.registry import Registry
from pipeline.process import Outcome, Stop, stoppable
from pipeline.results import ended, finished, new_document, note_asked
from pipeline.settings import Settings
from pipeline.source import Source, open_source
from pipeline.stages.describe import MEASURED
from pipeline.stages.see.looked import Looked, Seen
from pipeline.store import DESCRIBE, HEAR, MERGE, SEE, STAGES, Run, Store
from pipeline.store.documents import DecodedDocument, RecordingDocument, StageDocument, unless_damaged
from pipeline.store.parts import Parts
from pipeline.store.runs import JOINED
from pipeline.store.shifted import StageRow, gap, shifted
from pipeline.store.structs import Event
from pipeline.store.tables import DescribeRow
from pipeline.text.sentences import joined, sentences

VERSION = 1
"""Raised when code changes how rows are joined."""

PART_ROWS = 32
"""Rows a Parquet part of a joined table."""

NO_FILE = "no file holds this time"
NOT_IN_FILE = "not in the file that holds this time"


@dataclass(frozen=True, slots=True)
class PartRun:
    """One of the files, and its run as far as its chunks are described."""

    path: Path
    run: Run

    @property
    def length(self) -> int:
        """Ticks, to the end of its last chunk."""
        return max((row.end for row in self.run.chunks()), default=0)


def join(
    folder: Path,
    parts: Sequence[PartRun],
    settings: Settings,
    store: Store,
    registry: Registry,
    *,
    watch: Watch = lambda _step: None,
    stop: Stop | None = None,
    egress: bool = False,
) -> Outcome:
    """Make one recording, named after `folder`, of runs that end with describing; a finished one is answered at once.

    Raises what `process` raises, and `NotFoundError` where there is no part.
    """
    started = time.monotonic()
    if not parts:
        raise NotFoundError(folder, "holds no recording that could be read.")
    placing = placed([(part.path, part.length) for part in parts])
    runs = {part.path: part.run for part in parts}
    source = _source(folder, placing, runs)
    store = admit_store(store, settings.fallback, folder, source.recording, source.also)
    links = _links(settings, source, placing, runs)
    run = store.run(links.run)
    done = finished(run)
    if done is not None:
        note_asked(store, run, links.settings)
        return Outcome(run, done[0].state, False, done[1], time.monotonic() - started)
    fallback = open_fallback(settings.fallback, folder, run.key.path, egress=egress, also=source.also)
    with run.writing():
        end = placing.files[-1].span.end
        document = RecordingDocument(
            recording=source.recording, container=JOINED, duration=end, names=(printable(folder.name),)
        )
        store.save_recording(document)
        now = new_document(links).model_copy(update={"duration": end})
        run.save(now)
        for link in links.links:
            if link.stage != MERGE:
                _copy(run, link, placing, runs)
        merging = Chain(source, links.settings, tuple(link for link in links.links if link.stage == MERGE))
        job = Job(merging, run, registry.lease(), stoppable(watch, stop), fallback, egress=egress)
        try:
            job.run_all()
        finally:
            job.close()
        seconds = time.monotonic() - started
        result, total = ended(run, now, seconds)
    return Outcome(run, result.state, True, total, seconds)


def _source(folder: Path, placing: Placing, runs: dict[Path, Run]) -> Source:
    whole = [[runs[one.path].key.recording, one.span.start] for one in placing.files]
    recording = hashlib.sha256(json.dumps(["joined", whole]).encode()).hexdigest()[:32]
    return Source(folder, recording, parts=tuple(one.path for one in placing.files))


def _links(settings: Settings, source: Source, placing: Placing, runs: dict[Path, Run]) -> Chain:
    """The joined tables, and the merge of them: its key is made as that of the first part is."""
    first = open_source(placing.files[0].path, settings.audio.track, channel=settings.audio.channel)
    own = chain(settings, first)
    engines = {link.stage: link.engine for link in own.links}
    links: list[Link] = []
    corrected = [runs[one.path].corrected().effect(runs[one.path].as_heard()) for one in placing.files]
    for stage in STAGES:
        keys = [[runs[one.path].key.stages.get(stage, ""), one.span.start] for one in placing.files]
        if stage == MERGE or not any(key for key, _ in keys):
            continue
        rests_on = {"version": VERSION, "joined": keys}
        if stage in (HEAR, DESCRIBE) and any(corrected):
            rests_on["corrected"] = corrected
        links.append(Link(stage, engines.get(stage, ""), _key(rests_on), rests_on))
    merge = own.links[-1]
    rests_on = merge.rests_on | {"before": links[-1].key}
    return Chain(source, own.settings, (*links, Link(MERGE, merge.engine, _key(rests_on), rests_on)))


def _key(rests_on: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()[:16]


def _copy(run: Run, link: Link, placing: Placing, runs: dict[Path, Run]) -> None:
    """Write the joined table of a stage, unless it is there."""
    table: Parts[Any] = run.table(link.stage)
    document = unless_damaged(lambda: run.stage(link.stage))
    if document is not None and document.parts == len(table.numbers()):
        return
    rows: list[Any] = []
    number = 0
    for row in _rows(run, link.stage, placing, runs):
        rows.append(row)
        if len(rows) == PART_ROWS:
            table.write(number, rows)
            number, rows = number + 1, []
    if rows:
        table.write(number, rows)
        number += 1
    notes = placing.notes if link.stage == DESCRIBE else ()
    decoded = DecodedDocument(duration=placing.files[-1].span.end, notes=(*notes, *_notes(link.stage, placing, runs)))
    run.save_stage(
        StageDocument(
            stage=link.stage,
            key=link.key,
            rests_on=link.rests_on,
            part_rows=PART_ROWS,
            parts=number,
            decoded=decoded,
        )
    )


def _notes(stage: str, placing: Placing, runs: dict[Path, Run]) -> Iterator[str]:
    """What the passes over the files found, each with the name of its file."""
    for one in placing.files:
        run = runs[one.path]
        document = run.stage(stage) if run.has(stage) else None
        for note in document.decoded.notes if document is not None and document.decoded is not None else ():
            yield f"{printable(one.path.name)}: {note}"


def _rows(run: Run, stage: str, placing: Placing, runs: dict[Path, Run]) -> Iterator[StageRow]:
    """The rows of all files on one clock, with a row for what none of them holds: they touch, from zero on."""
    kind: type[StageRow] = run.table(stage).row
    recording, index, at = run.key.recording, 0, 0
    retold = _Retold(run) if stage == DESCRIBE and run.has(SEE) else None
    for one in placing.files:
        if one.span.start > at:
            yield gap(kind, recording, index, Span(at, one.span.start), NO_FILE)
            index, at = index + 1, one.span.start
        part = runs[one.path]
        looked = Looked(part.seen()) if retold is not None else None
        for row in _rows_of(part, stage):
            start = row.start + one.span.start
            if start > at:
                yield gap(kind, recording, index, Span(at, start), NOT_IN_FILE)
                index += 1
            moved = shifted(row, recording, index, one.span.start)
            if retold is not None and looked is not None and isinstance(moved, DescribeRow):
                retold.put(moved, looked.within(row.span))
            yield moved
            index, at = index + 1, row.end + one.span.start
        if at < one.span.end:
            yield gap(kind, recording, index, Span(at, one.span.end), NOT_IN_FILE)
            index, at = index + 1, one.span.end


def _rows_of(part: Run, stage: str) -> Iterator[Any]:
    """The rows of a stage of one file; what was heard, with what people have put right in it."""
    if stage == HEAR:
        yield from part.heard()
    elif part.has(stage):
        yield from part.table(stage).rows()


class _Retold:
    """Sentences about the picture hold times: of the whole recording they are told anew."""

    def __init__(self, run: Run) -> None:
        self._looked = Looked(run.seen())
        self._spoken = any(row.transcript for row in run.heard())

    def put(self, row: DescribeRow, before: Seen) -> None:
        """Put what is seen of a moved row in the place of what its file alone told."""
        seen = self._looked.within(row.span)
        if row.model == MEASURED:
            told = seen.beside_words if self._spoken else seen.statements
            row.summary = joined(one.text for one in told)
        else:
            for one in before.statements:
                row.summary = row.summary.replace(one.text, "")
            row.summary = joined([*sentences(row.summary), *(one.text for one in seen.notable)])
        old = {one.text for one in before.statements}
        kept = [event for event in row.events if event.text not in old]
        row.events = [*kept, *(Event(one.span.start, one.text) for one in seen.notable)]
