"""Words out of sound with Gemma 4: the trained task frame, in stretches that the model keeps in mind.

A window of 30 s is 750 tokens; the 12B is said to lose what lies beyond about 450-500. So a window
may be sent as several shorter stretches, each a request of its own in the batch, cut where it is
quietest. A short prompt helps for the same reason: every token before the audio moves it back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.gemma.inputs import Request
from pipeline.models.gemma.model import Answer, Gemma
from pipeline.models.protocol import Heard, Samples
from pipeline.prompts import PromptTemplate
from pipeline.text.cues import Cue

_FRAME = TICKS_PER_SECOND // 50
_REACH = TICKS_PER_SECOND
_CAREFUL = 2


class GemmaHearer:
    """Gemma as a speech recogniser. Implements `Hearer`.

    `template` is the prompt of role `gemma_hear`; `longest_s` the seconds of a request; `max_tokens`
    the cap of its transcript.
    """

    def __init__(self, gemma: Gemma, template: PromptTemplate, *, longest_s: float, max_tokens: int) -> None:
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

        `language` is a code of ISO 639-1, as `en`. What was kept from the model, and a transcript that ran into its
        cap of tokens, is a result with an error.
        """
        longest = self._longest // _CAREFUL if careful else self._longest
        prompt = self._template.fill(language=task_frame(language))
        plans = [stretches(samples, longest) for samples in batch]
        requests = [
            Request(text=prompt.user, system=prompt.system, audio=(samples[start:end],))
            for samples, plan in zip(batch, plans, strict=True)
            for start, end in plan
        ]
        answers = iter(self._gemma.ask(requests, max_tokens=self._max_tokens))
        return [_joined([(start, end, next(answers)) for start, end in plan], language or "") for plan in plans]


def _joined(parts: list[tuple[int, int, Answer]], language: str) -> Heard:
    proofs = [answer.proof for _, _, answer in parts if answer.proof is not None]
    written = [(start, end, answer.written) for start, end, answer in parts if answer.written is not None]
    error = next((str(answer.error) for _, _, answer in parts if answer.error is not None), "")
    if not error and not all(one.complete for _, _, one in written):
        error = "the transcript ran into its cap of tokens"
    pieces = tuple(Cue(start, end, f" {' '.join(one.text.split())}") for start, end, one in written if one.text)
    return Heard(
        language,
        () if error else pieces,
        sum(one.seconds for _, _, one in written),
        error=error,
        rejected=" ".join(one.text for _, _, one in written) if error else "",
        audio_tokens_sent=sum(proof.sent.audio_tokens for proof in proofs),
        audio_tokens_expected=sum(proof.expected.audio_tokens for proof in proofs),
    )


def stretches(samples: Samples, longest: int) -> list[tuple[int, int]]:
    """`samples` as contiguous `[start, end)` of at most `longest` samples: as few as possible, of like length.

    Each border is moved to the quietest 20 ms within a second of it, as far as `longest` allows.
    """
    total = samples.size
    count = max(1, math.ceil(total / longest))
    borders = [0]
    for number in range(1, count):
        ideal = total * number // count
        # What is left behind the border must still fit into the stretches that are left.
        low = max(ideal - _REACH, borders[-1] + 1, total - (count - number) * longest)
        high = min(ideal + _REACH, borders[-1] + longest)
        borders.append(_quietest(samples, low, high))
    return list(zip(borders, [*borders[1:], total], strict=True))


def _quietest(samples: Samples, low: int, high: int) -> int:
    """The middle of the quietest 20 ms within `[low, high)`; `low` where there are none."""
    frames = (high - low) // _FRAME
    if frames < 1:
        return low
    energy = np.square(samples[low : low + frames * _FRAME]).reshape(frames, _FRAME).sum(axis=1)
    return low + int(energy.argmin()) * _FRAME + _FRAME // 2


def task_frame(language: str | None) -> str:
    """How the trained task frame names the language."""
    if language is None:
        return "in its original language"
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    name = LANGUAGES.get(language.lower(), language).title()
    return f"in {name} into {name} text"
