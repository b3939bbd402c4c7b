"""The merge as it runs: plan a level, write its nodes, store each as soon as it is made, go up.

Killed at any moment, the next call goes on: a stored node whose inputs are the same is not made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from chunkers.spans import Span
from pipeline.errors import EgressError, LimitError, ModelError, StoreDamagedError
from pipeline.fallback.client import FallbackClient
from pipeline.fallback.hook import Question
from pipeline.fallback.policy import Trigger
from pipeline.merge.finish import Draft, Finisher
from pipeline.merge.inputs import ChunkSummary, Note, Unit, borders, of_chunks, of_nodes
from pipeline.merge.plan import Group, Item, Limits, plan, plan_level
from pipeline.merge.prompting import MergePrompts
from pipeline.models.endpoint.messages import Ask
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import Prompt
from pipeline.settings import Settings
from pipeline.store import Run
from pipeline.store.tables import NodeRow, to_nodes
from pipeline.text.sentences import sentences
from pipeline.text.split import split

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

_VERSION = 2
"""Raised where the same inputs would now give another node."""


def merge(
    run: Run,
    writer: Writer,
    settings: Settings,
    *,
    progress: Progress | None = None,
    fallback: FallbackClient | None = None,
) -> NodeRow | None:
    """Merge level 0 of `run` into one root, which is returned; none where there is no text at all.

    The caller holds the run (`run.writing()`). `progress` gets nodes done and nodes in all. A node that
    the model fails at goes to `fallback`, where there is one, else it is stored as failed and tried again by the
    next call.
    """
    notes, whole = of_chunks(ChunkSummary.of(row) for row in run.chunks())
    if not notes:
        _delete(run, above=0)
        return None
    merger = _Merger(run, writer, settings, progress, fallback)
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


@dataclass(frozen=True, slots=True)
class _Task:
    """One node to be written."""

    group: Group
    notes: tuple[Note, ...]
    children: tuple[int, ...]
    prompt: Prompt
    inputs_hash: str


class _Merger:
    """Writes level after level of one run."""

    def __init__(
        self, run: Run, writer: Writer, settings: Settings, progress: Progress | None, fallback: FallbackClient | None
    ) -> None:
        self._run = run
        self._fallback = fallback
        self._writer = writer
        self._prompts = MergePrompts(writer, settings)
        self._batch = settings.write.slots
        self._progress = progress or (lambda _done, _total: None)
        self._done = 0
        self._total = 0

    def expect(self, notes: Sequence[Note]) -> None:
        """Count the nodes to come, for the progress."""
        items = [Item(at, note.span, self._prompts.count(note.text)) for at, note in enumerate(notes)]
        self._total = plan(items, self._prompts.limits).nodes

    def level(self, level: int, notes: Sequence[Note]) -> list[NodeRow]:
        """All nodes of a level, in order; those that are stored with the same inputs are taken from there."""
        stored = self._stored(level)
        tasks = self._tasks(level, notes, stored)
        rows = self._reuse(level, tasks, stored)
        for part in [part for part in self._run.parts(level) if part >= len(tasks)]:
            self._run.delete(level, part)
        self._advance(len(rows))
        missing = [index for index in range(len(tasks)) if index not in rows]
        for at in range(0, len(missing), self._batch):
            batch = {index: tasks[index] for index in missing[at : at + self._batch]}
            for row in self._write(level, batch):
                rows[row.index] = self._kept(row)
        return [rows[index] for index in range(len(tasks))]

    def _reuse(self, level: int, tasks: Sequence[_Task], stored: dict[int, NodeRow]) -> dict[int, NodeRow]:
        """The nodes that are there already; where a new one came before them they move up, the last first."""
        made = {row.inputs_hash: row for row in stored.values() if row.status == "processed"}
        rows: dict[int, NodeRow] = {}
        for index, task in reversed(list(enumerate(tasks))):
            row = made.get(task.inputs_hash)
            if row is None:
                continue
            rows[index] = replace(row, index=index)
            if row.index != index:
                self._run.write_nodes(level, index, [rows[index]])
        return rows

    def hopeless(self, level: int, rows: Sequence[NodeRow], whole: Span) -> NodeRow:
        """The root where no node of the level below has any text: it says so, and is tried again next time."""
        children = tuple(row.index for row in rows)
        task = _Task(Group(0, len(rows), whole, 0, 0), (), children, Prompt(""), "")
        return self._kept(self._row(level, 0, task, None, error="no summary of the level below could be used"))

    # -- planning -----------------------------------------------------------------------------------

    def _items(self, notes: Sequence[Note]) -> list[Item]:
        ends = borders(notes)
        count = self._prompts.count
        return [Item(at, note.span, count(note.text), ends[at]) for at, note in enumerate(notes)]

    def _tasks(self, level: int, notes: Sequence[Note], stored: dict[int, NodeRow]) -> list[_Task]:
        """The level's nodes; where joined lines count more than their parts, the room is made smaller."""
        limits = self._prompts.limits
        while True:
            pieces = [piece for note in notes for piece in self._pieces(note, limits)]
            groups = plan_level(self._items(pieces), limits, _cuts(pieces, stored))
            tasks = [self._task(level, group, pieces[group.first : group.stop]) for group in groups]
            if all(self._prompts.fits(task.prompt) for task in tasks):
                return tasks
            limits = replace(limits, overhead=limits.overhead + max(8, limits.room // 50))
            limits.check()

    def _pieces(self, note: Note, limits: Limits) -> list[Note]:
        room = limits.room - limits.per_item
        if self._prompts.count(note.text) <= room:
            return [note]
        spans = note.units[0].spans if note.units else ()
        return [
            replace(note, text=text.strip(), units=tuple(Unit(line, spans) for line in sentences(text)))
            for text in split(note.text, room, self._prompts.count)
        ]

    def _task(self, level: int, group: Group, notes: Sequence[Note]) -> _Task:
        prompts = self._prompts
        prompt = prompts.prompt(prompts.text(notes))
        children = tuple(dict.fromkeys(child for note in notes for child in note.children))
        moments = [
            [unit.text, [(span.start, span.end) for span in unit.spans]] for note in notes for unit in note.units
        ]
        payload = [_VERSION, level, children, group.span.start, group.span.end, prompt.system, prompt.user, moments]
        payload += [prompts.limits.cap, prompts.prose, self._writer.name]
        digest = hashlib.sha256(json.dumps(payload).encode()).hexdigest()[:16]
        return _Task(group, tuple(notes), children, prompt, digest)

    # -- writing ------------------------------------------------------------------------------------

    def _write(self, level: int, tasks: dict[int, _Task]) -> Iterator[NodeRow]:
        """The rows of a batch, in the order in which they are done."""
        again: dict[int, tuple[Written, Draft]] = {}
        asked = {}
        for index, task in tasks.items():
            if self._is_only_note(task):
                yield self._row(level, index, task, self._finisher(task).verbatim())
            else:
                asked[index] = task
        for index, answer in self._ask({index: task.prompt for index, task in asked.items()}).items():
            if isinstance(answer, ModelError):
                yield self._asked_again(level, index, asked[index], answer)
                continue
            finisher = self._finisher(asked[index])
            draft = finisher.draft(answer)
            if not draft.text or draft.fidelity.faults(finisher.ratio):
                again[index] = answer, draft
            else:
                yield self._row(level, index, asked[index], draft, [answer])
        yield from self._write_again(level, tasks, again)

    def _write_again(
        self, level: int, tasks: dict[int, _Task], first: dict[int, tuple[Written, Draft]]
    ) -> Iterator[NodeRow]:
        """The second try of nodes whose first answer lost or invented too much; the better of both is kept."""
        made = self._prompts
        prompts = {
            index: made.prompt(made.text(tasks[index].notes), made.remarks(draft))
            for index, (_, draft) in first.items()
        }
        answers = self._ask({index: prompt for index, prompt in prompts.items() if made.fits(prompt)})
        for index, (answer, draft) in first.items():
            finisher = self._finisher(tasks[index])
            written, drafts = [answer], [draft]
            second = answers.get(index)
            if isinstance(second, Written):
                written.append(second)
                drafts.append(finisher.draft(second))
            best = max(drafts, key=lambda one: one.rank)
            if best.text:
                yield self._row(level, index, tasks[index], best, written)
            else:
                yield self._asked_again(level, index, tasks[index], "no answer is of use", finisher.extract(), written)

    def _asked_again(
        self,
        level: int,
        index: int,
        task: _Task,
        why: ModelError | str,
        instead: Draft | None = None,
        written: Sequence[Written] = (),
    ) -> NodeRow:
        """The fallback's answer for a node at which the local model failed; `instead`, or a failed row, without one."""
        error = str(why)
        if self._fallback is not None:
            trigger: Trigger = "too-long" if isinstance(why, LimitError) else "failed"
            where = f"level {level} node {index}"
            try:
                answer = self._fallback.ask(Question(Ask(task.prompt), self._prompts.prose, where, trigger, error))
            except (EgressError, ModelError) as refused:
                error = f"{error}; fallback: {refused}"
            else:
                draft = self._finisher(task).draft(answer)
                if draft.text:
                    row = self._row(level, index, task, draft, [*written, answer])
                    return replace(row, source="cloud", model=str(answer.details.get("model", "hook")))
                error = f"{error}; fallback: no answer is of use"
        return self._row(level, index, task, instead, written, error="" if instead else error)

    def _ask(self, prompts: dict[int, Prompt]) -> dict[int, Written | ModelError]:
        """Answers by node; where a batch fails, each of it is asked alone, so that one cannot spoil the rest."""
        if not prompts:
            return {}
        try:
            answers = self._writer.write(list(prompts.values()), max_tokens=self._prompts.prose)
            return dict(zip(prompts, answers, strict=True))
        except ModelError as error:
            if len(prompts) == 1:
                return dict.fromkeys(prompts, error)
            found: dict[int, Written | ModelError] = {}
            for index, prompt in prompts.items():
                found.update(self._ask({index: prompt}))
            return found

    def _is_only_note(self, task: _Task) -> bool:
        """Whether the node is a single note that may stand as it is, without a call."""
        return (
            len(task.notes) == 1
            and not self._prompts.translated
            and self._prompts.count(task.notes[0].text) <= self._prompts.limits.cap
        )

    def _finisher(self, task: _Task) -> Finisher:
        prompts = self._prompts
        return Finisher(
            task.notes,
            task.group.span,
            prompts.count,
            cap=prompts.limits.cap,
            carry=prompts.prose < prompts.limits.cap,
            translated=prompts.translated,
        )

    def _row(
        self,
        level: int,
        index: int,
        task: _Task,
        draft: Draft | None,
        written: Sequence[Written] = (),
        *,
        error: str = "",
    ) -> NodeRow:
        if draft is not None and not draft.text:
            draft, error = None, "the model's answers and the notes hold nothing that could be used"
        return NodeRow(
            recording=self._run.key.recording,
            level=level,
            index=index,
            start=task.group.span.start,
            end=task.group.span.end,
            children=list(task.children),
            inputs_hash=task.inputs_hash,
            status="failed" if draft is None else "processed",
            error=error,
            text=draft.text if draft else "",
            citations=[
                {"sentence": c.sentence, "start": c.span.start, "end": c.span.end, "valid": c.valid, "how": c.how}
                for c in (draft.citations if draft else ())
            ],
            fidelity=draft.fidelity.to_json() if draft else "{}",
            model=self._writer.name,
            prompt_hash=self._prompts.template.digest,
            tokens_in=sum(one.tokens_in for one in written),
            tokens_out=sum(one.tokens_out for one in written),
            seconds=sum(one.seconds for one in written),
            attempts=len(written),
        )

    def _stored(self, level: int) -> dict[int, NodeRow]:
        """The level as an earlier call left it; a damaged part counts as none."""
        rows: dict[int, NodeRow] = {}
        for part in self._run.parts(level):
            with contextlib.suppress(StoreDamagedError):
                rows.update((row.index, row) for row in to_nodes(self._run.read(level, part)))
        return rows

    def _kept(self, row: NodeRow) -> NodeRow:
        self._run.write_nodes(row.level, row.index, [row])
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
            for part in run.parts(level):
                run.delete(level, part)
