"""Describing: what was heard in a chunk, and where the model sees what was shown, becomes a summary of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.errors import ModelError
from pipeline.models.asking import write_each
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import Prompt, PromptTemplate
from pipeline.stages.passages import Passage, row_of
from pipeline.stages.protocol import Made, Part, Worker
from pipeline.stages.support import supported
from pipeline.store.tables import DescribeRow
from pipeline.text import guards
from pipeline.text.facts import facts

VERSION = 2
"""Raised when code changes what is written although no setting, model or prompt did."""

_SECOND_TRY_TEMPERATURE = 0.4


@dataclass(frozen=True)
class DescribeStage:
    """A `Stage` of passages."""

    recording: str
    worker: Worker[Passage, DescribeRow]

    def inputs(self, item: Passage) -> str:
        """What was heard in it."""
        return item.inputs

    def without_model(self, item: Passage) -> DescribeRow | None:
        """A row of what is missing, silent, or could not be heard and is not seen either."""
        if item.skipped:
            return row_of(self.recording, item, "skipped", item.skipped)
        if item.seen:
            return None
        if item.unheard:
            return row_of(self.recording, item, "failed", item.unheard, "hear")
        return None if item.transcript else row_of(self.recording, item, "silent")


class TextDescriber:
    """A `Worker` over a text model: it needs no multimodal weights, and of a video it knows what was said."""

    def __init__(self, writer: Writer, template: PromptTemplate, *, max_tokens: int) -> None:
        self._writer = writer
        self._template = template
        self._max_tokens = max_tokens

    def begin(self, item: Passage) -> Passage:
        """Nothing can be done before the model is free."""
        return item

    def work(self, *parts: Part[Passage]) -> list[Made[DescribeRow]]:
        """Summarise the batch; an answer that is refused, or says what was not said, is asked for once more, warmer."""
        pairs = [(part.recording, passage) for part in parts for passage in part.items]
        prompts = [self._template.fill(text=guards.without_open_questions(passage.transcript)) for _, passage in pairs]
        answers = write_each(self._writer, prompts, max_tokens=self._max_tokens)
        tries = [
            self._tried(recording, passage, answer) for (recording, passage), answer in zip(pairs, answers, strict=True)
        ]
        for number, first in enumerate(tries):
            if isinstance(answers[number], Written) and (first.made.failure or first.refused):
                tries[number] = self._again(first, *pairs[number], prompts[number])
        return [one.made for one in tries]

    def _again(self, first: _Try, recording: str, passage: Passage, prompt: Prompt) -> _Try:
        """The better of the first answer and a second one, with the cost of both."""
        (answer,) = write_each(self._writer, [prompt], max_tokens=self._max_tokens, temperature=_SECOND_TRY_TEMPERATURE)
        second = self._tried(recording, passage, answer)
        best = min(second, first, key=lambda one: (one.made.failure is not None, one.refused))
        if isinstance(answer, ModelError):
            best = first
        row = best.made.row
        for cost in ("tokens_in", "tokens_out", "seconds", "attempts"):
            setattr(row, cost, getattr(first.made.row, cost) + getattr(second.made.row, cost))
        return best

    def _tried(self, recording: str, passage: Passage, answer: Written | ModelError) -> _Try:
        row = row_of(recording, passage, "processed")
        row.model, row.prompt_hash, row.attempts = self._writer.name, self._template.digest, 1
        row.facts = facts(passage.transcript)
        failure: ModelError | None
        if isinstance(answer, ModelError):
            failure, refused = answer, 0
        else:
            failure, refused = take_summary(row, answer, passage.transcript)
        if failure:
            row.status, row.failed_step, row.error = "failed", "describe", str(failure)
        return _Try(Made(row, failure), refused)


class _Try(NamedTuple):
    """A row, and how many sentences of its answer gave way."""

    made: Made[DescribeRow]
    refused: int


def take_summary(row: DescribeRow, answer: Written, source: str) -> tuple[ModelError | None, int]:
    """Fill the row's summary from an answer about `source`, its sentences held against it.

    Returns why the answer is refused as a whole, if so, and how many of its sentences gave way. What was refused is
    kept in the row's `rejected`.
    """
    add_cost(row, answer)
    text = guards.tidy(answer.text, complete=answer.complete)
    fault = guards.summary_fault(text)
    if fault:
        row.rejected = text
        return ModelError(fault), 0
    checked = supported(text, source)
    row.summary = checked.text
    row.rejected = "\n".join(sentence for sentence, _ in checked.refused)
    return None, len(checked.refused)


def add_cost(row: DescribeRow, answer: Written) -> None:
    """Count the tokens and the time of an answer."""
    row.tokens_in += answer.tokens_in
    row.tokens_out += answer.tokens_out
    row.seconds += answer.seconds
