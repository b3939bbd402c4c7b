"""The recipe `gemma`: one multimodal model hears, sees and writes.

Two calls a chunk. Hearing: every window that is not silent, transcribed in the trained task frame.
Understanding: the frames and the transcript, and where the model can keep it in mind the sound again,
answered in three kinds of lines. Any `Hearer` can take the first call: a dedicated recogniser hears
words better than the 12B.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chunkers import Segment, Span, Window, to_ticks
from pipeline.errors import LimitError
from pipeline.models.gemma.hearing import GemmaHearer, Listened, stretches
from pipeline.models.gemma.inputs import Proof, Request
from pipeline.models.gemma.limits import MOST_FRAMES, frame_stamp
from pipeline.models.gemma.loading import load_gemma
from pipeline.models.gemma.model import Answer, Gemma
from pipeline.models.protocol import Hearer, Samples
from pipeline.prompts import PromptTemplate, load
from pipeline.recipes.gemma_answer import read
from pipeline.recipes.protocol import SUMMARY, Chunk, Part
from pipeline.settings import Settings
from pipeline.store.tables import ChunkRow
from pipeline.text.cues import group

_REMINDER = "\n\nBegin with `SUMMARY:` and keep to those lines."


@dataclass(frozen=True, slots=True, eq=False)
class _Begun(Segment):
    """A segment whose frames are being made into patches, or already are; `at` is when each frame is."""

    at: tuple[int, ...]
    patches: Future[Any]


@dataclass(slots=True)
class _Work:
    """A chunk on its way to a row."""

    row: ChunkRow
    seen: _Begun | None = None
    audio: list[tuple[Span, Samples]] = field(default_factory=list)
    """What it owns and is not silent."""
    error: str = ""

    @property
    def span(self) -> Span:
        return self.row.span


class GemmaRecipe:
    """Implements `Recipe`. `gemma` is loaded; `hearer` stands in front of it where given."""

    def __init__(self, gemma: Gemma, settings: Settings, hearer: Hearer | None = None) -> None:
        chosen = settings.gemma
        self._gemma = gemma
        self._language = settings.hear.language
        self._max_tokens = chosen.describe_tokens
        again = gemma.limits.hears_behind_frames if chosen.listen_again is None else chosen.listen_again
        self._listen_again = again and gemma.limits.hears
        self._prompts = {role: load(settings.profile, f"gemma_{role}") for role in ("hear", "watch", "listen")}
        self._hearer: Hearer = hearer or GemmaHearer(
            gemma,
            self._prompts["hear"],
            longest_s=chosen.hear_s or gemma.limits.hear_s,
            max_tokens=chosen.hear_tokens,
        )

    @property
    def sees(self) -> bool:
        """Whether the checkpoint has eyes."""
        return self._gemma.limits.sees

    @property
    def writer(self) -> Gemma:
        """The same model merges."""
        return self._gemma

    def begin(self, chunk: Chunk) -> Chunk:
        """The chunk, its frames on their way to patches."""
        if isinstance(chunk, Window | _Begun) or not len(chunk.frames):
            return chunk
        at = _moments(chunk)
        patches = self._gemma.look(chunk.frames, at)
        return _Begun(chunk.index, chunk.span, chunk.frames, chunk.pts, chunk.windows, at, patches)

    def describe(self, *parts: Part) -> list[ChunkRow]:
        """One row a chunk, in order; a chunk that fails is a row that says so.

        Raises `ModelError` where the device cannot hold a single request.
        """
        works = [self._work(part.recording, self.begin(chunk)) for part in parts for chunk in part.chunks]
        self._hear([work for work in works if work.audio])
        self._understand([work for work in works if not work.error and (work.seen or work.row.cues)])
        return [_finished(work) for work in works]

    def _work(self, recording: str, chunk: Chunk) -> _Work:
        windows = (chunk,) if isinstance(chunk, Window) else chunk.windows
        row = ChunkRow(
            recording=recording,
            index=chunk.index,
            start=chunk.span.start,
            end=chunk.span.end,
            kind="segment" if isinstance(chunk, Segment) else "window",
            status="processed",
            model=self._names(),
            prompt_hash=_digest(self._prompts.values()),
        )
        work = _Work(row, audio=[(window.span, _owned(window)) for window in windows if not window.silent])
        if isinstance(chunk, _Begun):
            work.seen = chunk
        elif not work.audio:
            row.status = "silent"
        return work

    def _names(self) -> str:
        return " + ".join(dict.fromkeys([self._hearer.name, self._gemma.name]))

    def _hear(self, works: Sequence[_Work]) -> None:
        pieces = [(work, span, samples) for work in works for span, samples in work.audio]
        heard = self._listened([samples for _, _, samples in pieces])
        for (work, span, _), one in zip(pieces, heard, strict=True):
            _count(work.row, one.proofs)
            if one.heard is None:
                work.error = work.error or one.error
                work.row.rejected = f"{work.row.rejected}\n{one.rejected}".strip()
                continue
            work.row.seconds += one.heard.seconds
            work.row.language = work.row.language or one.heard.language
            work.row.transcript = f"{work.row.transcript} {one.heard.text}".strip()
            work.row.cues += [
                {"start": span.start + cue.start, "end": span.start + cue.end, "text": cue.text, "speaker": None}
                for cue in group(one.heard.pieces)
            ]

    def _listened(self, audio: Sequence[Samples]) -> list[Listened]:
        """Each piece heard; with Gemma, one that ran on is heard again in shorter stretches."""
        if not isinstance(self._hearer, GemmaHearer):
            return [Listened(heard, ()) for heard in self._hearer.hear(audio, language=self._language)]
        heard = self._hearer.listen(audio, language=self._language)
        again = [number for number, one in enumerate(heard) if one.rejected]
        tried = self._hearer.listen([audio[number] for number in again], language=self._language, careful=True)
        for number, one in zip(again, tried, strict=True):
            heard[number] = one
        return heard

    def _understand(self, works: Sequence[_Work]) -> None:
        tries = self._tried(works, "")
        for work, one in zip(works, tries, strict=True):
            _count(work.row, [one.answer.proof] if one.answer.proof else [])
        again = [number for number, one in enumerate(tries) if one.answer.written and not one.fits]
        for number, one in zip(again, self._tried([works[number] for number in again], _REMINDER), strict=True):
            works[number].row.attempts += 1
            tries[number] = max(tries[number], one, key=lambda either: either.worth)
        for work, one in zip(works, tries, strict=True):
            _fill(work, one)

    def _tried(self, works: Sequence[_Work], reminder: str) -> list[_Try]:
        answers = self._gemma.ask([self._request(work, reminder) for work in works], max_tokens=self._max_tokens)
        for work, answer in zip(works, answers, strict=True):
            if answer.written is not None:
                work.row.seconds += answer.written.seconds
                work.row.tokens_in += answer.written.tokens_in
                work.row.tokens_out += answer.written.tokens_out
        return [_Try(answer, work.span.ticks) for work, answer in zip(works, answers, strict=True)]

    def _request(self, work: _Work, reminder: str) -> Request:
        template = self._prompts["watch" if work.seen else "listen"]
        lines = [f"{frame_stamp(cue['start'] - work.span.start)} {cue['text']}" for cue in work.row.cues]
        prompt = template.fill(transcript="\n".join(lines) or "(none)")
        audio: tuple[Samples, ...] = ()
        if self._listen_again:
            longest = self._gemma.limits.audio_samples
            audio = tuple(one[start:end] for _, one in work.audio for start, end in stretches(one, longest))
        request = Request(text=prompt.user + reminder, system=prompt.system, audio=audio)
        if work.seen is None:
            return request
        return replace(request, frames=work.seen.frames, at=work.seen.at, patches=work.seen.patches)


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


def _fill(work: _Work, one: _Try) -> None:
    row, said = work.row, one.said
    if one.problem:
        work.error = f"{SUMMARY}{one.problem}" if row.transcript else one.problem
        row.rejected = one.answer.written.text if one.answer.written else ""
        return
    row.summary, row.screen_text = said.summary, said.screen
    row.summary_start, row.summary_end = row.start, row.end
    row.events = [{"at": row.start + at, "text": what} for at, what in said.events]
    row.rejected = "\n".join(said.strays)


def _finished(work: _Work) -> ChunkRow:
    if work.error:
        work.row.status, work.row.error = "failed", work.error
    return work.row


def _count(row: ChunkRow, proofs: Sequence[Proof]) -> None:
    """Both sides of the proofs, summed over the row's calls; a second try counts once."""
    for proof in proofs:
        row.audio_tokens_sent += proof.sent.audio_tokens
        row.audio_tokens_expected += proof.expected.audio_tokens
        row.frames_sent += proof.sent.frames
        row.frames_expected += proof.expected.frames


