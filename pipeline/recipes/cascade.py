"""The recipe `cascade`: a speech recogniser hears, a 4-bit text model writes.

It needs no multimodal weights, runs on any CPU, and of a video it takes the sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chunkers import Window
from pipeline.errors import EndpointError, LimitError, ModelError, UnreachedError
from pipeline.models.protocol import Heard, Hearer, Writer, Written
from pipeline.prompts import Prompt, PromptTemplate
from pipeline.recipes.protocol import SUMMARY, TOO_LONG, Chunk, Part
from pipeline.store.tables import ChunkRow
from pipeline.text import cues, guards
from pipeline.text.facts import facts

_SECOND_TRY_TEMPERATURE = 0.4


@dataclass(frozen=True)
class Cascade:
    """A `Recipe` of a hearer and a writer.

    `together` windows share one written summary; their rows keep their own transcripts.
    """

    hearer: Hearer
    writer: Writer
    prompt: PromptTemplate
    language: str | None = None
    max_tokens: int = 90
    windows_per_summary: int = 1
    sees: bool = field(default=False, init=False)

    def begin(self, chunk: Chunk) -> Chunk:
        """Nothing can be done before the models are free."""
        return chunk

    def describe(self, *parts: Part) -> list[ChunkRow]:
        """Hear the batch, then summarise it; see `Recipe.describe`."""
        chunks = [(part.recording, chunk) for part in parts for chunk in part.chunks]
        windows = [chunk for _, chunk in chunks if isinstance(chunk, Window)]
        if len(windows) < len(chunks):
            raise TypeError("the recipe `cascade` hears windows; of a video it takes the audio track")
        rows = [self._row(recording, window) for (recording, _), window in zip(chunks, windows, strict=True)]
        self._hear(windows, rows)
        self._summarise(rows)
        return rows

    def _row(self, recording: str, window: Window) -> ChunkRow:
        return ChunkRow(
            recording=recording,
            index=window.index,
            start=window.span.start,
            end=window.span.end,
            kind="window",
            status="processed",
            model=f"{self.hearer.name} + {self.writer.name}",
            prompt_hash=self.prompt.digest,
        )

    # -- hearing ------------------------------------------------------------------------------------

    def _hear(self, windows: Sequence[Window], rows: Sequence[ChunkRow]) -> None:
        first = self.hearer.hear([window.samples for window in windows], language=self.language)
        for window, row, heard in zip(windows, rows, first, strict=True):
            fault = self._take(window, row, heard)
            if fault:
                row.attempts += 1
                again = self.hearer.hear([window.samples], language=self.language, careful=True)[0]
                fault = self._take(window, row, again)
            if fault:
                row.rejected, row.transcript, row.cues = row.transcript, "", []
                row.status, row.error = "failed", f"hearing: {fault}"
            elif not row.transcript:
                row.status = "silent"

    def _take(self, window: Window, row: ChunkRow, heard: Heard) -> str:
        """Fill the row from what was heard; returns why it cannot be trusted, if so."""
        pieces = cues.owned(heard.pieces, window.heard, window.span)
        grouped = cues.group(pieces)
        row.language = heard.language
        row.transcript = "".join(piece.text for piece in pieces).strip()
        row.cues = [{"start": cue.start, "end": cue.end, "text": cue.text, "speaker": None} for cue in grouped]
        row.facts = facts(row.transcript)
        row.seconds += heard.seconds
        return guards.transcript_fault(row.transcript, window.span.seconds)

    # -- writing ------------------------------------------------------------------------------------

    def _summarise(self, rows: Sequence[ChunkRow]) -> None:
        groups = [
            spoken
            for group in _groups(rows, self.windows_per_summary)
            if (spoken := [row for row in group if row.status == "processed"])
        ]
        prompts = [self._prompt(group) for group in groups]
        for group, prompt, answer in zip(groups, prompts, self._written(prompts), strict=True):
            if isinstance(answer, ModelError):
                why = TOO_LONG if isinstance(answer, LimitError) else f"{SUMMARY}{answer}"
                for row in group:
                    row.status, row.error = "failed", why
                continue
            text, fault = _checked(answer)
            _count(group, answer)
            if fault:
                second = self.writer.write([prompt], max_tokens=self.max_tokens, temperature=_SECOND_TRY_TEMPERATURE)[0]
                group[0].attempts += 1
                _count(group, second)
                text, fault = _checked(second)
            if fault:
                for row in group:
                    row.status, row.error = "failed", f"{SUMMARY}{fault}"
                group[0].rejected = text
            else:
                head = group[0]
                head.summary, head.summary_start, head.summary_end = text, head.start, group[-1].end

    def _written(self, prompts: Sequence[Prompt]) -> list[Written | ModelError]:
        """Answers in order; where a batch fails, each of it is asked alone, so that one cannot spoil the rest."""
        try:
            return list(self.writer.write(prompts, max_tokens=self.max_tokens)) if prompts else []
        except UnreachedError:
            raise
        except (LimitError, EndpointError) as error:
            return [error] if len(prompts) == 1 else [self._written([prompt])[0] for prompt in prompts]

    def _prompt(self, group: Sequence[ChunkRow]) -> Prompt:
        spoken = " ".join(row.transcript for row in group)
        return self.prompt.fill(text=guards.without_open_questions(spoken))


def _groups(rows: Sequence[ChunkRow], size: int) -> list[list[ChunkRow]]:
    """Rows of a recording whose indices fall into the same run of `size`: the same groups whatever the batch."""
    groups: dict[tuple[str, int], list[ChunkRow]] = {}
    for row in rows:
        groups.setdefault((row.recording, row.index // size), []).append(row)
    return list(groups.values())


def _checked(answer: Written) -> tuple[str, str]:
    text = guards.tidy(answer.text, complete=answer.complete)
    return text, guards.summary_fault(text)


def _count(group: Sequence[ChunkRow], answer: Written) -> None:
    group[0].tokens_in += answer.tokens_in
    group[0].tokens_out += answer.tokens_out
    group[0].seconds += answer.seconds
