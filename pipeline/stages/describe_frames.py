"""Describing with a multimodal model: the frames, the transcript, and where it can keep it in mind the sound again.

The answer comes in three kinds of lines, see `answer`. What was said is known before: a model that is asked to do
two things at once transcribes worse.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from chunkers.segments import Segment
from chunkers.spans import to_ticks
from pipeline.errors import ModelError
from pipeline.models.gemma.inputs import Proof, Request
from pipeline.models.gemma.limits import frame_stamp
from pipeline.models.gemma.multimodal import Answer, Multimodal
from pipeline.models.gemma.stretches import stretches
from pipeline.models.protocol import Samples
from pipeline.prompts import PromptTemplate
from pipeline.stages.answer import read
from pipeline.stages.describe import source_of
from pipeline.stages.hear import owned_samples
from pipeline.stages.passages import Passage, row_of
from pipeline.stages.protocol import Made, Part
from pipeline.stages.see.looked import Seen
from pipeline.stages.see.second_reader import differences
from pipeline.stages.support import supported
from pipeline.store.structs import Event
from pipeline.store.tables import DescribeRow
from pipeline.text import guards
from pipeline.text.cues import Cue
from pipeline.text.facts import facts
from pipeline.text.labels import without_labels

_MOST_STATEMENTS = 12
"""Sentences about the picture that the model is given."""

_REMINDER = "\n\nBegin with `SUMMARY:` and keep to those lines."


@dataclass(frozen=True, slots=True, eq=False)
class _Begun(Segment):
    """A segment whose frames are being made into patches, or already are; `at` is when each frame is."""

    at: tuple[int, ...]
    patches: Future[Any]


class GemmaDescriber:
    """A `Worker` over Gemma 4: `watch` and `listen` are the prompts with and without frames."""

    def __init__(
        self,
        gemma: Multimodal,
        watch: PromptTemplate,
        listen: PromptTemplate,
        *,
        max_tokens: int,
        listen_again: bool,
    ) -> None:
        self._gemma = gemma
        self._watch = watch
        self._listen = listen
        self._max_tokens = max_tokens
        self._listen_again = listen_again
        self._digest = _digest([watch, listen])

    def begin(self, item: Passage) -> Passage:
        """The passage, its frames on their way to patches."""
        segment = item.segment
        if segment is None or isinstance(segment, _Begun) or not item.shown:
            return item
        at = _moments(segment)
        patches = self._gemma.look(segment.frames, at)
        begun = _Begun(segment.index, segment.span, segment.frames, segment.pts, segment.windows, at, patches)
        return replace(item, segment=begun)

    def work(self, *parts: Part[Passage]) -> list[Made[DescribeRow]]:
        """Describe the batch; an answer that keeps to no format is asked for once more.

        Raises `ModelError` where the device cannot hold a single request.
        """
        pairs = [(part.recording, self.begin(passage)) for part in parts for passage in part.items]
        passages = [passage for _, passage in pairs]
        rows = [self._row(recording, passage) for recording, passage in pairs]
        tries = self._tried(passages, rows, "")
        for row, one in zip(rows, tries, strict=True):
            _count(row, [one.answer.proof] if one.answer.proof else [])
        again = [number for number, one in enumerate(tries) if one.answer.written and not one.fits]
        second = self._tried([passages[n] for n in again], [rows[n] for n in again], _REMINDER)
        made: list[Made[DescribeRow]] = []
        for number, one in zip(again, second, strict=True):
            tries[number] = max(tries[number], one, key=lambda either: either.worth)
        for row, one, passage in zip(rows, tries, passages, strict=True):
            failure = _fill(row, one)
            row.summary = without_labels(row.summary, {turn.speaker for turn in passage.turns if turn.speaker})
            if failure is None and not isinstance(passage.segment, _Begun):
                # What is seen is in no transcript; where nothing is, every sentence must be in it.
                checked = supported(row.summary, source_of(passage))
                row.summary = checked.text
                row.rejected = "\n".join(filter(None, [row.rejected, *(sentence for sentence, _ in checked.refused)]))
            if failure is None and passage.seen is not None and isinstance(passage.segment, _Begun):
                _compare(row, passage.seen)
            made.append(Made(row, failure))
            if passage.unheard:
                made[-1] = Made(_unheard(row, passage.unheard))
        return made

    def _row(self, recording: str, passage: Passage) -> DescribeRow:
        row = row_of(recording, passage, "processed")
        row.model, row.prompt_hash = self._gemma.name, self._digest
        row.facts = facts(passage.transcript)
        return row

    def _tried(self, passages: Sequence[Passage], rows: Sequence[DescribeRow], reminder: str) -> list[_Try]:
        answers = self._gemma.ask(
            [self._request(passage, reminder) for passage in passages], max_tokens=self._max_tokens
        )
        for row, answer in zip(rows, answers, strict=True):
            row.attempts += 1
            if answer.written is not None:
                row.seconds += answer.written.seconds
                row.tokens_in += answer.written.tokens_in
                row.tokens_out += answer.written.tokens_out
        return [_Try(answer, passage.span.ticks) for passage, answer in zip(passages, answers, strict=True)]

    def _request(self, passage: Passage, reminder: str) -> Request:
        seen = passage.segment if isinstance(passage.segment, _Begun) else None
        template = self._watch if seen else self._listen
        lines = [f"{frame_stamp(cue.start - passage.span.start)} {_said(cue)}" for cue in passage.cues]
        measured = [f"- {one.text}" for one in passage.seen.statements[:_MOST_STATEMENTS]] if passage.seen else []
        prompt = template.fill(
            transcript="\n".join(lines) or "(none)",
            measured="\n".join(measured) or "(nothing)",
            language=passage.language,
        )
        audio: tuple[Samples, ...] = ()
        if self._listen_again:
            longest = self._gemma.limits.audio_samples
            sound = [owned_samples(window) for window in passage.sound if not window.silent]
            parts = [(one, part) for one in sound for part in stretches(one, longest) if not part.silent]
            audio = tuple(one[part.heard : part.end] for one, part in parts)
        request = Request(text=prompt.user + reminder, system=prompt.system, audio=audio)
        if seen is None:
            return request
        return replace(request, frames=seen.frames, at=seen.at, patches=seen.patches)


def _said(cue: Cue) -> str:
    return f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text


class _Try:
    """One answer, read, and how good it is."""

    def __init__(self, answer: Answer, ticks: int) -> None:
        written = answer.written
        self.answer = answer
        self.said = read(written.text if written else "", ticks)
        complete = written is not None and written.complete
        self.fits = self.said.labelled and complete and bool(self.said.summary)
        self.worth = (bool(self.said.summary), self.said.labelled, complete)

    @property
    def problem(self) -> str:
        """Why it cannot stand, else nothing.

        Prose without labels that ends by itself can; prose that runs on until its cap cannot.
        """
        if self.answer.written is None:
            return str(self.answer.error)
        said_something, labelled, complete = self.worth
        if not said_something:
            return "the answer holds no summary"
        return "" if labelled or complete else "the answer kept to no format and ran into its cap of tokens"


def _fill(row: DescribeRow, one: _Try) -> ModelError | None:
    """The row with what the answer says, or as failed, with the reason returned."""
    said = one.said
    problem = one.problem or guards.summary_fault(said.summary)
    if problem:
        row.status, row.failed_step, row.error = "failed", "describe", problem
        row.rejected = one.answer.written.text if one.answer.written else ""
        return one.answer.error or ModelError(problem)
    row.summary, row.screen_text = said.summary, said.screen
    row.events = [Event(row.start + at, what) for at, what in said.events]
    row.rejected = "\n".join(said.strays)
    return None


def _compare(row: DescribeRow, seen: Seen) -> None:
    """Add the notable events that were measured, and say where model and reader differ about the text shown."""
    row.events += [Event(one.span.start, one.text) for one in seen.notable]
    row.screen_differences = differences(row.screen_text.splitlines(), seen.screen, seen.values)


def _unheard(row: DescribeRow, why: str) -> DescribeRow:
    """The row as failed at hearing, with what was seen; no fallback is asked what was said in it once more."""
    row.error = f"{why}; {row.error or 'only its frames and the words that were heard are described'}"
    row.status, row.failed_step = "failed", "hear"
    return row


def _count(row: DescribeRow, proofs: Sequence[Proof]) -> None:
    """Both sides of the proofs, summed over the row's calls; a second try counts once."""
    for proof in proofs:
        row.audio_tokens_sent += proof.sent.audio_tokens
        row.audio_tokens_expected += proof.expected.audio_tokens
        row.frames_sent += proof.sent.frames
        row.frames_expected += proof.expected.frames


def _moments(segment: Segment) -> tuple[int, ...]:
    """When each frame is, in ticks from the start of the segment.

    A frame may be shown a little before the segment begins: it is the one that is still to be seen then.
    """
    return tuple(max(0, to_ticks(moment) - segment.span.start) for moment in segment.pts)


def _digest(templates: Iterable[PromptTemplate]) -> str:
    return hashlib.sha256("".join(template.digest for template in templates).encode()).hexdigest()[:16]