def _owned(window: Window) -> Samples:
    """The samples that the window owns.

    What it hears before its span belongs to the window before; without times of words the doubled
    ones could not be taken out again.
    """
    first = window.span.start - window.heard.start
    return window.samples[first : first + window.span.ticks]


def _moments(segment: Segment) -> tuple[int, ...]:
    """When each frame is, in ticks from the start of the segment.

    A frame may be shown a little before the segment begins: it is the one that is still to be seen then.
    """
    return tuple(max(0, to_ticks(moment) - segment.span.start) for moment in segment.pts)


def _digest(templates: Iterable[PromptTemplate]) -> str:
    return hashlib.sha256("".join(template.digest for template in templates).encode()).hexdigest()[:16]


def open_recipe(settings: Settings, folder: Path, hearer: Hearer | None = None) -> GemmaRecipe:
    """The recipe with its model loaded; `folder` holds the weights.

    Raises what `load_gemma` raises, and `LimitError` where the settings make longer chunks than it takes in, or
    where it cannot hear and no `hearer` is given.
    """
    frames = settings.video.length_s * settings.video.fps
    if frames > MOST_FRAMES:
        raise LimitError(
            f"video.length_s x video.fps are {frames:g} frames a segment; Gemma 4 takes {MOST_FRAMES}.",
            cure="Shorter segments or fewer frames a second.",
        )
    gemma = Gemma(load_gemma(settings.gemma, folder, frame_tokens=settings.video.frame_tokens))
    if hearer is None and not gemma.limits.hears:
        raise LimitError(f"{gemma.name} has no ears.", cure="Gemma 4 12B, E4B and E2B have; or `--recipe cascade`.")
    return GemmaRecipe(gemma, settings, hearer)
