"""What a run will take: no fewer calls than it then makes, at the rates of runs that were measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from chunkers.probing import probe
from data.draw_film import films, write
from pipeline.forecast import ASSUMED, LOOKED, TOLD_APART, forecast
from pipeline.process import process
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

MERGE = ["merge.budget=600", "merge.max_tokens=120", "merge.carry=0", "write.context=1024"]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return tones(tmp_path / "talk.wav", 60)


def test_without_earlier_runs_the_rates_of_a_slow_machine_are_assumed(tmp_path: Path, sound: Path) -> None:
    settings = quick_settings(tmp_path / "weights", MERGE)
    made = forecast(probe(sound), settings, Store(tmp_path / "store"))
    assert made.measured_runs == 0
    assert "assumed rates of a slow machine" in made.lines()[0]
    chunks = made.estimate.levels[0]
    assert chunks.calls == made.chunks == 18, "60 s in windows of 3.5 s"
    assert chunks.seconds == pytest.approx(
        60 / ASSUMED.hear + chunks.tokens_in / ASSUMED.prefill + chunks.tokens_out / ASSUMED.decode, rel=0.05
    )
    assert not (tmp_path / "store").exists(), "a forecast keeps nothing"


def test_runs_of_the_same_models_give_the_rates(tmp_path: Path, sound: Path) -> None:
    settings, store = quick_settings(tmp_path / "weights", MERGE), Store(tmp_path / "store")
    process(sound, settings, store, QuickRegistry())
    assumed = forecast(probe(sound), settings, Store(tmp_path / "other"))
    made = forecast(probe(sound), settings, store)
    assert made.measured_runs == 1
    assert "rates of 1 earlier runs" in made.lines()[0]
    assert made.estimate.seconds < assumed.estimate.seconds, "the quick models are quicker than a slow machine"
    for other in (["hear.beam=1"], ["write.slots=2"], ["hear.model=whisper-base"], ["write.model=qwen2.5-1.5b"]):
        changed = quick_settings(tmp_path / "weights", [*MERGE, *other])
        assert forecast(probe(sound), changed, store).measured_runs == 0, other
    budget = quick_settings(tmp_path / "weights", [*MERGE, "merge.budget=512", "describe.windows=2"])
    assert forecast(probe(sound), budget, store).measured_runs == 1, "rates are the models', whatever is merged"


def test_telling_speakers_apart_is_counted(tmp_path: Path, sound: Path) -> None:
    off = quick_settings(tmp_path / "weights", MERGE)
    on = quick_settings(tmp_path / "weights", [*MERGE, "speakers.enabled=true"])
    made = forecast(probe(sound), on, Store(tmp_path / "store"))
    assert made.speakers_s == pytest.approx(60 / TOLD_APART)
    assert any(line.startswith("  speakers told apart") for line in made.lines())
    assert forecast(probe(sound), off, Store(tmp_path / "store")).speakers_s == 0


def test_runs_that_did_not_finish_measure_nothing(tmp_path: Path, sound: Path) -> None:
    settings, store = quick_settings(tmp_path / "weights", MERGE), Store(tmp_path / "store")
    process(sound, settings, store, QuickRegistry(), only="hear")
    assert forecast(probe(sound), settings, store).measured_runs == 0


def test_a_run_makes_about_as_many_chunks_and_no_more_nodes_than_were_foretold(tmp_path: Path, sound: Path) -> None:
    settings, store = quick_settings(tmp_path / "weights", MERGE), Store(tmp_path / "store")
    made = forecast(probe(sound), settings, store)
    run = process(sound, settings, store, QuickRegistry()).run
    windows = len(list(run.heard()))
    assert abs(made.chunks - windows) <= 3
    assert 2 <= len(run.levels()) <= made.estimate.depth
    for level, foretold in zip(run.levels(), made.estimate.levels[1:], strict=False):
        assert len(list(run.nodes(level))) <= foretold.calls, "every answer was assumed to fill its cap"


def test_windows_that_share_a_summary_and_their_longest_answer_count(tmp_path: Path, sound: Path) -> None:
    store = Store(tmp_path / "store")
    plain, shared, brief = (
        forecast(probe(sound), quick_settings(tmp_path / "weights", [*MERGE, *more]), store).estimate.levels[0]
        for more in ([], ["describe.windows=4"], ["describe.max_tokens=55"])
    )
    assert shared.calls == -(-plain.calls // 4)
    assert brief.tokens_out * 2 == plain.tokens_out


def test_a_picture_is_counted_where_it_is_looked_at(tmp_path: Path) -> None:
    film = write(films()["black"], tmp_path / "black.mp4")
    store = Store(tmp_path / "store")
    seen = forecast(probe(film), quick_settings(tmp_path / "weights", MERGE), store)
    assert seen.look_s == pytest.approx(10 / LOOKED)
    assert any("picture" in line for line in seen.lines())
    left_out = forecast(probe(film), quick_settings(tmp_path / "weights", [*MERGE, "see.enabled=false"]), store)
    assert left_out.look_s == 0
