"""The merge as it runs: plan a level, have its nodes written, store each as soon as it is made, go up.

Killed at any moment, the next call goes on: a stored node whose inputs are the same is not made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from chunkers.spans import Span
from pipeline.errors import LimitError, StoreDamagedError
from pipeline.merge.heard import chapter_starts, heard_units
from pipeline.merge.inputs import ChunkSummary, Note, Unit, at_chapters, borders, of_chunks, of_nodes, pieces
from pipeline.merge.nodes import NodeWorker, Task
from pipeline.merge.plan import Group, Item, plan, plan_level
from pipeline.merge.shown import shown
from pipeline.prompts import Prompt
from pipeline.store import Run
from pipeline.store.tables import NodeRow
from pipeline.text.said import Said
from pipeline.text.worth import Worth

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

VERSION = 18
"""Raised where the same inputs would now give another node."""


def merge(run: Run, worker: NodeWorker, progress: Progress | None = None) -> NodeRow | None:
    """Merge the chunks of `run` into one root, which is returned; none where there is no text at all.

    The caller holds the run (`run.writing()`). `progress` gets nodes done and nodes in all. A node that
    the model fails at is stored as failed and tried again by the next call.
    """
    notes, whole = of_chunks(ChunkSummary.of(row) for row in run.chunks())
    if not notes:
        _delete(run, above=0)
        return None
    merger = _Merger(run, worker, progress, notes)
    merger.expect(notes)
    level, rows = 1, merger.level(1, notes)
    while len(rows) > 1:
        level += 1
        notes = of_nodes(rows)
        below = len(rows)
        rows = merger.level(level, notes) if notes else [merger.hopeless(level, rows, whole)]
        if len(rows) >= below:
            raise LimitError(f"level {level} is no smaller than the one below: the writer's counts do not add up.")
    _delete(run, above=level)
    return rows[0]


class _Merger:
    """Plans and stores level after level of one run."""

    def __init__(self, run: Run, worker: NodeWorker, progress: Progress | None, notes: Sequence[Note]) -> None:
        """`notes` are those of level 0."""
        self._run = run
        self._worker = worker
        self._prompts = worker.prompts
        self._progress = progress or (lambda _done, _total: None)
        self._done = 0
        self._total = 0
        self._said = list(heard_units(run))
        self._chapters = chapter_starts(run)
        told = self._said or [unit for note in notes for unit in note.units]
        self._told = Worth([Said(unit.spans[0], unit.text) for unit in told])
        self._begins = [unit.spans[0].start for unit in self._said]

    def _worth(self, unit: Unit) -> float:
        return self._told.of(unit.text, unit.spans)

    def expect(self, notes: Sequence[Note]) -> None:
        """Count the nodes to come, for the progress."""
        items = [Item(at, note.span, self._prompts.count(note.text)) for at, note in enumerate(notes)]
        self._total = plan(items, self._prompts.limits).nodes

    def level(self, level: int, notes: Sequence[Note]) -> list[NodeRow]:
        """All nodes of a level, in order; those that are stored with the same inputs are taken from there."""
        stored = self._stored(level)
        tasks = self._tasks(level, notes, stored)
        rows = self._reuse(level, tasks, stored)
        table = self._run.level(level)
        for part in [part for part in table.numbers() if part >= len(tasks)]:
            table.delete(part)
        self._advance(len(rows))
        missing = [index for index in range(len(tasks)) if index not in rows]
        for at in range(0, len(missing), self._worker.batch):
            for made in self._worker.work([tasks[index] for index in missing[at : at + self._worker.batch]]):
                rows[made.row.index] = self._kept(made.row)
        return [rows[index] for index in range(len(tasks))]

    def _reuse(self, level: int, tasks: Sequence[Task], stored: dict[int, NodeRow]) -> dict[int, NodeRow]:
        """The nodes that are there already; where a new one came before them they move up, the last first."""
        made = {row.inputs: row for row in stored.values() if row.status == "processed"}
        rows: dict[int, NodeRow] = {}
        for index, task in reversed(list(enumerate(tasks))):
            row = made.get(task.inputs)
            if row is None:
                continue
            rows[index] = replace(row, index=index)
            if row.index != index:
                self._run.level(level).write(index, [rows[index]])
        return rows

    def hopeless(self, level: int, rows: Sequence[NodeRow], whole: Span) -> NodeRow:
        """The root where no node of the level below has any text: it says so, and is tried again next time."""
        children = tuple(row.index for row in rows)
        group = Group(0, len(rows), whole, 0, 0)
        task = Task(self._run.key.recording, level, 0, group, (), (), children, Prompt(""), "")
        return self._kept(self._worker.failed(task, "no summary of the level below could be used"))

    # -- planning -----------------------------------------------------------------------------------

    def _items(self, notes: Sequence[Note]) -> list[Item]:
        ends = at_chapters(borders(notes), notes, self._chapters)
        count = self._prompts.count
        return [Item(at, note.span, count(note.text), ends[at]) for at, note in enumerate(notes)]

    def _tasks(self, level: int, notes: Sequence[Note], stored: dict[int, NodeRow]) -> list[Task]:
        """The level's nodes; where joined lines count more than their parts, the room is made smaller."""
        limits = self._prompts.limits
        while True:
            room = limits.room - limits.per_item
            fitting = [piece for note in notes for piece in pieces(note, room, self._prompts.count)]
            groups = plan_level(self._items(fitting), limits, _cuts(fitting, stored))
            tasks = [
                self._task(level, index, group, fitting[group.first : group.stop]) for index, group in enumerate(groups)
            ]
            if all(self._prompts.fits(task.prompt) for task in tasks):
                return tasks
            limits = replace(limits, overhead=limits.overhead + max(8, limits.room // 50))
            limits.check()

    def _task(self, level: int, index: int, group: Group, notes: Sequence[Note]) -> Task:
        """A node of all `notes`, with a prompt of those sentences that are shown.

        Its inputs are all notes: another part of the recording, made anew, may change what would be shown of this one,
        and does not make it anew.
        """
        prompts = self._prompts
        prompt = prompts.prompt(prompts.text(notes))
        children = tuple(dict.fromkeys(child for note in notes for child in note.children))
        moments = [
            [unit.text, [(span.start, span.end) for span in unit.spans]] for note in notes for unit in note.units
        ]
        payload = [VERSION, level, children, group.span.start, group.span.end, prompt.system, prompt.user, moments]
        said = self._said[bisect_left(self._begins, group.span.start) : bisect_left(self._begins, group.span.end)]
        payload += [prompts.limits.cap, prompts.prose, self._worker.name, [unit.text for unit in said]]
        digest = hashlib.sha256(json.dumps(payload).encode()).hexdigest()[:16]
        recording = self._run.key.recording
        kept = tuple(shown(notes, prompts.prose, prompts.count, self._worth))
        return Task(
            recording,
            level,
            index,
            group,
            tuple(notes),
            kept,
            children,
            prompts.prompt(prompts.text(kept)),
            digest,
            tuple(said),
            self._worth,
        )

    def _stored(self, level: int) -> dict[int, NodeRow]:
        """The level as an earlier call left it; a damaged part counts as none."""
        rows: dict[int, NodeRow] = {}
        table = self._run.level(level)
        for part in table.numbers():
            with contextlib.suppress(StoreDamagedError):
                rows.update((row.index, row) for row in table.read(part))
        return rows

    def _kept(self, row: NodeRow) -> NodeRow:
        self._run.level(row.level).write(row.index, [row])
        self._advance(1)
        where = f"{row.recording} {row.span}, level {row.level}"
        if row.error:
            log.warning("%s: %s: %s", where, row.status, row.error)
        else:
            log.info("%s: %s, %.1f s", where, row.status, row.seconds)
        return row

    def _advance(self, nodes: int) -> None:
        self._done += nodes
        self._total = max(self._total, self._done)
        self._progress(self._done, self._total)


def _cuts(notes: Sequence[Note], stored: dict[int, NodeRow]) -> list[int]:
    """Where the stored groups began, as positions in `notes`; nothing where they do not match."""
    at = {note.children[0]: position for position, note in enumerate(notes)}
    if len(at) < len(notes):
        return []
    firsts = [at.get(stored[index].children[0]) for index in sorted(stored)]
    return [first for first in firsts if first is not None] if None not in firsts else []


def _delete(run: Run, *, above: int) -> None:
    """Remove the nodes of levels that the tree no longer has."""
    for level in run.levels():
        if level > above:
            for part in run.level(level).numbers():
                run.level(level).delete(part)
