"""Words out of sound with Gemma 4: the trained task frame, in stretches that the model keeps in mind.

A window of 30 s is 750 tokens; the 12B is said to lose what lies beyond about 450-500. So a window
may be sent as several shorter stretches, each a request of its own in the batch; see `stretches`.
A short prompt helps for the same reason: every token before the audio moves it back.
"""

from __future__ import annotations

from collections.abc import Sequence

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.gemma.inputs import Request
from pipeline.models.gemma.multimodal import Answer, Multimodal
from pipeline.models.gemma.stretches import Stretch, stretches
from pipeline.models.protocol import Heard, Samples
from pipeline.prompts import PromptTemplate
from pipeline.text.cues import Cue
from pipeline.text.overlap import said_once

_CAREFUL = 2


class GemmaHearer:
    """Gemma as a speech recogniser. Implements `Hearer`.

    `template` is the prompt of role `gemma_hear`; `longest_s` the seconds of a request; `max_tokens`
    the cap of its transcript.
    """

    def __init__(self, gemma: Multimodal, template: PromptTemplate, *, longest_s: float, max_tokens: int) -> None:
        self._gemma = gemma
        self._template = template
        self._longest = int(min(longest_s, gemma.limits.audio_s) * TICKS_PER_SECOND)
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        """Name and build of the weights."""
        return self._gemma.name

    @property
    def word_times(self) -> bool:
        """No: a piece is a whole stretch."""
        return False

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        """Transcribe each of `batch`, one piece a stretch; `careful` sends stretches of half the length.

        `language` is a code of ISO 639-1, as `en`. Silent stretches are not sent. What was kept from the model, and a
        transcript that ran into its cap of tokens, is a result with an error.
        """
        longest = self._longest // _CAREFUL if careful else self._longest
        prompt = self._template.fill(language=task_frame(language))
        plans = [[one for one in stretches(samples, longest) if not one.silent] for samples in batch]
        requests = [
            Request(text=prompt.user, system=prompt.system, audio=(samples[one.heard : one.end],))
            for samples, plan in zip(batch, plans, strict=True)
            for one in plan
        ]
        answers = iter(self._gemma.ask(requests, max_tokens=self._max_tokens))
        return [_joined([(one, next(answers)) for one in plan], language or "") for plan in plans]


def _joined(parts: list[tuple[Stretch, Answer]], language: str) -> Heard:
    proofs = [answer.proof for _, answer in parts if answer.proof is not None]
    written = [(stretch, answer.written) for stretch, answer in parts if answer.written is not None]
    error = next((str(answer.error) for _, answer in parts if answer.error is not None), "")
    if not error and not all(one.complete for _, one in written):
        error = "the transcript ran into its cap of tokens"
    return Heard(
        language,
        () if error else _pieces([(stretch, one.text) for stretch, one in written]),
        sum(one.seconds for _, one in written),
        error=error,
        rejected=" ".join(one.text for _, one in written) if error else "",
        audio_tokens_sent=sum(proof.sent.audio_tokens for proof in proofs),
        audio_tokens_expected=sum(proof.expected.audio_tokens for proof in proofs),
    )


def _pieces(said: list[tuple[Stretch, str]]) -> tuple[Cue, ...]:
    """A piece a stretch; words that two of them heard belong to one."""
    texts: list[str] = []
    before: Stretch | None = None
    for stretch, text in said:
        texts.append(" ".join(text.split()))
        if before is not None and stretch.heard < before.end:
            texts[-2:] = said_once(*texts[-2:])
        before = stretch
    pieces = [Cue(one.start, one.end, f" {text}") for (one, _), text in zip(said, texts, strict=True) if text]
    return tuple(pieces)


def task_frame(language: str | None) -> str:
    """How the trained task frame names the language."""
    if language is None:
        return "in its original language"
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    name = LANGUAGES.get(language.lower(), language).title()
    return f"in {name} into {name} text"
