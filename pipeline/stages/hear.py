"""Hearing: windows in, words out, whichever engine hears; what it says is checked here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from chunkers.audio import Cut, Window
from chunkers.decoding import Decoded
from chunkers.silence import is_silent
from chunkers.spans import Span
from pipeline.errors import ModelError, StoreDamagedError
from pipeline.models.protocol import Heard, Hearer, LanguageFinder, Samples
from pipeline.stages.conversation import Heard as SpeakerHeard
from pipeline.stages.conversation import conversation
from pipeline.stages.language import decide
from pipeline.stages.protocol import Absent, Made, Part, Pass, Worker, with_missing
from pipeline.stages.repeated import parts
from pipeline.stages.unheard import VOICE_S, filled, gaps
from pipeline.store.parts import Parts
from pipeline.store.tables import HearRow
from pipeline.text import cues, guards
from pipeline.text.cues import Cue
from pipeline.text.ghosts import is_ghost

VERSION = 8
"""Raised when code changes what is heard although no setting, model or prompt did."""

MISSING = "missing: the file ends before the length that its header gives"

NO_SPEECH = "no speech heard"
"""Why words are not believed."""

SPEECH = 0.4
"""Whisper's probability of no speech below which it is sure of speech. Measured: noise, hum, wind, engine, clicks and
breath 0.57 to 0.91, single words and a voice as loud as the noise 0.07 to 0.45, and there a voice was detected."""

KNOWN = -0.8
"""Mean log-probability of the tokens above which it is sure of the words."""

Sound = Window | Absent

Voice = Callable[[Samples], float]
"""Seconds of voice in samples."""


def sounds(stream: Pass[Window]) -> Iterator[Sound]:
    """The windows of a pass, and what the header promised and the file did not hold."""
    return with_missing(stream, _why_missing)


def _why_missing(report: Decoded) -> str:
    return f"not read: the last {report.unread:,} bytes of the file" if report.unread else MISSING


def cuts(table: Parts[HearRow], *, open_end: bool) -> list[Cut]:
    """Where an earlier pass cut the windows that are stored, from the first on without a hole.

    The rows are the truth: another decoder, which would find another quiet point, cuts there too. With `open_end` the
    last window is cut anew: what another decoder gives at the end may be a little more or less.
    """
    found: list[Cut] = []
    before: HearRow | None = None
    for row in _until_damage(table):
        if row.index != len(found) + (before is not None) or row.status == "skipped":
            break
        if before is not None:
            found.append((before.end, row.start - row.heard_start))
        before = row
    if before is not None and not open_end:
        found.append((before.end, 0))
    return found


def _until_damage(table: Parts[HearRow]) -> Iterator[HearRow]:
    try:
        yield from table.rows()
    except StoreDamagedError:
        return  # the part is made anew, and all that is behind it is cut anew


@dataclass(frozen=True)
class HearStage:
    """A `Stage` of windows."""

    recording: str
    worker: Worker[Sound, HearRow]

    def inputs(self, item: Sound) -> str:
        """Nothing but the sound."""
        del item
        return ""

    def without_model(self, item: Sound) -> HearRow | None:
        """A row of silence, or of what the file does not hold."""
        if isinstance(item, Absent):
            return _row(self.recording, item, "skipped", item.reason)
        return _row(self.recording, item, "silent") if item.silent else None


class HearWorker:
    """A `Worker` over any engine that hears."""

    def __init__(
        self, hearer: Hearer, voice: Voice, *, language: str | None = None, speakers: Sequence[str] = ()
    ) -> None:
        """`voice` says how many seconds of a window are voice; `speakers` is whose each of `Window.voices` is."""
        self._hearer = hearer
        self._speakers = speakers
        self._voice = voice
        self._language = language

    def begin(self, item: Sound) -> Sound:
        """Nothing can be done before the model is free."""
        return item

    def work(self, *parts: Part[Sound]) -> list[Made[HearRow]]:
        """Hear the batch; where each speaker has a track or channel of their own, one after the other."""
        pairs = [(part.recording, item) for part in parts for item in part.items if isinstance(item, Window)]
        if len(self._speakers) < 2:
            return self._made_of(pairs)
        alone: list[list[tuple[SpeakerHeard, Made[HearRow]]]] = [[] for _ in pairs]
        for at, speaker in enumerate(self._speakers):
            own = [(recording, replace(window, samples=window.voices[at], voices=())) for recording, window in pairs]
            spoken = [number for number, (_, window) in enumerate(own) if not is_silent(_to_pcm(window.samples))]
            for number, one in zip(spoken, self._made_of([own[number] for number in spoken]), strict=True):
                window = own[number][1]
                alone[number].append((SpeakerHeard(speaker, one.row, window.samples, window.heard.start), one))
        return [
            Made(
                conversation(_row(*pair, "silent"), [heard for heard, _ in some]),
                next((one.failure for _, one in some if one.failure), None),
            )
            for pair, some in zip(pairs, alone, strict=True)
        ]

    def _made_of(self, pairs: Sequence[tuple[str, Window]]) -> list[Made[HearRow]]:
        """A row a window; what is refused as a loop is heard in parts, what is still refused once more, with care."""
        audio = [self._audio(window) for _, window in pairs]
        voices = [self._voice(window.samples) for _, window in pairs]
        spoken = self._spoken([recording for recording, _ in pairs], audio)
        heard = self._hear(audio, spoken)
        made = [
            self._made(recording, window, voice, one)
            for (recording, window), voice, one in zip(pairs, voices, heard, strict=True)
        ]
        windows = [window for _, window in pairs]
        self._hear_in_parts(windows, spoken, made)
        again = [number for number, one in enumerate(made) if one.failure]
        second = self._hear([audio[number] for number in again], [spoken[number] for number in again], careful=True)
        for number, one in zip(again, second, strict=True):
            tried = self._made(*pairs[number], voices[number], one)
            first = made[number].row
            tried.row.attempts += first.attempts
            tried.row.seconds += first.seconds
            if tried.failure and not tried.row.rejected:
                tried.row.rejected = first.rejected
            made[number] = tried
        self._fill(windows, [one.row for one in made])
        for each, (_, probability) in zip(made, spoken, strict=True):
            each.row.language_probability = probability
        return made

    def _hear_in_parts(
        self, windows: Sequence[Window], spoken: Sequence[tuple[str | None, float]], made: list[Made[HearRow]]
    ) -> None:
        """Hear part by part what was refused as a loop, and take its words where the engine is sure of every part."""
        if not self._hearer.word_times:
            return
        for number, (window, one) in enumerate(zip(windows, made, strict=True)):
            row = one.row
            if one.failure is None or not guards.loops(row.rejected):
                continue
            spans = parts(_to_pcm(owned_samples(window)), window.span)
            samples = [_samples(window, span) for span in spans]
            heard = self._hear(samples, [spoken[number]] * len(spans))
            row.seconds += sum(part.seconds for part in heard)
            found = [self._sure_words(*part) for part in zip(spans, samples, heard, strict=True)]
            words = [word for some in found for word in some or ()]
            if words and all(some is not None for some in found):
                take_words(row, words)
                row.status, row.error, row.rejected = "processed", "", ""
                made[number] = Made(row)

    def _sure_words(self, span: Span, samples: Samples, heard: Heard) -> list[Cue] | None:
        """The words of a part of a window; None where the engine is not sure of them, or passed over a voice."""
        words = cues.owned(heard.pieces, span, span)
        text = "".join(word.text for word in words).strip()
        if not text:
            return [] if self._voice(samples) < VOICE_S else None
        fault = heard.error or guards.transcript_fault(text, span.seconds) or guards.answers(text)
        return words if _evident(heard, text, fault) else None

    def _fill(self, windows: Sequence[Window], rows: Sequence[HearRow]) -> None:
        """Hear by itself what has a voice and no word, and take its words where the engine is sure of them."""
        if not self._hearer.word_times:
            return
        passed = [
            (row, gap, samples)
            for window, row in zip(windows, rows, strict=True)
            for gap in (gaps(row.words, window.span) if row.words else ())
            if self._voice(samples := _samples(window, gap)) >= VOICE_S
        ]
        languages = [(row.language or None, 0.0) for row, *_ in passed]
        for (row, gap, samples), heard in zip(passed, self._hear([one for *_, one in passed], languages), strict=True):
            row.seconds += heard.seconds
            words = self._sure_words(gap, samples, heard)
            if words:
                take_words(row, filled(row.words, gap, words))

    def _spoken(self, recordings: Sequence[str], audio: Sequence[Samples]) -> list[tuple[str | None, float]]:
        """The language of each window, where it is known before it is heard, and how likely it is by itself."""
        if self._language or not isinstance(self._hearer, LanguageFinder):
            return [(self._language, 0.0)] * len(audio)
        found = self._hearer.language_probabilities(audio)
        spoken: list[tuple[str | None, float]] = []
        for _, run in groupby(range(len(audio)), key=lambda at: recordings[at]):
            own = [found[at] for at in run]
            for probabilities, name in zip(own, decide(own), strict=True):
                spoken.append((name, probabilities.get(name or "", 0.0)))
        return spoken

    def _hear(
        self, audio: Sequence[Samples], spoken: Sequence[tuple[str | None, float]], *, careful: bool = False
    ) -> list[Heard]:
        """What the engine hears: the windows of a language in one batch."""
        heard: dict[int, Heard] = {}
        for name in dict.fromkeys(name for name, _ in spoken):
            group = [at for at, (own, _) in enumerate(spoken) if own == name]
            answers = self._hearer.hear([audio[at] for at in group], language=name, careful=careful)
            heard.update(zip(group, answers, strict=True))
        return [heard[at] for at in range(len(audio))]

    def _audio(self, window: Window) -> Samples:
        """What the engine is given: without times of words, words of the lead-in could not be taken out again."""
        return window.samples if self._hearer.word_times else owned_samples(window)

    def _made(self, recording: str, window: Window, voice: float, heard: Heard) -> Made[HearRow]:
        row = _row(recording, window, "processed")
        row.model, row.language, row.seconds, row.attempts = self._hearer.name, heard.language, heard.seconds, 1
        row.audio_tokens_sent, row.audio_tokens_expected = heard.audio_tokens_sent, heard.audio_tokens_expected
        given = window.heard if self._hearer.word_times else window.span
        take_words(row, cues.owned(heard.pieces, given, window.span))
        fault = heard.error or guards.transcript_fault(row.transcript, window.span.seconds)
        fault = fault or guards.answers(row.transcript)
        row.voice_seconds = voice
        if not voice and (fault or row.transcript) and not _evident(heard, row.transcript, fault):
            _refuse(row, heard, "silent", NO_SPEECH)
            return Made(row)
        if fault:
            _refuse(row, heard, "failed", fault)
            return Made(row, ModelError(fault))
        if not row.transcript:
            row.status = "silent"
        return Made(row)


def take_words(row: HearRow, words: list[Cue]) -> None:
    """Make `words` what was heard in a row."""
    row.words, row.cues = words, cues.group(words)
    row.transcript = "".join(word.text for word in words).strip()


def _refuse(row: HearRow, heard: Heard, status: str, why: str) -> None:
    """Take words that are not believed out of a row; they are kept in `rejected`."""
    row.rejected = "\n".join(filter(None, [row.transcript, heard.rejected]))
    row.transcript, row.cues, row.words = "", [], []
    row.status, row.error = status, why


def _evident(heard: Heard, text: str, fault: str) -> bool:
    """Whether words are believed although no voice was detected: the recogniser must be sure of speech and of them."""
    sure = heard.no_speech is not None and heard.no_speech < SPEECH
    known = heard.log_probability is not None and heard.log_probability > KNOWN
    return sure and known and not fault and not is_ghost(text)


def owned_samples(window: Window) -> Samples:
    """The samples that the window owns, without its lead-in."""
    return _samples(window, window.span)


def _samples(window: Window, span: Span) -> Samples:
    first = span.start - window.heard.start
    return window.samples[first : first + span.ticks]


def _to_pcm(samples: Samples) -> NDArray[np.int16]:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


def _row(recording: str, item: Sound, status: str, error: str = "") -> HearRow:
    heard_start = item.heard.start if isinstance(item, Window) else item.span.start
    return HearRow(
        recording=recording,
        index=item.index,
        start=item.span.start,
        end=item.span.end,
        heard_start=heard_start,
        status=status,
        error=error,
    )
