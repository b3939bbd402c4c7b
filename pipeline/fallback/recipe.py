"""Level 0: chunks that failed after all local tries, sent to the fallback.

As little as will do is sent: a text where only the summary failed, audio where the hearing did. What
comes back passes the same guards as local output; what fails them, too, stays failed and says why.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import groupby

from pipeline import prompts
from pipeline.errors import EgressError, ModelError
from pipeline.fallback.client import FallbackClient
from pipeline.fallback.hook import Question
from pipeline.fallback.policy import Trigger
from pipeline.models.endpoint.messages import Ask
from pipeline.models.protocol import Samples, Writer, Written
from pipeline.recipes.protocol import SUMMARY, TOO_LONG, Chunk, Part, Recipe
from pipeline.settings import Settings
from pipeline.store.tables import ChunkRow
from pipeline.text import guards
from pipeline.text.facts import facts

log = logging.getLogger(__name__)

_HEARD_TOKENS = 512
"""Longest transcript of a window: half a minute of the quickest speech."""

_SILENCE = "[silence]"


class FallbackRecipe:
    """A `Recipe` that asks the fallback where the local one, which it wraps, has failed."""

    def __init__(self, recipe: Recipe, fallback: FallbackClient, settings: Settings) -> None:
        self._recipe = recipe
        self._fallback = fallback
        self._hear_prompt = prompts.load(settings.profile, "fallback_hear")
        self._chunk_prompt = prompts.load(settings.profile, "chunk")
        self._max_tokens = settings.write.chunk_tokens
        self._windows_per_summary = settings.write.windows_per_summary

    @property
    def sees(self) -> bool:
        """As the local recipe."""
        return self._recipe.sees

    @property
    def writer(self) -> Writer:
        """The local writer."""
        return self._recipe.writer

    def begin(self, chunk: Chunk) -> Chunk:
        """As the local recipe does."""
        return self._recipe.begin(chunk)

    def describe(self, *parts: Part) -> list[ChunkRow]:
        """The local rows, and for those that failed what the fallback answered; see `Recipe.describe`."""
        rows = self._recipe.describe(*parts)
        chunks = [chunk for part in parts for chunk in part.chunks]
        for chunk, row in zip(chunks, rows, strict=True):
            if row.status == "failed" and not row.error.startswith(SUMMARY):
                self._heard(chunk, row)
        failed = [row for row in rows if row.status == "failed" and row.error.startswith(SUMMARY)]
        for _, group in groupby(failed, key=lambda row: (row.recording, row.index // self._windows_per_summary)):
            self._summarised(list(group))
        return rows

    # -- hearing ------------------------------------------------------------------------------------

    def _heard(self, chunk: Chunk, row: ChunkRow) -> None:
        prompt = self._hear_prompt.fill()
        ask = Ask(prompt, audio=tuple(_owned(chunk)))
        written = self._ask(ask, [row], "failed", _HEARD_TOKENS)
        if written is None:
            return
        text = "" if written.text.strip().lower() == _SILENCE else " ".join(written.text.split())
        fault = "" if written.complete else "the transcript is cut off"
        fault = fault or guards.transcript_fault(text, row.span.seconds) or guards.answers(text)
        if fault:
            row.error, row.rejected = f"{row.error}; fallback: {fault}", text
            return
        row.transcript, row.error, row.facts = text, "", facts(text)
        row.cues = [{"start": row.start, "end": row.end, "text": text, "speaker": None}] if text else []
        row.status = "processed" if text else "silent"
        _from_fallback([row], written)
        if text:
            self._summarised_locally(row)

    def _summarised_locally(self, row: ChunkRow) -> None:
        """The local model writes if it can: one request less that leaves."""
        prompt = self._chunk_prompt.fill(text=row.transcript)
        try:
            written = self.writer.write([prompt], max_tokens=self._max_tokens)[0]
        except ModelError as error:
            row.status, row.error = "failed", f"{SUMMARY}{error}"
            return
        fault = _fill([row], written)
        if fault:
            row.status, row.error = "failed", f"{SUMMARY}{fault}"

    # -- writing ------------------------------------------------------------------------------------

    def _summarised(self, group: list[ChunkRow]) -> None:
        prompt = self._chunk_prompt.fill(text=" ".join(row.transcript for row in group))
        trigger: Trigger = "too-long" if group[0].error.startswith(TOO_LONG) else "failed"
        written = self._ask(Ask(prompt), group, trigger, self._max_tokens)
        if written is None:
            return
        fault = _fill(group, written)
        for row in group:
            row.status = "failed" if fault else "processed"
            row.error = f"{row.error}; fallback: {fault}" if fault else ""
        if not fault:
            _from_fallback(group, written)

    def _ask(self, ask: Ask, group: Sequence[ChunkRow], trigger: Trigger, max_tokens: int) -> Written | None:
        """The answer; where there is none, every row says why."""
        head = group[0]
        try:
            written = self._fallback.ask(Question(ask, max_tokens, f"chunk {head.index}", trigger, head.error))
        except (EgressError, ModelError) as error:
            log.warning("chunk %d stays failed: %s", head.index, error)
            for row in group:
                row.error = f"{row.error}; fallback: {error}"
            return None
        head.attempts += 1
        return written


def _from_fallback(group: Sequence[ChunkRow], written: Written) -> None:
    for row in group:
        row.source = "cloud"
        row.model = f"{row.model} + {written.details.get('model', 'hook')}"


def _fill(group: Sequence[ChunkRow], written: Written) -> str:
    """Put the summary into the first row, or say why it is refused."""
    head = group[0]
    head.tokens_in += written.tokens_in
    head.tokens_out += written.tokens_out
    head.seconds += written.seconds
    text = guards.tidy(written.text, complete=written.complete)
    fault = guards.summary_fault(text)
    if fault:
        head.rejected = text
    else:
        head.summary, head.summary_start, head.summary_end = text, head.start, group[-1].end
    return fault


def _owned(chunk: Chunk) -> list[Samples]:
    """What the chunk owns of the sound; a segment's windows one by one, without the silent ones."""
    found = []
    for window in getattr(chunk, "windows", [chunk]):
        if not window.silent:
            first = window.span.start - window.heard.start
            found.append(window.samples[first : first + window.span.ticks])
    return found
