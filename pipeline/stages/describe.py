"""Describing: what was heard in a chunk, and where the model sees what was shown, becomes a summary of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.errors import ModelError
from pipeline.models.asking import write_each
from pipeline.models.protocol import Writer, Written
from pipeline.prompts import PromptTemplate
from pipeline.stages.extract import told
from pipeline.stages.passages import Passage, row_of
from pipeline.stages.protocol import Made, Part, Worker
from pipeline.stages.see.looked import Seen
from pipeline.stages.see.statements import Statement
from pipeline.stages.speakers.assign import Turn
from pipeline.stages.support import supported
from pipeline.store.structs import Event
from pipeline.store.tables import DescribeRow
from pipeline.text import guards
from pipeline.text.facts import facts
from pipeline.text.labels import Line, labelled, lines
from pipeline.text.lexicons import lexicon
from pipeline.text.said import stated
from pipeline.text.sentences import is_question, joined, sentences

VERSION = 16
"""Raised when code changes what is written although no setting, model or prompt did."""

MEASURED, EXTRACT = "measured", "extract"
"""What stands for a model where none wrote the summary: it tells what was measured, or is what was said."""

_SECOND_TRY_TEMPERATURE = 0.4
_MOST_LINES = 12
_LETTERS = 200
"""Letters of a sentence that may stand in its own words; speech without full stops is for a model to shorten."""
_ON_SCREEN = "Read on the screen meanwhile:"


@dataclass(frozen=True)
class DescribeStage:
    """A `Stage` of passages."""

    recording: str
    worker: Worker[Passage, DescribeRow]
    spoken: bool = True
    """Whether something is said in the recording: then of a stretch without words only what is notable counts."""

    def inputs(self, item: Passage) -> str:
        """What was heard and seen in it."""
        return item.inputs

    def without_model(self, item: Passage) -> DescribeRow | None:
        """A row of what is missing, silent, small talk alone, or could not be heard and is not seen either."""
        if item.skipped:
            return row_of(self.recording, item, "skipped", item.skipped)
        heard = bool(item.transcript) and not item.unheard
        words = told(item) if heard else ()
        if item.shown or _to_be_written(item, words):
            return None
        if item.unheard:
            row = row_of(self.recording, item, "failed", item.unheard, "hear")
        else:
            said = any(one.status == "processed" for one in item.heard)  # its words may be told with those before
            row = row_of(self.recording, item, "processed" if said or self._told(item) else "silent")
        row.facts = facts(item.transcript) if heard else []
        if item.seen is not None:
            return _measured(row, item.seen, self._told(item))
        if words:
            language = lexicon(item.transcript)
            row.model, row.summary = EXTRACT, joined(stated(turn.text, language) for turn in words)
        return row

    def _told(self, item: Passage) -> Sequence[Statement]:
        """What is said of what was seen."""
        if item.seen is None:
            return ()
        return item.seen.beside_words if self.spoken else item.seen.statements


def _measured(row: DescribeRow, seen: Seen, statements: Sequence[Statement]) -> DescribeRow:
    """The row of a passage without words: what was measured and read in its picture, in plain sentences.

    No model writes it: it could only repeat or bend them.
    """
    row.model = MEASURED
    row.summary = joined(one.text for one in statements)
    _add_seen(row, seen)
    return row


def _add_seen(row: DescribeRow, seen: Seen) -> None:
    row.screen_text = "\n".join(seen.screen)
    row.events = [*row.events, *(Event(one.span.start, one.text) for one in seen.statements if one.notable)]


class NothingSaid:
    """A `Worker` for a recording without a word: no passage of it needs a model, and none is loaded."""

    def begin(self, item: Passage) -> Passage:
        """Nothing to do."""
        return item

    def work(self, *parts: Part[Passage]) -> list[Made[DescribeRow]]:
        """Raises `ValueError`: a passage with words came."""
        raise ValueError(f"{parts[0].recording}: a passage with words in a recording without any")


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
        """Summarise the batch; an answer of which nothing stands is asked for once more, warmer.

        Where some of it stands, what gives way is told in the words that were said: of twenty second answers that
        were read, five said something untrue that the first did not, and one mended something.
        """
        pairs = [(part.recording, passage) for part in parts for passage in part.items]
        prompts = [self._template.fill(text=_prompted(passage), language=passage.language) for _, passage in pairs]
        answers = write_each(self._writer, prompts, max_tokens=self._max_tokens)
        tries = [
            self._tried(recording, passage, answer) for (recording, passage), answer in zip(pairs, answers, strict=True)
        ]
        due = [
            number for number, first in enumerate(tries) if isinstance(answers[number], Written) and not first.stands
        ]
        warmer = write_each(
            self._writer,
            [prompts[number] for number in due],
            max_tokens=self._max_tokens,
            temperature=_SECOND_TRY_TEMPERATURE,
        )
        for number, answer in zip(due, warmer, strict=True):
            tries[number] = self._better(tries[number], *pairs[number], answer)
        return [one.made for one in tries]

    def _better(self, first: _Try, recording: str, passage: Passage, answer: Written | ModelError) -> _Try:
        """The better of the first try and a second `answer`, with the cost of both."""
        second = self._tried(recording, passage, answer)
        better = second.stands or (first.made.failure is not None and not isinstance(answer, ModelError))
        best = second if better else first
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
            failure, stands = answer, False
        else:
            failure, stands = take_summary(row, answer, source_of(passage))
        if failure:
            row.status, row.failed_step, row.error = "failed", "describe", str(failure)
        elif passage.seen is not None:
            row.summary = joined([*sentences(row.summary), *(one.text for one in passage.seen.notable)])
            _add_seen(row, passage.seen)
        return _Try(Made(row, failure), stands)


def _prompted(passage: Passage) -> str:
    """What the writer is given: what tells most of what was said, by whom, and below it the text that was read."""
    words = _without_open_questions(told(passage))
    screen = passage.seen.screen[:_MOST_LINES] if passage.seen is not None else ()
    return "\n".join([words, _ON_SCREEN, *(f"- {line}" for line in screen)]) if screen else words


def _to_be_written(passage: Passage, words: Sequence[Turn]) -> bool:
    """Whether a model has something to do: to join sentences or shorten one, or to join what was said and read."""
    if passage.seen is not None:
        return bool(words or passage.seen.screen)
    return len(words) > 1 or any(len(turn.text) > _LETTERS or len(sentences(turn.text)) > 1 for turn in words)


def _without_open_questions(turns: Sequence[Turn]) -> str:
    """A line a turn, without the questions at the end; see `guards.without_open_questions`.

    Turns of one speaker that follow each other are one line.
    """
    kept: list[Turn] = []
    for turn in turns:
        if kept and kept[-1].speaker == turn.speaker:
            kept[-1] = replace(kept[-1], end=turn.end, text=joined([kept[-1].text, turn.text]))
        else:
            kept.append(turn)
    while len(kept) > 1 and all(is_question(one) for one in sentences(kept[-1].text)):
        kept.pop()
    return "\n".join(
        labelled(turn.text if turn is not kept[-1] else guards.without_open_questions(turn.text), turn.speaker)
        for turn in kept
    )


def source_of(passage: Passage) -> list[Line]:
    """What a summary may say: what was said and by whom, and what was read."""
    said = [line for turn in passage.turns for line in lines(turn.text, turn.speaker)] or lines(passage.transcript)
    return [*said, *(line for shown in (passage.seen.screen if passage.seen else ()) for line in lines(shown))]


class _Try(NamedTuple):
    """A row, and whether a sentence of its answer stands."""

    made: Made[DescribeRow]
    stands: bool


def take_summary(row: DescribeRow, answer: Written, source: Sequence[Line]) -> tuple[ModelError | None, bool]:
    """Fill the row's summary from an answer about `source`, its sentences held against it.

    Returns why the answer is refused as a whole, if so, and whether one of its sentences stands. What was refused is
    kept in the row's `rejected`.
    """
    add_cost(row, answer)
    text = guards.tidy(answer.text, complete=answer.complete)
    fault = guards.summary_fault(text)
    if fault:
        row.rejected = text
        return ModelError(fault), False
    checked = supported(text, source)
    row.summary = checked.text
    row.rejected = "\n".join(sentence for sentence, _ in checked.refused)
    return None, checked.held > 0


def add_cost(row: DescribeRow, answer: Written) -> None:
    """Count the tokens and the time of an answer."""
    row.tokens_in += answer.tokens_in
    row.tokens_out += answer.tokens_out
    row.seconds += answer.seconds
