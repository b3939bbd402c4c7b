"""Hearing: what an engine says is checked, heard once more with care, and marked; never kept as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from chunkers.audio import Window
from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import ModelError
from pipeline.models.protocol import Heard, Hearer, Samples
from pipeline.stages.hear import HearStage, HearWorker
from pipeline.stages.protocol import Absent, Made, Part
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue

S = TICKS_PER_SECOND
GOOD = "The pump at Halden costs 412,000 euros. Maria Lopez will call on 14 March."
LOOP = "thank you for watching " * 20
PARTS = [""] * 3
"""What is heard of the parts of a window that looked like a loop, where nothing is."""


class Says:
    """A hearer that says the given texts in turn, and keeps what it was asked."""

    name = "says"

    def __init__(self, *texts: str | Heard, word_times: bool = True) -> None:
        self.texts = list(texts)
        self.word_times = word_times
        self.careful: list[bool] = []
        self.languages: set[str | None] = set()
        self.lengths: list[int] = []

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        self.careful.append(careful)
        self.languages.add(language)
        self.lengths += [len(samples) for samples in batch]
        return [self._said(self.texts.pop(0), len(samples)) for samples in batch]

    def _said(self, text: str | Heard, length: int) -> Heard:
        if isinstance(text, Heard):
            return text
        if not self.word_times:
            return Heard("en", (Cue(0, length, text),), 0.5, audio_tokens_sent=7, audio_tokens_expected=7)
        words = text.split()
        step = length // max(len(words), 1)
        return Heard("en", tuple(Cue(n * step, (n + 1) * step, f" {word}") for n, word in enumerate(words)), 0.5)


def window(index: int = 0, *, lead_in: int = 0, silent: bool = False) -> Window:
    start = index * 28 * S
    heard = Span(max(start - lead_in, 0), start + 28 * S)
    samples = np.zeros(heard.ticks, np.float32)
    return Window(index=index, span=Span(start, start + 28 * S), heard=heard, samples=samples, silent=silent)


def hear(hearer: Hearer, *windows: Window, language: str | None = None, voice: float = 1.0) -> list[Made[HearRow]]:
    return HearWorker(hearer, lambda _samples: voice, language=language).work(Part("r", windows))


def test_a_good_window() -> None:
    (made,) = hear(Says(GOOD), window(2))
    row = made.row
    assert made.failure is None
    assert (row.recording, row.index, row.span, row.heard_start) == ("r", 2, Span(56 * S, 84 * S), 56 * S)
    assert (row.status, row.error, row.transcript, row.language, row.model) == ("processed", "", GOOD, "en", "says")
    assert (row.attempts, row.seconds, row.source) == (1, 0.5, "local")
    assert " ".join(cue.text for cue in row.cues) == GOOD
    assert "".join(word.text for word in row.words).strip() == GOOD
    assert all(row.start <= cue.start < cue.end <= row.end for cue in (*row.cues, *row.words))


def test_a_loop_is_heard_again_carefully() -> None:
    hearer = Says(LOOP, *PARTS, GOOD)
    (made,) = hear(hearer, window())
    assert hearer.careful == [False, False, True]
    assert made.failure is None
    assert (made.row.status, made.row.transcript, made.row.attempts, made.row.seconds) == ("processed", GOOD, 2, 2.5)


def test_a_loop_that_stays_is_marked_and_its_text_is_nowhere() -> None:
    (made,) = hear(Says(LOOP, *PARTS, LOOP), window())
    row = made.row
    assert isinstance(made.failure, ModelError)
    assert row.status == "failed"
    assert row.error.startswith("loop")
    assert (row.transcript, row.cues, row.words) == ("", [], [])
    assert row.rejected.startswith("thank you")
    assert row.attempts == 2


def sure(text: str, log_probability: float = -0.3) -> Heard:
    """What a part of ten seconds holds, by an engine that is sure of it."""
    words = [f" {word}" for word in text.split()]
    cues = tuple(Cue(n * S // 2, (n + 1) * S // 2, word) for n, word in enumerate(words))
    return Heard("en", cues, 0.5, no_speech=0.1, log_probability=log_probability)


def test_people_who_say_the_same_again_and_again_are_heard_in_parts() -> None:
    said = ["Press one for sales.", "Press one for sales.", "Press two for sales."]
    hearer = Says("Press one for sales. " * 8, *map(sure, said))
    (made,) = hear(hearer, window(1))
    assert made.failure is None
    row = made.row
    assert (row.status, row.error, row.rejected, row.transcript) == ("processed", "", "", " ".join(said))
    assert [word.start for word in row.words] == sorted(word.start for word in row.words)
    assert row.words[-1].start > row.start + 18 * S
    assert hearer.careful == [False, False]
    assert sum(hearer.lengths[1:]) == 28 * S, "the parts are the whole window"


@pytest.mark.parametrize("third", [sure("Press two for sales.", -1.5), sure(LOOP), sure("Thank you for watching.")])
def test_of_a_loop_nothing_is_believed_unless_every_part_is(third: Heard) -> None:
    told = sure("Press one for sales.")
    (made,) = hear(Says(LOOP, told, told, third, LOOP), window())
    assert (made.row.status, made.row.transcript) == ("failed", "")


def test_a_part_in_which_a_voice_was_passed_over_is_not_believed() -> None:
    told = sure("Press one for sales.")
    (made,) = hear(Says(LOOP, told, told, "", GOOD, *[""] * 9), window(), voice=5.0)
    assert made.row.transcript == GOOD


def test_talk_to_the_user_is_no_transcript() -> None:
    (made,) = hear(
        Says("Sure, here is the transcript: it rained.", "I'm sorry, I cannot transcribe this audio."), window()
    )
    assert (made.row.status, made.row.transcript) == ("failed", "")
    assert made.row.error.startswith("answering")


def test_an_engine_that_says_why_it_failed_is_believed() -> None:
    lost = Heard("", (), 0.5, error="the answer is cut off", rejected="the pump the")
    (made,) = hear(Says(lost, Heard("", (), 0.5, error="no answer")), window())
    assert (made.row.status, made.row.error, made.row.rejected) == ("failed", "no answer", "the pump the")


def test_one_bad_window_does_not_touch_its_neighbours() -> None:
    hearer = Says(GOOD, LOOP, GOOD, *PARTS, LOOP)
    made = hear(hearer, window(0), window(1), window(2))
    assert [one.row.status for one in made] == ["processed", "failed", "processed"]
    assert [bool(one.failure) for one in made] == [False, True, False]
    assert [one.row.index for one in made] == [0, 1, 2]
    assert len(hearer.lengths) == 4 + len(PARTS), "only the one that was refused is heard again"


def test_nothing_heard_is_silence() -> None:
    (made,) = hear(Says(""), window())
    assert (made.row.status, made.row.error, made.failure) == ("silent", "", None)


def test_words_of_the_lead_in_belong_to_the_window_before() -> None:
    (made,) = hear(Says("one two three four five six seven eight nine ten"), window(1, lead_in=3 * S))
    assert made.row.transcript == "two three four five six seven eight nine ten"
    assert made.row.heard_start == 25 * S


def test_an_engine_without_word_times_is_given_only_what_the_window_owns() -> None:
    hearer = Says(GOOD, word_times=False)
    (made,) = hear(hearer, window(1, lead_in=3 * S))
    assert hearer.lengths == [28 * S]
    assert made.row.transcript == GOOD
    assert [(cue.start, cue.end, cue.text) for cue in made.row.words] == [(28 * S, 56 * S, GOOD)]
    assert (made.row.audio_tokens_sent, made.row.audio_tokens_expected) == (7, 7)


def test_the_language_is_passed_on() -> None:
    hearer = Says(LOOP, *PARTS, GOOD)
    hear(hearer, window(), language="de")
    assert hearer.languages == {"de"}


def test_windows_of_several_recordings_go_through_the_model_at_once() -> None:
    hearer = Says(GOOD, "a b", "c d")
    made = HearWorker(hearer, lambda _samples: 1.0).work(Part("r", [window(3)]), Part("s", [window(0), window(1)]))
    assert [(one.row.recording, one.row.index) for one in made] == [("r", 3), ("s", 0), ("s", 1)]
    assert hearer.careful == [False]


def test_silence_and_what_is_missing_need_no_model() -> None:
    stage = HearStage("r", HearWorker(Says(), lambda _samples: 1.0))
    silent = stage.without_model(window(1, lead_in=S, silent=True))
    assert silent is not None
    assert (silent.status, silent.heard_start, silent.attempts, silent.model) == ("silent", 27 * S, 0, "")
    missing = stage.without_model(Absent(4, Span(5, 9), "missing: it ends"))
    assert missing is not None
    assert (missing.status, missing.error, missing.span, missing.heard_start) == (
        "skipped", "missing: it ends", Span(5, 9), 5,
    )  # fmt: skip
    assert stage.without_model(window()) is None


class Doubts(Says):
    """It tells how sure it is that somebody speaks, and of the words."""

    def __init__(self, text: str, no_speech: float | None, log_probability: float | None) -> None:
        super().__init__(text, text)
        self.doubts = no_speech, log_probability

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        no_speech, log_probability = self.doubts
        found = super().hear(batch, language=language, careful=careful)
        return [replace(one, no_speech=no_speech, log_probability=log_probability) for one in found]


@pytest.mark.parametrize(
    ("text", "no_speech", "log_probability"),
    [
        ("The pump runs.", 0.7, -0.1),  # somebody speaks: hardly
        ("The pump runs.", 0.1, -1.2),  # the words: hardly
        ("The pump runs.", None, None),  # it tells nothing
        ("Thank you for watching!", 0.1, -0.1),
        ("you", 0.1, -0.1),
        ("Untertitel der Amara.org-Community", 0.1, -0.1),
        ("one two three four " * 30, 0.1, -0.1),  # a loop
    ],
)
def test_words_without_a_voice_need_evidence(text: str, no_speech: float | None, log_probability: float | None) -> None:
    hears = Doubts(text, no_speech, log_probability)
    (made,) = hear(hears, window(), voice=0.0)
    row = made.row
    assert (row.status, row.error, row.transcript, row.cues) == ("silent", "no speech heard", "", [])
    assert row.rejected == text.strip()
    assert made.failure is None
    assert hears.careful == [False], "it is not heard again"


def test_words_that_are_evident_stay_where_no_voice_was_detected() -> None:
    (made,) = hear(Doubts("The pump runs.", 0.1, -0.4), window(), voice=0.0)
    assert (made.row.status, made.row.transcript) == ("processed", "The pump runs.")


def test_with_a_voice_a_ghost_phrase_may_have_been_said() -> None:
    (made,) = hear(Doubts("Thank you.", 0.5, -0.9), window(), voice=1.5)
    assert (made.row.status, made.row.transcript, made.row.voice_seconds) == ("processed", "Thank you.", 1.5)


def passing(*, before: float, no_speech: float = 0.1) -> list[Heard]:
    """A window whose words begin after so many seconds, and what is heard of these seconds by themselves."""
    begun, on = int(before * S), int((before + 1) * S)
    late = Heard("en", (Cue(begun, on, " There"), Cue(on, 27 * S, " it"), Cue(27 * S, 28 * S, " ends.")), 0.5)
    words = tuple(Cue(n * S, (n + 1) * S, word) for n, word in enumerate([" Pity", " the", " world."]))
    return [late, Heard("en", words, 0.25, no_speech=no_speech, log_probability=-0.3)]


def test_what_has_a_voice_and_no_word_is_heard_by_itself() -> None:
    hears = Says(*passing(before=12))
    (made,) = hear(hears, window(1, lead_in=2 * S), voice=8.0)
    assert made.row.transcript == "Pity the world. There it ends."
    assert [word.start // S for word in made.row.words][:4] == [28, 29, 30, 28 + 10]
    assert hears.lengths == [30 * S, 10 * S], "the stretch without a word, of what the window owns"
    assert made.row.seconds == 0.75
    assert " ".join(cue.text for cue in made.row.cues) == made.row.transcript


@pytest.mark.parametrize(
    ("before", "voice", "no_speech"),
    [(2, 8.0, 0.1), (12, 2.0, 0.1), (12, 8.0, 0.7)],  # a pause; no voice in it; the engine hears hardly anybody
)
def test_what_has_no_voice_stays_without_words(before: float, voice: float, no_speech: float) -> None:
    (made,) = hear(Says(*passing(before=before, no_speech=no_speech)), window(), voice=voice)
    assert "Pity" not in made.row.transcript
    assert made.row.transcript.startswith("There")
