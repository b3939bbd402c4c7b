"""Chunks to rows: with a model that answers, and with one that writes noise."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from chunkers import Segment, Span, find_ffmpeg, probe, segments, windows  # noqa: E402
from data.checkpoints.inputs import pictures, window  # noqa: E402
from data.checkpoints.taught import HEARD  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402
from pipeline.models.protocol import Heard  # noqa: E402
from pipeline.recipes.gemma import GemmaRecipe, open_recipe  # noqa: E402
from pipeline.recipes.protocol import Part, Recipe  # noqa: E402
from pipeline.settings import load as load_settings  # noqa: E402
from pipeline.store.tables import ChunkRow, to_chunks, to_table  # noqa: E402
from pipeline.text.cues import Cue  # noqa: E402

SETS = ("hear.language=en", "gemma.device=cpu", "gemma.hear_tokens=32", "gemma.describe_tokens=32")
SECOND = 16_000


@pytest.fixture(scope="module", params=["none", "nf4"])
def speaking(request: pytest.FixtureRequest, taught: Path, models_folder: Path) -> GemmaRecipe:
    """The recipe over the checkpoint that has learnt to answer, as a user opens it."""
    sets = [*SETS, f"gemma.model={taught}", f"gemma.quantization={request.param}"]
    return open_recipe(load_settings(sets=sets), models_folder)


def _segment(index: int, start_s: int, frames: int, windows: Sequence[Any]) -> Any:
    start = start_s * SECOND
    moments = tuple(Fraction(start_s + second) for second in range(frames))
    return Segment(index, Span(start, start + frames * SECOND), pictures(frames), moments, tuple(windows))


def test_a_window_becomes_transcript_cues_summary_and_events(speaking: GemmaRecipe) -> None:
    row = speaking.describe(Part("r", [window(4, 100, 1)]))[0]
    assert (row.status, row.kind, row.index, row.error) == ("processed", "window", 4, "")
    assert row.transcript == HEARD
    assert row.cues == [{"start": 100 * SECOND, "end": 101 * SECOND, "text": HEARD, "speaker": None}]
    assert (row.summary, row.language, row.attempts) == ("words", "en", 1)
    # The event of second 1 lies outside of a window of one second: kept, but as no event.
    assert (row.events, row.rejected) == ([], "00:01: now")
    assert (row.summary_start, row.summary_end) == (row.start, row.end)
    assert row.audio_tokens_sent == row.audio_tokens_expected == 25
    assert min(row.tokens_in, row.tokens_out, row.seconds) > 0
    assert to_chunks(to_table([row], ChunkRow)) == [row]


def test_a_segment_adds_frames_screen_text_and_times_on_the_recordings_clock(speaking: GemmaRecipe) -> None:
    row = speaking.describe(Part("r", [_segment(0, 60, 3, [window(0, 60, 1), window(1, 61, 2, silent=True)])]))[0]
    assert (row.status, row.kind, row.error) == ("processed", "segment", "")
    assert (row.summary, row.screen_text) == ("pictures", "MM 7")
    assert row.events == [{"at": 62 * SECOND, "text": "when"}]
    assert row.frames_sent == row.frames_expected == 3
    assert row.audio_tokens_sent == row.audio_tokens_expected == 25


def test_silence_never_reaches_the_model(speaking: GemmaRecipe) -> None:
    row = speaking.describe(Part("r", [window(0, 0, 1, silent=True)]))[0]
    assert (row.status, row.tokens_in, row.audio_tokens_sent, row.summary_end) == ("silent", 0, 0, 0)


def test_only_what_the_window_owns_is_heard(speaking: GemmaRecipe) -> None:
    row = speaking.describe(Part("r", [window(7, 10, 1, lead_s=1.5)]))[0]
    assert row.audio_tokens_sent == 25


def test_rows_come_in_the_order_of_the_chunks(speaking: GemmaRecipe) -> None:
    chunks = [window(0, 0, 1), window(1, 1, 1, silent=True), window(2, 2, 31), window(3, 33, 1)]
    rows = speaking.describe(Part("r", chunks))
    assert [row.index for row in rows] == [0, 1, 2, 3]
    assert [row.status for row in rows if row.index != 2] == ["processed", "silent", "processed"]


def test_noise_without_end_is_a_failed_row_that_keeps_what_was_written(
    opened: Callable[..., Gemma], monkeypatch: pytest.MonkeyPatch
) -> None:
    gemma = opened("unified")
    monkeypatch.setattr(gemma.loaded.model.generation_config, "eos_token_id", [3])
    recipe = GemmaRecipe(gemma, load_settings(sets=[*SETS, "gemma.hear_s=2"]))
    rows = recipe.describe(Part("r", [window(0, 0, 3), _segment(1, 0, 2, [])]))
    assert {row.status for row in rows} == {"failed"}
    assert rows[0].error == "the transcript ran into its cap of tokens"
    assert rows[1].error == "the answer kept to no format and ran into its cap of tokens"
    assert all(row.rejected for row in rows)
    assert rows[1].attempts == 2
    assert rows[1].frames_sent == rows[1].frames_expected == 2


def test_a_chunk_over_a_limit_is_a_failed_row_not_an_exception(opened: Callable[..., Gemma]) -> None:
    recipe = GemmaRecipe(opened("unified"), load_settings(sets=SETS))
    row = recipe.describe(Part("r", [_segment(0, 0, 61, [])]))[0]
    assert (row.status, row.error) == ("failed", "61 frames at once; the model takes 1 to 60.")


class _Recogniser:
    """A recogniser in front: anything that keeps the protocol."""

    name = "recogniser 1"

    def hear(self, batch: Sequence[Any], *, language: str | None = None, careful: bool = False) -> list[Heard]:
        return [Heard(language or "en", (Cue(0, len(samples), HEARD),), 0.5) for samples in batch]


def test_a_recogniser_can_hear_in_its_place(taught: Path, models_folder: Path) -> None:
    sets = [*SETS, f"gemma.model={taught}", "gemma.quantization=none"]
    recipe: Recipe = open_recipe(load_settings(sets=sets), models_folder, _Recogniser())
    row = recipe.describe(Part("r", [window(0, 0, 1)]))[0]
    assert (row.status, row.transcript, row.summary) == ("processed", HEARD, "words")
    assert row.model.startswith("recogniser 1 + tiny-taught")
    assert row.audio_tokens_sent == 0


def test_the_small_models_hear_again_while_they_describe(opened: Callable[..., Gemma]) -> None:
    for sets, heard in ((SETS, 2), ([*SETS, "gemma.listen_again=false"], 1)):
        recipe = GemmaRecipe(opened("e2b"), load_settings(sets=sets), _Recogniser())
        row = recipe.describe(Part("r", [_segment(0, 0, 2, [window(0, 0, 2)])]))[0]
        assert row.audio_tokens_sent == row.audio_tokens_expected == (heard - 1) * 50
    assert recipe.sees
    assert recipe.writer.context == 131_072


def test_a_real_recording_is_cut_proved_and_described(opened: Callable[..., Gemma], tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4"]
    sound = ["-f", "lavfi", "-i", "aevalsrc=0.4*sin(440*PI*t)*pow(sin(2*PI*t)\\,2):s=16000:d=4"]
    command = [str(find_ffmpeg(None)), "-v", "error", *picture, *sound, "-c:a", "pcm_s16le", str(film)]
    subprocess.run(command, check=True)
    # E2B hears again while it describes: sound and frames in one request.
    recipe = GemmaRecipe(opened("e2b"), load_settings(sets=SETS), _Recogniser())
    with segments(probe(film)) as seen, windows(probe(film)) as heard:
        watched, listened = recipe.describe(Part("r", [*seen, *heard]))
    assert watched.frames_sent == watched.frames_expected == 4
    assert listened.frames_sent == 0
    for row in (watched, listened):
        assert (row.start, row.end) == (0, 4 * SECOND)
        assert row.audio_tokens_sent == row.audio_tokens_expected == 100
        assert row.status in {"processed", "failed"}
