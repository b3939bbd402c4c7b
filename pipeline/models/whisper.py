"""Whisper through CTranslate2: the embedded speech recogniser.

Each window is transcribed on its own, so that a loop cannot spread. It is encoded once: its language, its text and the
times of its words are all read from that. Windows of one language go through the decoder together.

CPU seconds a window of 30 s, int8 on two cores: encoding costs 0.91 one window at a time on one thread, 1.22 eight at
once on two threads; decoding with beam 5 costs 1.26 alone, 1.02 by four, 1.05 by eight. So each worker is one thread
that encodes window by window, and decodes its share of the batch together.
"""

from __future__ import annotations

import functools
import math
import os
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

Encoding = NDArray[np.float32]
"""What the encoder made of one window: (1, frames, width)."""

_MOST_WORKERS = 4
"""Windows worked on at once on a CPU: each takes 150 MB while it is encoded."""

_OPENING_MARKS = "\"'“¿([{-"
_CLOSING_MARKS = "\"'.。,，!！?？:：”)]}、"
"""Marks that belong to the word behind them, and to the word before them."""

_CAREFUL_TEMPERATURES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
_NO_SPEECH = 0.6
_UNSURE = -1.0
_UNKNOWN = -1.25
"""Mean log-probability of the tokens below which nobody said them, however sure it is that somebody speaks: laughter
-1.6 and -1.9; astronauts over the radio -0.65 to -0.89, and clearer speech above -0.7."""


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
        from faster_whisper import WhisperModel

        workers = min(os.cpu_count() or 1, _MOST_WORKERS) if device == "cpu" else 1
        try:
            self._model: Any = WhisperModel(
                str(folder),
                device=device,
                compute_type=compute_type,
                cpu_threads=1,
                num_workers=workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{folder}: Whisper cannot be loaded: {error}") from error
        self._hotwords = self._checked(", ".join(hotwords))
        self._beam = beam
        self._seed = ctranslate2.set_random_seed
        self._view = ctranslate2.StorageView.from_array
        self._float32 = ctranslate2.DataType.float32
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, "whisper")
        self._kept: dict[int, tuple[Encoding, float]] = {}
        self._tokenizer = functools.lru_cache(maxsize=None)(self._new_tokenizer)
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
        self._pool.shutdown()
        self._model.model.unload_model()

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        """Transcribe each of `batch`; see `Hearer.hear`.

        `careful` transcribes one by one, wider, warms up where the text repeats itself, and without hotwords: they may
        be what it repeats.
        """
        _check(batch)
        with self._lock:  # temperatures above 0 share one seed
            return [self._one_by_one(one, language) for one in batch] if careful else self._hear(batch, language)

    def _hear(self, batch: Sequence[Samples], language: str | None) -> list[Heard]:
        encoded = self._encoded(batch)
        for samples in batch:
            self._kept.pop(id(samples), None)
        started = time.perf_counter()
        groups: dict[str, list[int]] = defaultdict(list)
        for position, (encoding, _) in enumerate(encoded):
            groups[language or _likeliest(self._languages(encoding))].append(position)
        shares = [
            (spoken, positions[first :: self._workers])
            for spoken, positions in groups.items()
            for first in range(min(self._workers, len(positions)))
        ]

        def decoded(share: tuple[str, list[int]]) -> list[Heard]:
            spoken, positions = share
            return self._decode([encoded[at][0] for at in positions], [len(batch[at]) for at in positions], spoken)

        heard: dict[int, Heard] = {}
        for (_, positions), some in zip(shares, self._pool.map(decoded, shares), strict=True):
            heard.update(zip(positions, some, strict=True))
        seconds = (time.perf_counter() - started) / max(1, len(batch))
        return [replace(heard[at], seconds=seconds + before) for at, (_, before) in enumerate(encoded)]

    def language_probabilities(self, batch: Sequence[Samples]) -> list[Mapping[str, float]]:
        """See `LanguageFinder.language_probabilities`; what is encoded for it serves `hear` of the same arrays."""
        _check(batch)
        with self._lock:
            encoded = self._encoded(batch)
            for samples, one in zip(batch, encoded, strict=True):
                # For as long as the samples are there; `hear` takes it out before.
                self._kept[id(samples)] = one
                weakref.finalize(samples, self._kept.pop, id(samples), None)
            return list(self._pool.map(lambda one: self._languages(one[0]), encoded))

    def _encoded(self, batch: Sequence[Samples]) -> list[tuple[Encoding, float]]:
        """What each window is encoded as, kept or made now, and its share of the wall seconds that this took."""
        started = time.perf_counter()
        made = list(self._pool.map(self._encode, [one for one in batch if id(one) not in self._kept]))
        seconds = (time.perf_counter() - started) / max(1, len(made))
        new = iter(made)
        return [self._kept.get(id(samples)) or (next(new), seconds) for samples in batch]

    def _encode(self, samples: Samples) -> Encoding:
        from faster_whisper.audio import pad_or_trim

        features = pad_or_trim(self._model.feature_extractor(samples)[..., :-1])
        found = self._model.model.encode(self._view(np.ascontiguousarray(features[np.newaxis])), to_cpu=True)
        return np.array(found.to(self._float32))

    def _languages(self, encoding: Encoding) -> dict[str, float]:
        if not self._model.model.is_multilingual:
            return {"en": 1.0}
        (found,) = self._model.model.detect_language(self._view(encoding))
        return {str(token)[2:-2]: float(probability) for token, probability in found}

    def _new_tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        many = self._model.model.is_multilingual
        return Tokenizer(self._model.hf_tokenizer, many, task="transcribe", language=language if many else "en")

    def _decode(self, encodings: Sequence[Encoding], lengths: Sequence[int], language: str) -> list[Heard]:
        """The words of windows of one language, `lengths` in samples; seconds are not told."""
        from faster_whisper.transcribe import get_suppressed_tokens

        tokenizer = self._tokenizer(language)
        prompt = self._model.get_prompt(tokenizer, [], without_timestamps=True, hotwords=self._hotwords)
        results = self._model.model.generate(
            self._view(np.concatenate(encodings)),
            [prompt] * len(encodings),
            beam_size=self._beam,
            max_length=self._model.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0.0,
        )
        heard = []
        for encoding, length, result in zip(encodings, lengths, results, strict=True):
            tokens = result.sequences_ids[0]
            mean = result.scores[0] * len(tokens) / (len(tokens) + 1)  # the end counts as a token, too
            words: list[Cue] = []
            if _is_speech(result.no_speech_prob, mean):
                words = _words(self._timed(encoding, length, tokenizer, tokens), length)
            heard.append(Heard(language, tuple(words), 0.0, result.no_speech_prob, mean))
        return heard

    def _timed(
        self, encoding: Encoding, length: int, tokenizer: Any, tokens: Sequence[int]
    ) -> list[tuple[str, float, float]]:
        """The words of one window, each with its start and end in seconds; none of them rests on another window."""
        seconds = length / TICKS_PER_SECOND
        segment: dict[str, Any] = {"seek": 0, "start": 0.0, "end": seconds, "tokens": list(tokens)}
        frames = math.ceil(seconds) * self._model.frames_per_second
        self._model.add_word_timestamps(
            [[segment]], tokenizer, self._view(encoding), [frames], _OPENING_MARKS, _CLOSING_MARKS, 0.0
        )
        return [(word["word"], word["start"], word["end"]) for word in segment["words"]]

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
        words = [
            word
            for segment in found
            if _is_speech(segment.no_speech_prob, segment.avg_logprob)
            for word in _words([(one.word, one.start, one.end) for one in segment.words or ()], len(samples))
        ]
        doubts = _worst([(segment.no_speech_prob, segment.avg_logprob) for segment in found])
        return Heard(str(info.language), tuple(words), time.perf_counter() - started, *doubts)


