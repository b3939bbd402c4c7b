"""The stages of the recipe `gemma`: windows to words, passages to rows, with a model that answers and with noise."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from chunkers.audio import Window, windows  # noqa: E402
from chunkers.ffmpeg import find_ffmpeg  # noqa: E402
from chunkers.probing import probe  # noqa: E402
from chunkers.segments import Segment  # noqa: E402
from chunkers.spans import Span  # noqa: E402
from chunkers.video import segments  # noqa: E402
from data.checkpoints.inputs import pictures, talk, window  # noqa: E402
from data.checkpoints.taught import HEARD  # noqa: E402
from pipeline.merge.inputs import ChunkSummary  # noqa: E402
from pipeline.models.gemma.hearing import GemmaHearer  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402
from pipeline.models.protocol import Heard, Hearer, Samples  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.process import process  # noqa: E402
from pipeline.prompts import load as load_prompt  # noqa: E402
from pipeline.settings import Gemma as GemmaSettings  # noqa: E402
from pipeline.settings import Models, Settings  # noqa: E402
from pipeline.settings import load as load_settings  # noqa: E402
from pipeline.stages.describe import DescribeStage  # noqa: E402
from pipeline.stages.describe_frames import GemmaDescriber  # noqa: E402
from pipeline.stages.hear import HearStage, HearWorker, Sound  # noqa: E402
from pipeline.stages.passages import Passage, of_segments, of_windows  # noqa: E402
from pipeline.stages.protocol import Part  # noqa: E402
from pipeline.stages.see.looked import Seen  # noqa: E402
from pipeline.stages.see.second_reader import differences  # noqa: E402
from pipeline.stages.see.statements import Statement  # noqa: E402
from pipeline.store import Store  # noqa: E402
from pipeline.store.coverage import coverage  # noqa: E402
from pipeline.store.structs import Event  # noqa: E402
from pipeline.store.tables import DescribeRow, HearRow, to_rows, to_table  # noqa: E402
from pipeline.text.cues import Cue  # noqa: E402
from tests.pipeline.models.gemma.films import small_film  # noqa: E402

SECOND = 16_000
MEETING = Path(__file__).parents[4] / "data" / "meeting.opus"


@pytest.fixture(scope="module", params=["none", "nf4"])
def speaking(request: pytest.FixtureRequest, taught: Path, models_folder: Path) -> Gemma:
    """The checkpoint that has learnt to answer, as a run gets it."""
    settings = GemmaSettings(model=str(taught), device="cpu", quantization=request.param)
    return Registry(keep=True).lease().gemma(settings, 70, Models(folder=models_folder))


def hearing(gemma: Gemma, *, language: str | None = "en", longest_s: float | None = None) -> HearWorker:
    """What hears in the recipe, as the job makes it."""
    template = load_prompt("general", "gemma_hear")
    longest = longest_s or gemma.limits.hear_s
    hearer = GemmaHearer(gemma, template, longest_s=longest, max_tokens=32)
    return HearWorker(hearer, lambda _samples: 1.0, language=language)


def describing(gemma: Gemma, *, listen_again: bool = False) -> GemmaDescriber:
    """What describes in the recipe."""
    watch, listen = load_prompt("general", "gemma_watch"), load_prompt("general", "gemma_listen")
    return GemmaDescriber(gemma, watch, listen, max_tokens=32, listen_again=listen_again)


def heard(worker: HearWorker, *windows: Window) -> list[HearRow]:
    """Rows of windows, silence without the model, as the driver makes them."""
    stage = HearStage("r", worker)
    rows = {one.index: row for one in windows if (row := stage.without_model(one)) is not None}
    asked: list[Sound] = [one for one in windows if one.index not in rows]
    made = worker.work(Part("r", asked)) if asked else []
    rows |= {one.row.index: one.row for one in made}
    return [rows[one.index] for one in windows]


def described(worker: GemmaDescriber, *passages: Passage) -> list[DescribeRow]:
    """Rows of passages, which the driver begins before they are due."""
    return [one.row for one in worker.work(Part("r", [worker.begin(passage) for passage in passages]))]


def spoken(span: Span, index: int = 0, text: str = HEARD) -> HearRow:
    """A row of a window in which something was said."""
    return HearRow(
        recording="r",
        index=index,
        start=span.start,
        end=span.end,
        heard_start=span.start,
        status="processed",
        transcript=text,
        cues=[Cue(span.start, span.end, text)],
    )


def passage(*sounds: Window) -> Passage:
    """A passage of windows in which the taught words were heard."""
    rows = [spoken(one.span, one.index) for one in sounds]
    (made,) = of_windows(rows, 8, list(sounds))
    return made


def shown(index: int, start_s: int, frames: int, *sounds: Window) -> Passage:
    """A passage with a frame a second; of the windows in it the silent ones were heard as silence."""
    start = start_s * SECOND
    moments = tuple(Fraction(start_s + second) for second in range(frames))
    segment = Segment(index, Span(start, start + frames * SECOND), pictures(frames), moments, sounds)
    return Passage(index, segment.span, tuple(spoken(one.span, one.index) for one in sounds if not one.silent), segment)


def test_a_window_becomes_transcript_and_cues(speaking: Gemma) -> None:
    (row,) = heard(hearing(speaking), window(4, 100, 1))
    assert (row.status, row.index, row.error, row.language, row.attempts) == ("processed", 4, "", "en", 1)
    assert row.transcript == HEARD
    assert row.cues == [Cue(100 * SECOND, 101 * SECOND, HEARD)]
    assert row.audio_tokens_sent == row.audio_tokens_expected == 25
    assert row.seconds > 0
    assert row.model == speaking.name
    assert to_rows(to_table([row], HearRow), HearRow) == [row]


def test_a_passage_without_pictures_becomes_a_summary_and_events(speaking: Gemma) -> None:
    (row,) = described(describing(speaking), passage(window(4, 100, 1)))
    assert (row.status, row.kind, row.index, row.error) == ("processed", "window", 4, "")
    assert (row.start, row.end) == (100 * SECOND, 101 * SECOND)
    assert (row.summary, row.attempts) == ("Words", 1)
    # The event of second 1 lies outside of a window of one second: kept, but as no event.
    assert (row.events, row.rejected) == ([], "00:01: now")
    assert min(row.tokens_in, row.tokens_out, row.seconds) > 0
    assert row.audio_tokens_sent == row.frames_sent == 0
    assert to_rows(to_table([row], DescribeRow), DescribeRow) == [row]


def test_the_reader_is_a_second_witness_of_the_text_in_the_picture(speaking: Gemma) -> None:
    told = Statement("black", "The picture is black from 0:01:01 to 0:01:02.", (Span(61 * SECOND, 62 * SECOND),), True)
    seen = Seen((told,), ("QX 93",), ())
    (row,) = described(describing(speaking), replace(shown(2, 60, 3), seen=seen))
    # It was not taught this prompt: what it says of the picture is another thing on another processor.
    assert row.screen_differences == differences(row.screen_text.splitlines(), seen.screen, seen.values)
    assert ("QX 93", "reader") in [(one.text, one.by) for one in row.screen_differences]
    assert Event(61 * SECOND, told.text) in row.events


def test_a_segment_adds_frames_screen_text_and_times_on_the_recordings_clock(speaking: Gemma) -> None:
    item = shown(0, 60, 3, window(0, 60, 1), window(1, 61, 2, silent=True))
    (row,) = described(describing(speaking), item)
    assert (row.status, row.kind, row.error, row.failed_step) == ("processed", "segment", "", "")
    assert (row.summary, row.screen_text) == ("pictures", "MM 7")
    assert row.events == [Event(62 * SECOND, "when")]
    assert row.frames_sent == row.frames_expected == 3
    assert row.inputs == item.inputs
    assert to_rows(to_table([row], DescribeRow), DescribeRow) == [row]


def test_silence_never_reaches_the_model(speaking: Gemma) -> None:
    quiet = window(0, 0, 1, silent=True)
    (row,) = heard(hearing(speaking), quiet)
    assert (row.status, row.audio_tokens_sent, row.seconds, row.model) == ("silent", 0, 0, "")
    (silence,) = of_windows([row], 1, [quiet])
    made = DescribeStage("r", describing(speaking)).without_model(silence)
    assert made is not None
    assert (made.status, made.tokens_in, made.model) == ("silent", 0, "")


def test_only_what_the_window_owns_is_heard(speaking: Gemma) -> None:
    (row,) = heard(hearing(speaking), window(7, 10, 1, lead_s=1.5))
    assert row.audio_tokens_sent == 25
    (again,) = described(describing(speaking, listen_again=True), passage(window(7, 10, 1, lead_s=1.5)))
    assert again.audio_tokens_sent == again.audio_tokens_expected == 25


def test_rows_come_in_the_order_of_the_windows(speaking: Gemma) -> None:
    sounds = [window(0, 0, 1), window(1, 1, 1, silent=True), window(2, 2, 31), window(3, 33, 1)]
    rows = heard(hearing(speaking), *sounds)
    assert [row.index for row in rows] == [0, 1, 2, 3]
    assert [row.status for row in rows if row.index != 2] == ["processed", "silent", "processed"]


def test_noise_without_end_is_a_failed_row_that_keeps_what_was_written(
    opened: Callable[..., Gemma], monkeypatch: pytest.MonkeyPatch
) -> None:
    gemma = opened("unified")
    monkeypatch.setattr(gemma.loaded.model.generation_config, "eos_token_id", [3])
    (sound,) = heard(hearing(gemma, longest_s=2), replace(window(0, 0, 3), samples=talk(3)))
    (film,) = described(describing(gemma), shown(1, 0, 2))
    assert sound.status == film.status == "failed"
    assert sound.error == "the transcript ran into its cap of tokens"
    assert film.error == "the answer kept to no format and ran into its cap of tokens"
    assert film.failed_step == "describe"
    assert sound.rejected
    assert film.rejected
    assert (sound.transcript, sound.cues, sound.words) == ("", [], [])
    assert sound.attempts == film.attempts == 2
    assert film.frames_sent == film.frames_expected == 2


def test_what_failed_tells_the_fallback_what_the_model_failed_at(
    opened: Callable[..., Gemma], monkeypatch: pytest.MonkeyPatch
) -> None:
    gemma = opened("unified")
    monkeypatch.setattr(gemma.loaded.model.generation_config, "eos_token_id", [3])
    made = [*hearing(gemma).work(Part("r", [window(0, 0, 1)])), *describing(gemma).work(Part("r", [shown(0, 0, 2)]))]
    assert [str(one.failure) for one in made] == [one.row.error for one in made]
    assert all(one.failure for one in made)


def test_a_segment_over_a_limit_is_a_failed_row_not_an_exception(opened: Callable[..., Gemma]) -> None:
    (row,) = described(describing(opened("unified")), shown(0, 0, 61))
    assert (row.status, row.error) == ("failed", "61 frames at once; the model takes 1 to 60.")
    assert row.failed_step == "describe"


CUT = "the transcript ran into its cap of tokens"


def _half_heard(item: Passage) -> Passage:
    """The passage, its last window not heard."""
    broken = replace(item.heard[-1], status="failed", error=CUT, transcript="", cues=[])
    return replace(item, heard=(*item.heard[:-1], broken))


def test_a_segment_that_was_not_heard_is_still_seen(speaking: Gemma) -> None:
    """Its row has failed, so that it is heard again by the next start; until then it says what was shown."""
    item = _half_heard(shown(0, 60, 3, window(0, 60, 1), window(1, 61, 2)))
    worker = describing(speaking)
    assert DescribeStage("r", worker).without_model(item) is None
    (made,) = worker.work(Part("r", [item]))
    row = made.row
    assert (row.status, row.failed_step) == ("failed", "hear")
    assert row.error == f"hearing: {CUT}; only its frames and the words that were heard are described"
    assert (row.summary, row.screen_text, row.frames_sent) == ("pictures", "MM 7", 3)
    assert made.failure is None, "no fallback is asked for a summary of half of the words"
    assert ChunkSummary.of(row).summary == "pictures"


def test_a_segment_that_was_neither_heard_nor_described_says_both(opened: Callable[..., Gemma]) -> None:
    item = _half_heard(shown(0, 0, 61, window(0, 0, 1), window(1, 1, 60)))
    (made,) = describing(opened("unified")).work(Part("r", [item]))
    assert (made.row.status, made.row.failed_step, made.row.summary) == ("failed", "hear", "")
    assert made.row.error == f"hearing: {CUT}; 61 frames at once; the model takes 1 to 60."
    assert made.failure is None
    assert ChunkSummary.of(made.row).summary == ""


def test_a_passage_without_pictures_that_was_not_heard_is_no_matter_for_the_describer(
    opened: Callable[..., Gemma],
) -> None:
    row = DescribeStage("r", describing(opened("unified"))).without_model(_half_heard(passage(window(0, 0, 2))))
    assert row is not None
    assert (row.status, row.failed_step, row.error) == ("failed", "hear", f"hearing: {CUT}")


class _Recogniser:
    """A recogniser in front: anything that keeps the protocol."""

    name = "recogniser 1"
    word_times = True

    def hear(self, batch: Sequence[Samples], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        return [Heard(language or "en", (Cue(0, len(samples), HEARD),), 0.5) for samples in batch]


def test_a_recogniser_can_hear_in_its_place(speaking: Gemma) -> None:
    recogniser: Hearer = _Recogniser()
    sound = window(0, 0, 1)
    (row,) = heard(HearWorker(recogniser, lambda _samples: 1.0), sound)
    (item,) = of_windows([row], 1)
    (summary,) = described(describing(speaking), item)
    assert (row.status, row.transcript, row.model) == ("processed", HEARD, "recogniser 1")
    assert (summary.status, summary.summary, summary.model) == ("processed", "Words", speaking.name)
    assert row.audio_tokens_sent == summary.audio_tokens_sent == 0


def test_the_sound_is_heard_again_where_that_is_asked_for(opened: Callable[..., Gemma]) -> None:
    gemma = opened("e2b")
    for again in (True, False):
        (row,) = described(describing(gemma, listen_again=again), shown(0, 0, 2, window(0, 0, 2)))
        assert row.audio_tokens_sent == row.audio_tokens_expected == again * 50
    assert gemma.limits.sees
    assert gemma.limits.hears_behind_frames
    assert gemma.context == 131_072


def test_a_real_recording_is_cut_proved_and_described(opened: Callable[..., Gemma], tmp_path: Path) -> None:
    film = small_film(tmp_path / "film.mkv")
    # E2B hears again while it describes: sound and frames in one request.
    worker = describing(opened("e2b"), listen_again=True)
    with segments(probe(film)) as seen:
        (watched,) = described(worker, *of_segments(seen, [spoken(Span(0, 4 * SECOND))]))
    with windows(probe(film)) as sounds:
        (listened,) = described(worker, *of_windows([spoken(Span(0, 4 * SECOND))], 1, sounds))
    assert watched.frames_sent == watched.frames_expected == 4
    assert listened.frames_sent == 0
    for row in (watched, listened):
        assert (row.start, row.end) == (0, 4 * SECOND)
        assert row.audio_tokens_sent == row.audio_tokens_expected == 100
        assert row.status in {"processed", "failed"}


# -- the whole recipe ------------------------------------------------------------------------------


@pytest.fixture
def recipe(taught: Path, models_folder: Path) -> Settings:
    """The settings of the recipe over the checkpoint that has learnt to answer."""
    sets = ["recipe=gemma", "hear.language=en", "hear.max_tokens=32", "describe.max_tokens=32", "merge.max_tokens=64"]
    sets += ["merge.budget=512", "gemma.device=cpu", "gemma.quantization=none", f"gemma.model={taught}"]
    return load_settings(sets=[*sets, f"models.folder={models_folder}"])


def test_a_small_film_goes_through_every_stage(recipe: Settings, tmp_path: Path) -> None:
    """The sound ends before the picture: what was heard is one second, what is described all three."""
    film, store, registry = small_film(tmp_path / "film.mkv", 3, 1), Store(tmp_path / "store"), Registry(keep=False)
    outcome = process(film, recipe, store, registry)
    run = outcome.run
    (sound,) = run.heard()
    (chunk,) = run.chunks()
    (root,) = run.nodes(1)
    assert (outcome.state, list(run.key.stages)) == ("complete", ["hear", "see", "describe", "merge"])
    assert (sound.transcript, sound.end) == (HEARD, SECOND)
    assert sound.audio_tokens_sent == sound.audio_tokens_expected == 25
    assert (chunk.summary, chunk.screen_text, chunk.kind) == ("pictures", "MM 7", "segment")
    assert chunk.events == [Event(2 * SECOND, "when")]
    assert chunk.frames_sent == chunk.frames_expected == 3
    assert coverage(run.chunks()).end == 3 * SECOND
    assert (root.text, root.start, root.end) == ("pictures", 0, 3 * SECOND)
    assert registry._loaded == {}


def test_another_cap_of_the_summary_hears_nothing_again(recipe: Settings, tmp_path: Path) -> None:
    film, store = small_film(tmp_path / "film.mkv", 3, 1), Store(tmp_path / "store")
    first = process(film, recipe, store, Registry(keep=False)).run
    longer = recipe.model_copy(update={"describe": recipe.describe.model_copy(update={"max_tokens": 40})})
    steps: list[str] = []
    second = process(film, longer, store, Registry(keep=False), watch=lambda step: steps.append(step.stage)).run
    assert second.key.stages["hear"] == first.key.stages["hear"]
    assert second.key.stages["describe"] != first.key.stages["describe"]
    assert set(steps) == {"load", "describe", "merge"}


class _Noting(Registry):
    """Notes which models are loaded whenever one is asked for."""

    def __init__(self) -> None:
        super().__init__(keep=False)
        self.held: list[list[str]] = []

    def hold(self, holder: int, key: Hashable, load: Callable[[], Any]) -> Any:
        model = super().hold(holder, key, load)
        self.held.append(sorted(one[0] for one in self._loaded if isinstance(one, tuple)))
        return model


def test_whisper_in_front_of_gemma(recipe: Settings, whisper_base: Path, tmp_path: Path) -> None:
    """The recogniser hears, is let go, and only then the model that sees is loaded."""
    front = recipe.hear.model_copy(update={"engine": "whisper", "beam": 1})
    off = recipe.speakers.model_copy(update={"enabled": False})
    both = recipe.model_copy(update={"hear": front, "models": Models(), "speakers": off})
    film = tmp_path / "film.mkv"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=8"]
    talk = ["-t", "8", "-i", str(MEETING), "-c:a", "pcm_s16le", str(film)]
    subprocess.run([str(find_ffmpeg(None)), "-v", "error", *picture, *talk], check=True)
    registry = _Noting()
    run = process(film, both, Store(tmp_path / "store"), registry).run
    (sound,) = run.heard()
    (chunk,) = run.chunks()
    assert sound.model.startswith("whisper")
    assert len(sound.transcript.split()) > 5
    assert len(sound.words) > 5
    assert sound.audio_tokens_sent == 0
    assert chunk.frames_sent == chunk.frames_expected == 8
    assert chunk.model.startswith("tiny-taught")
    assert ["gemma", "whisper"] not in registry.held
    assert [one for one, _ in itertools.groupby(registry.held)] == [["whisper"], ["reader"], ["gemma"]]
