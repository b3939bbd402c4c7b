"""The fallback around the workers of the stages: what the local models failed at is asked once more, elsewhere.

As little as will do is sent: audio where the hearing failed, a text where only the summary did. What comes back
passes the same guards as local output; what fails them, too, stays failed and says why.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from chunkers.audio import Window
from pipeline.errors import EgressError, LimitError, ModelError
from pipeline.fallback.client import FallbackClient
from pipeline.fallback.hook import Question
from pipeline.fallback.policy import Trigger
from pipeline.merge.nodes import NodeWorker, Task
from pipeline.merge.prompting import MergePrompts
from pipeline.models.endpoint.messages import Ask
from pipeline.models.protocol import Written
from pipeline.prompts import PromptTemplate
from pipeline.stages.describe import source_of, take_summary
from pipeline.stages.hear import Sound, owned_samples
from pipeline.stages.passages import Passage
from pipeline.stages.protocol import Made, Part, Worker
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from pipeline.text import guards
from pipeline.text.cues import Cue
from pipeline.text.facts import facts

log = logging.getLogger(__name__)

CLOUD = "cloud"
"""What the column `source` says of a row that the fallback made."""

_HEARD_TOKENS = 512
"""Longest transcript of a window: half a minute of the quickest speech."""

_SILENCE = "[silence]"


class FallbackHearing:
    """A `Worker` that sends the sound of windows at which the local one, which it wraps, has failed."""

    def __init__(self, worker: Worker[Sound, HearRow], fallback: FallbackClient, template: PromptTemplate) -> None:
        self._worker = worker
        self._fallback = fallback
        self._template = template

    def begin(self, item: Sound) -> Sound:
        """As the local worker does."""
        return self._worker.begin(item)

    def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
        """The local rows, and for those that failed what the fallback answered."""
        made = self._worker.work(*parts)
        items = [item for part in parts for item in part.items]
        for item, one in zip(items, made, strict=True):
            if one.failure is not None and isinstance(item, Window):
                self._heard(item, one.row, one.failure)
        return made

    def _heard(self, window: Window, row: HearRow, failure: ModelError) -> None:
        ask = Ask(self._template.fill(), audio=(owned_samples(window),))
        written = _asked(self._fallback, ask, row, failure, _HEARD_TOKENS)
        if written is None:
            return
        text = "" if written.text.strip().lower() == _SILENCE else " ".join(written.text.split())
        fault = "" if written.complete else "the transcript is cut off"
        fault = fault or guards.transcript_fault(text, row.span.seconds) or guards.answers(text)
        if fault:
            row.error, row.rejected = f"{row.error}; fallback: {fault}", text
            return
        row.transcript, row.error = text, ""
        row.words = [Cue(row.start, row.end, text)] if text else []
        row.cues = list(row.words)
        row.status = "processed" if text else "silent"
        _from_fallback(row, written)


class FallbackDescribing:
    """A `Worker` that sends the transcript of chunks whose summary the local one, which it wraps, has failed at.

    Frames are never sent: the row of a chunk that has some says that its picture is not described.
    """

    def __init__(
        self,
        worker: Worker[Passage, DescribeRow],
        fallback: FallbackClient,
        template: PromptTemplate,
        *,
        max_tokens: int,
    ) -> None:
        self._worker = worker
        self._fallback = fallback
        self._template = template
        self._max_tokens = max_tokens

    def begin(self, item: Passage) -> Passage:
        """As the local worker does."""
        return self._worker.begin(item)

    def work(self, *parts: Part[Passage]) -> list[Made[DescribeRow]]:
        """The local rows, and for those that failed what the fallback answered; without words nothing is asked."""
        made = self._worker.work(*parts)
        items = [item for part in parts for item in part.items]
        for item, one in zip(items, made, strict=True):
            if one.failure is not None and item.transcript:
                self._summarised(item, one.row, one.failure)
        return made

    def _summarised(self, passage: Passage, row: DescribeRow, failure: ModelError) -> None:
        ask = Ask(self._template.fill(text=passage.transcript, language=passage.language))
        written = _asked(self._fallback, ask, row, failure, self._max_tokens)
        if written is None:
            return
        refused, _ = take_summary(row, written, source_of(passage))
        if refused is not None:
            row.error = f"{row.error}; fallback: {refused}"
            return
        row.status, row.failed_step = "processed", ""
        row.error = f"the picture is not described: {row.error}" if passage.shown else ""
        row.facts = facts(passage.transcript)
        _from_fallback(row, written)


class _FinishingNodes(NodeWorker, Protocol):
    """A worker that finishes other models' answers, too."""

    def finished(self, task: Task, answer: Written) -> NodeRow | None:
        """The node of another model's answer; None where nothing of it is of use."""
        ...


class FallbackNodes:
    """A `NodeWorker` that sends the notes of nodes at which the local one, which it wraps, has failed."""

    def __init__(self, worker: _FinishingNodes, fallback: FallbackClient) -> None:
        self._worker = worker
        self._fallback = fallback

    @property
    def prompts(self) -> MergePrompts:
        """The local worker's."""
        return self._worker.prompts

    @property
    def name(self) -> str:
        """The local model's name."""
        return self._worker.name

    @property
    def batch(self) -> int:
        """As the local worker."""
        return self._worker.batch

    def failed(self, task: Task, error: str) -> NodeRow:
        """As the local worker."""
        return self._worker.failed(task, error)

    def work(self, tasks: Sequence[Task]) -> Iterator[Made[NodeRow]]:
        """The local nodes, and for those that failed what the fallback answered."""
        by_index = {task.index: task for task in tasks}
        for made in self._worker.work(tasks):
            yield made if made.failure is None else self._written(by_index[made.row.index], made.row, made.failure)

    def _written(self, task: Task, row: NodeRow, failure: ModelError) -> Made[NodeRow]:
        error = str(failure)
        where = f"level {task.level} node {task.index}"
        try:
            question = Question(Ask(task.prompt), self.prompts.prose, where, _trigger(failure), error)
            answer = self._fallback.ask(question)
        except (EgressError, ModelError) as refused:
            error = f"{error}; fallback: {refused}"
        else:
            node = self._worker.finished(task, answer)
            if node is not None:
                node = replace(
                    node,
                    source=CLOUD,
                    model=str(answer.details.get("model", "hook")),
                    attempts=row.attempts + node.attempts,
                    tokens_in=row.tokens_in + node.tokens_in,
                    tokens_out=row.tokens_out + node.tokens_out,
                    seconds=row.seconds + node.seconds,
                )
                return Made(node)
            error = f"{error}; fallback: no answer is of use"
        if row.status == "failed":
            row.error = error
        return Made(row, failure)


def _asked(
    fallback: FallbackClient, ask: Ask, row: HearRow | DescribeRow, failure: ModelError, max_tokens: int
) -> Written | None:
    """The fallback's answer; where there is none, the row says why."""
    try:
        written = fallback.ask(Question(ask, max_tokens, f"chunk {row.index}", _trigger(failure), row.error))
    except (EgressError, ModelError) as error:
        log.warning("chunk %d stays failed: %s", row.index, error)
        row.error = f"{row.error}; fallback: {error}"
        return None
    row.attempts += 1
    return written


def _trigger(failure: ModelError) -> Trigger:
    return "too-long" if isinstance(failure, LimitError) else "failed"


def _from_fallback(row: HearRow | DescribeRow, written: Written) -> None:
    row.source = CLOUD
    row.model = f"{row.model} + {written.details.get('model', 'hook')}"
