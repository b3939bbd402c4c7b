"""Nodes of the merge tree, written by a model: asked, checked, asked once more where too much was lost or invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.errors import ModelError
from pipeline.merge.finish import Draft, Finisher
from pipeline.merge.inputs import Note, Unit
from pipeline.merge.plan import Group
from pipeline.merge.prompting import MergePrompts
from pipeline.models.asking import write_each
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt
from pipeline.stages.protocol import Made
from pipeline.store.tables import NodeRow

_USELESS = "no answer is of use"


@dataclass(frozen=True, slots=True)
class Task:
    """One node to be written."""

    recording: str
    level: int
    index: int
    group: Group
    notes: tuple[Note, ...]
    shown: tuple[Note, ...]
    """The notes with the sentences that the writer is shown; see `pipeline.merge.shown`."""
    children: tuple[int, ...]
    prompt: Prompt
    inputs: str
    """A hash of everything that the node rests on."""
    said: tuple[Unit, ...] = ()
    """What was said in its span, sentence by sentence, each with the span of its chunk."""
    worth: Callable[[Unit], float] = field(default=lambda _: 1.0)
    """How much a sentence tells of the recording; see `pipeline.text.worth`."""


class NodeWorker(Protocol):
    """Turns tasks into nodes, with a model that is loaded."""

    @property
    def prompts(self) -> MergePrompts:
        """What all nodes of a run share."""
        ...

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def batch(self) -> int:
        """Tasks that are worth giving at once."""
        ...

    def work(self, tasks: Sequence[Task]) -> Iterator[Made[NodeRow]]:
        """A node for each task, in the order in which they are done; one that the model failed at says so."""
        ...

    def failed(self, task: Task, error: str) -> NodeRow:
        """The node of a task that no model can do anything for."""
        ...


class NodeWriter:
    """A `NodeWorker` over the model of `prompts`."""

    def __init__(self, prompts: MergePrompts) -> None:
        self.prompts = prompts
        self._writer = prompts.writer

    @property
    def name(self) -> str:
        """The model's name."""
        return self._writer.name

    @property
    def batch(self) -> int:
        """Requests that the model answers at once."""
        return self._writer.batch

    def work(self, tasks: Sequence[Task]) -> Iterator[Made[NodeRow]]:
        """See `NodeWorker.work`; where no answer is of use, sentences of the notes stand in."""
        asked = []
        for task in tasks:
            if self._is_only_note(task):
                yield Made(self._row(task, self._finisher(task).verbatim()))
            else:
                asked.append(task)
        again: list[tuple[Task, Written, Draft]] = []
        for task, answer in zip(asked, self._ask([task.prompt for task in asked]), strict=True):
            if isinstance(answer, ModelError):
                yield Made(self._row(task, None, error=str(answer)), answer)
                continue
            finisher = self._finisher(task)
            draft = finisher.draft(answer)
            if not finisher.usable(draft) or draft.fidelity.faults(finisher.ratio, stays=self.prompts.translated):
                again.append((task, answer, draft))
            else:
                yield Made(self._row(task, finisher.borne_out(draft), [answer]))
        yield from self._write_again(again)

    def failed(self, task: Task, error: str) -> NodeRow:
        """The node of a task that no model can do anything for."""
        return self._row(task, None, error=error)

    def finished(self, task: Task, answer: Written) -> NodeRow | None:
        """The node of another model's answer, which passes the same checks; None where nothing of it is of use."""
        finisher = self._finisher(task)
        draft = finisher.draft(answer)
        return self._row(task, finisher.borne_out(draft), [answer]) if finisher.usable(draft) else None

    def _write_again(self, first: Sequence[tuple[Task, Written, Draft]]) -> Iterator[Made[NodeRow]]:
        """The second try of nodes whose first answer lost too much or is of no use; the better of both is kept."""
        made = self.prompts
        prompts = [made.prompt(made.text(task.shown), made.remarks(draft)) for task, _, draft in first]
        fitting = [number for number, prompt in enumerate(prompts) if made.fits(prompt)]
        answers = dict(zip(fitting, self._ask([prompts[number] for number in fitting]), strict=True))
        for number, (task, answer, draft) in enumerate(first):
            finisher = self._finisher(task)
            written, drafts = [answer], [draft]
            second = answers.get(number)
            if isinstance(second, Written):
                written.append(second)
                drafts.append(finisher.draft(second))
            best = max(drafts, key=lambda one: (finisher.usable(one), one.rank))
            extract = None if finisher.usable(best) else finisher.extract()
            if extract is not None and (extract.text or not best.text):
                yield Made(self._row(task, extract, written), ModelError(_USELESS))
            else:
                yield Made(self._row(task, finisher.borne_out(best), written))

    def _ask(self, prompts: Sequence[Prompt]) -> list[Written | ModelError]:
        return write_each(self._writer, prompts, max_tokens=self.prompts.prose)

    def _is_only_note(self, task: Task) -> bool:
        """Whether the node is a single note that may stand as it is, without a call."""
        return (
            len(task.notes) == 1
            and not self.prompts.translated
            and self.prompts.count(task.notes[0].text) <= self.prompts.limits.cap
        )

    def _finisher(self, task: Task) -> Finisher:
        prompts = self.prompts
        return Finisher(
            task.notes,
            task.group.span,
            prompts.count,
            cap=prompts.limits.cap,
            carry=prompts.prose < prompts.limits.cap,
            translated=prompts.translated,
            said=task.said,
            worth=task.worth,
        )

    def _row(self, task: Task, draft: Draft | None, written: Sequence[Written] = (), *, error: str = "") -> NodeRow:
        if draft is not None and not draft.text:
            draft, error = None, "the model's answers and the notes hold nothing that could be used"
        return NodeRow(
            recording=task.recording,
            level=task.level,
            index=task.index,
            start=task.group.span.start,
            end=task.group.span.end,
            children=list(task.children),
            inputs=task.inputs,
            status="failed" if draft is None else "processed",
            error=error,
            text=draft.text if draft else "",
            sentences=list(draft.sentences) if draft else [],
            citations=list(draft.citations) if draft else [],
            fidelity=draft.fidelity.to_json() if draft else "{}",
            model=self._writer.name,
            prompt_hash=self.prompts.template.digest,
            tokens_in=sum(one.tokens_in for one in written),
            tokens_out=sum(one.tokens_out for one in written),
            seconds=sum(one.seconds for one in written),
            attempts=len(written),
        )
