"""Whisper through faster-whisper (CTranslate2): the embedded speech recogniser.

Each window is transcribed on its own, so that a loop cannot spread;
windows of one language go through the model as one batch.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chunkers.spans import TICKS_PER_SECOND, to_ticks
from pipeline.errors import LimitError, ModelError, SettingsError, WeightsMissingError
from pipeline.models.hardware import ctranslate2_cuda_fault
from pipeline.models.protocol import Heard, Samples
from pipeline.text.cues import Cue

LIMIT_S = 30
"""Whisper's encoder takes 30 s; what is longer would be cut off silently."""

HOTWORD_TOKENS = 112
"""A quarter of what the decoder takes in all: hotwords stand before the text and take room from it.

faster-whisper would cut them off silently at 223 tokens, and what is said in a window at what they leave.
"""

_CAREFUL_TEMPERATURES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
_NO_SPEECH = 0.6
_UNSURE = -1.0


class Whisper:
    """A `Hearer` over faster-whisper."""

    def __init__(
        self,
        folder: Path,
        *,
        device: str = "cpu",
        compute_type: str = "int8",
        beam: int = 1,
        name: str = "",
        hotwords: Sequence[str] = (),
    ) -> None:
        """Load a CTranslate2 folder (model.bin, config.json, tokenizer.json, vocabulary.*).

        `hotwords` are put before every window as if they had been said before it. Raises `SettingsError` for too many.
        """
        # Without a tokenizer in the folder faster-whisper would fetch one from the hub.
        missing = [name for name in ("model.bin", "tokenizer.json") if not (folder / name).is_file()]
        if missing:
            raise WeightsMissingError(
                f"{folder}: no Whisper weights here: {' and '.join(missing)} missing.",
                cure="`longmedia models get starter` brings them.",
            )
        if device == "cuda" and (fault := ctranslate2_cuda_fault()):
            raise ModelError(f"hear.device=cuda: {fault}.", cure="`--set hear.device=cpu` hears without it.")
        import ctranslate2
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        try:
            self._model: Any = WhisperModel(
                str(folder), device=device, compute_type=compute_type, local_files_only=True
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{folder}: Whisper cannot be loaded: {error}") from error
        self._hotwords = self._checked(", ".join(hotwords))
        self._batched: Any = BatchedInferencePipeline(self._model)
        self._beam = beam
        self._seed = ctranslate2.set_random_seed
        self._lock = threading.Lock()
        self._name = f"{name or folder.name} (faster-whisper {compute_type} on {device})"

    def _checked(self, hotwords: str) -> str | None:
        """The hotwords as one text, none where there are none."""
        if not hotwords:
            return None
        tokens = len(self._model.hf_tokenizer.encode(f" {hotwords}", add_special_tokens=False).ids)
        if tokens > HOTWORD_TOKENS:
            raise SettingsError(
                f"hear.hotwords: {tokens} tokens; at most {HOTWORD_TOKENS} leave room for what is said.",
                cure="Keep the words that are heard wrong most.",
            )
        return hotwords

    @property
    def name(self) -> str:
        """Name of the weights, engine and arithmetic."""
        return self._name

    @property
    def word_times(self) -> bool:
        """Yes."""
        return True

    def close(self) -> None:
        """Free the model."""
        self._model.model.unload_model()

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        """Transcribe each of `batch`; see `Hearer.hear`.

        `careful` transcribes one by one, wider, warms up where the text repeats itself, and without hotwords: they may
        be what it repeats.
        """
        for samples in batch:
            if samples.ndim != 1 or samples.dtype != np.float32:
                raise LimitError(f"audio must be one-dimensional float32, not {samples.dtype} {samples.shape}")
            if len(samples) > LIMIT_S * TICKS_PER_SECOND:
                raise LimitError(f"{len(samples) / TICKS_PER_SECOND:.1f} s of audio in one piece; Whisper takes 30 s.")
        with self._lock:  # the batched pipeline keeps state while it works
            return self._hear(batch, language, careful)

    def _hear(self, batch: Sequence[Samples], language: str | None, careful: bool) -> list[Heard]:
        if careful:
            return [self._one_by_one(samples, language) for samples in batch]
        groups: dict[str, list[int]] = defaultdict(list)
        for position, samples in enumerate(batch):
            groups[language or self._language(samples)].append(position)
        heard: dict[int, Heard] = {}
        for spoken, positions in groups.items():
            heard.update(zip(positions, self._hear_batch([batch[p] for p in positions], spoken), strict=True))
        return [heard[position] for position in range(len(batch))]

    def language_probabilities(self, batch: Sequence[Samples]) -> list[Mapping[str, float]]:
        """See `LanguageFinder.language_probabilities`."""
        with self._lock:
            return [self._languages(samples) for samples in batch]

    def _languages(self, samples: Samples) -> dict[str, float]:
        if not self._model.model.is_multilingual:
            return {"en": 1.0}
        _, _, found = self._model.detect_language(audio=samples)
        return {str(language): float(probability) for language, probability in found}

    def _language(self, samples: Samples) -> str:
        found = self._languages(samples)
        return max(found, key=lambda language: found[language])

    def _hear_batch(self, batch: list[Samples], language: str) -> list[Heard]:
        started = time.perf_counter()
        self._batched.last_speech_timestamp = 0.0  # else the last batch would move the words of this one
        borders = np.cumsum([0, *(len(samples) for samples in batch)])
        clips = [
            {"start": start / TICKS_PER_SECOND, "end": end / TICKS_PER_SECOND}
            for start, end in itertools.pairwise(borders)
        ]
        segments, _ = self._batched.transcribe(
            np.concatenate(batch),
            language=language,
            beam_size=self._beam,
            batch_size=len(batch),
            clip_timestamps=clips,
            vad_filter=False,
            without_timestamps=True,
            word_timestamps=True,
            hotwords=self._hotwords,
        )
        frame = TICKS_PER_SECOND // self._model.frames_per_second
        words: list[list[Cue]] = [[] for _ in batch]
        doubts: list[list[tuple[float, float]]] = [[] for _ in batch]
        for segment in segments:
            # `seek` names the clip by its first frame, give or take the rounding of a float
            owner = int(np.searchsorted(borders, (segment.seek + 1.5) * frame, side="right")) - 1
            words[owner].extend(_words(segment, int(borders[owner]), len(batch[owner])))
            doubts[owner].append((segment.no_speech_prob, segment.avg_logprob))
        seconds = (time.perf_counter() - started) / len(batch)
        return [
            Heard(language, tuple(own), seconds, *_worst(all_of)) for own, all_of in zip(words, doubts, strict=True)
        ]

    def _one_by_one(self, samples: Samples, language: str | None) -> Heard:
        started = time.perf_counter()
        self._seed(0)  # above temperature 0 it samples, and the same audio shall give the same text
        segments, info = self._model.transcribe(
            samples,
            language=language,
            beam_size=max(self._beam, 5),
            temperature=_CAREFUL_TEMPERATURES,
            condition_on_previous_text=False,
            vad_filter=False,
            word_timestamps=True,
        )
        found = list(segments)
        words = [word for segment in found for word in _words(segment, 0, len(samples))]
        doubts = _worst([(segment.no_speech_prob, segment.avg_logprob) for segment in found])
        return Heard(str(info.language), tuple(words), time.perf_counter() - started, *doubts)


def _worst(doubts: Sequence[tuple[float, float]]) -> tuple[float | None, float | None]:
    """The highest probability of no speech and the lowest mean log-probability of several segments."""
    if not doubts:
        return None, None
    return max(no_speech for no_speech, _ in doubts), min(mean for _, mean in doubts)


def _words(segment: Any, offset: int, length: int) -> list[Cue]:
    """A segment's words, in ticks from the start of their own samples.

    Nothing where Whisper itself holds the segment for no speech: both its thresholds, as in
    "Robust Speech Recognition via Large-Scale Weak Supervision", section 4.5.
    """
    if segment.no_speech_prob > _NO_SPEECH and segment.avg_logprob < _UNSURE:
        return []
    words = []
    for word in segment.words or ():
        start = min(max(to_ticks(word.start) - offset, 0), length)
        words.append(Cue(start, min(max(to_ticks(word.end) - offset, start), length), word.word))
    return [word for word in words if word.text.strip()]