def _check(batch: Sequence[Samples]) -> None:
    """Raise `LimitError` for what the encoder would misread or cut off."""
    for samples in batch:
        if samples.ndim != 1 or samples.dtype != np.float32:
            raise LimitError(f"audio must be one-dimensional float32, not {samples.dtype} {samples.shape}")
        if len(samples) > LIMIT_S * TICKS_PER_SECOND:
            raise LimitError(f"{len(samples) / TICKS_PER_SECOND:.1f} s of audio in one piece; Whisper takes 30 s.")


def _likeliest(languages: Mapping[str, float]) -> str:
    return max(languages, key=lambda language: languages[language])


def _worst(doubts: Sequence[tuple[float, float]]) -> tuple[float | None, float | None]:
    """The highest probability of no speech and the lowest mean log-probability of several segments."""
    if not doubts:
        return None, None
    return max(no_speech for no_speech, _ in doubts), min(mean for _, mean in doubts)


def _is_speech(no_speech: float, mean: float) -> bool:
    """False where Whisper itself holds a segment for no speech, or knows no word of it.

    Both its thresholds, as in "Robust Speech Recognition via Large-Scale Weak Supervision", section 4.5.
    """
    return mean >= _UNKNOWN and (no_speech <= _NO_SPEECH or mean >= _UNSURE)


def _words(timed: Iterable[tuple[str, float, float]], length: int) -> list[Cue]:
    """Words with their start and end in seconds as cues in ticks, within the `length` of their samples."""
    words = []
    for text, start_s, end_s in timed:
        start = min(max(to_ticks(start_s), 0), length)
        words.append(Cue(start, min(max(to_ticks(end_s), start), length), text))
    return [word for word in words if word.text.strip()]
