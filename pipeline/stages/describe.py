"""Describing: what was heard in a chunk, and where the model sees what was shown, becomes a summary of it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import ModelError
from pipeline.models.asking import write_each
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import PromptTemplate
from pipeline.stages.passages import Passage, row_of
from pipeline.stages.protocol import Made, Part, Worker
from pipeline.store.tables import DescribeRow
from pipeline.text import guards
from pipeline.text.facts import facts

VERSION = 1
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
        """A row of what is missing, silent, or could not be heard."""
        if item.skipped:
            return row_of(self.recording, item, "skipped", item.skipped)
        fault = next((row.error for row in item.heard if row.status == "failed"), "")
        if fault:
            return row_of(self.recording, item, "failed", f"hearing: {fault}", "hear")
        seen = item.segment is not None and len(item.segment.frames)
        return None if seen or item.transcript else row_of(self.recording, item, "silent")


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
        """Summarise the batch; an answer that is refused is asked for once more, a little warmer."""
        pairs = [(part.recording, passage) for part in parts for passage in part.items]
        prompts = [self._template.fill(text=guards.without_open_questions(passage.transcript)) for _, passage in pairs]
        answers = write_each(self._writer, prompts, max_tokens=self._max_tokens)
        made = [
            self._made(recording, passage, answer) for (recording, passage), answer in zip(pairs, answers, strict=True)
        ]
        for number, answer in enumerate(answers):
            if isinstance(answer, Written) and made[number].failure:
                second = write_each(
                    self._writer,
                    [prompts[number]],
                    max_tokens=self._max_tokens,
                    temperature=_SECOND_TRY_TEMPERATURE,
                )[0]
                first = made[number].row
                if isinstance(second, ModelError):
                    first.attempts += 1
                    continue
                made[number] = self._made(*pairs[number], second)
                add_cost(made[number].row, answer)
                made[number].row.attempts += first.attempts
        return made

    def _made(self, recording: str, passage: Passage, answer: Written | ModelError) -> Made[DescribeRow]:
        row = row_of(recording, passage, "processed")
        row.model, row.prompt_hash, row.attempts = self._writer.name, self._template.digest, 1
        row.facts = facts(passage.transcript)
        failure = answer if isinstance(answer, ModelError) else take_summary(row, answer)
        if failure:
            row.status, row.failed_step, row.error = "failed", "describe", str(failure)
        return Made(row, failure)


def take_summary(row: DescribeRow, answer: Written) -> ModelError | None:
    """Fill the row's summary from an answer; where it is refused it is kept in `rejected`, and the reason returned."""
    add_cost(row, answer)
    text = guards.tidy(answer.text, complete=answer.complete)
    fault = guards.summary_fault(text)
    if fault:
        row.rejected = text
        return ModelError(fault)
    row.summary = text
    return None


def add_cost(row: DescribeRow, answer: Written) -> None:
    """Count the tokens and the time of an answer."""
    row.tokens_in += answer.tokens_in
    row.tokens_out += answer.tokens_out
    row.seconds += answer.seconds
