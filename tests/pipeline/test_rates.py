"""Rates that are learnt: what a run shows, what is kept of it, and that the next run takes what was foretold."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.probing import probe
from chunkers.spans import TICKS_PER_SECOND
from pipeline.forecast import forecast, merging_s
from pipeline.rates import STAGES, LearntRates, Meter, Rate, key
from pipeline.settings import Settings, load
from pipeline.store import Store
from tests.pipeline.quick import tones

SPENT = {"hear": 0.25, "describe": 0.5}
"""Seconds a second of recording."""
LOADED, NODE = 3.0, 2.0


class Clock:
    """A clock that is put on by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(seconds: int, settings: Settings, nodes: int, *, from_part: int = 0) -> tuple[dict[str, Rate], float]:
    """What a run of a recording shows, ten parts a stage, and how long it took; parts before `from_part` were there."""
    clock, total = Clock(), seconds * TICKS_PER_SECOND
    meter = Meter(lambda duration: merging_s(duration, settings), clock)
    for stage, each in SPENT.items():
        meter.step("load", 0, 0)
        clock.now += LOADED
        meter.step(stage, 0, total)
        for part in range(1, 11):
            clock.now += seconds / 10 * each if part > from_part else 0.001
            meter.step(stage, total * part // 10, total)
    for done in range(nodes + 1):
        meter.step("merge", done, nodes)
        clock.now += NODE if done < nodes else 0
    return meter.found(), clock.now


def test_the_next_run_takes_what_was_foretold(tmp_path: Path) -> None:
    settings = load(None, ["speakers.enabled=false"])
    short, long = tones(tmp_path / "short.wav", 120), tones(tmp_path / "long.wav", 240)
    learnt, store = LearntRates(tmp_path / "rates.json"), Store(tmp_path / "store")
    assert not forecast(probe(short), settings, store, learnt).learnt
    found, took = run(120, settings, nodes=3)
    learnt.learn(settings, found)
    again = forecast(probe(short), settings, store, learnt)
    assert again.learnt
    assert again.seconds == pytest.approx(took, rel=0.02)
    assert "as fast as this machine was" in again.lines()[0]
    assert again.lines()[-1].endswith("about")
    _, took = run(240, settings, nodes=6)
    assert forecast(probe(long), settings, store, learnt).seconds == pytest.approx(took, rel=0.2)


def test_what_was_there_already_teaches_nothing(tmp_path: Path) -> None:
    settings = load(None, ["speakers.enabled=false"])
    found, _ = run(120, settings, nodes=3, from_part=4)
    assert found["hear"].each == pytest.approx(SPENT["hear"]), "the parts of before are no work"
    found, _ = run(120, settings, nodes=3, from_part=8)
    assert "hear" not in found, "too little was seen of it"


@given(st.lists(st.floats(0.1, 1000), min_size=1, max_size=8), st.floats(0.1, 1000))
def test_what_is_newer_counts_for_more(older: list[float], newest: float) -> None:
    rate = Rate(seconds=older[0], work=1)
    for seconds in older[1:]:
        rate = rate.with_more(Rate(seconds=seconds, work=1))
    assert min(older) - 1e-9 <= rate.each <= max(older) + 1e-9
    now = rate.with_more(Rate(seconds=newest, work=1))
    assert abs(now.each - newest) <= abs(rate.each - newest) / 2 + 1e-9, "half of the way at least"


@pytest.mark.parametrize("sets", ["hear.beam=1", "hear.model=whisper-tiny", "audio.length_s=20", "media.recordings=5"])
def test_other_models_and_settings_have_rates_of_their_own(tmp_path: Path, sets: str) -> None:
    settings, other = load(), load(None, [sets])
    learnt = LearntRates(tmp_path / "rates.json")
    learnt.learn(settings, {"hear": Rate(seconds=1, work=2)})
    assert learnt.of(settings)["hear"].each == 0.5
    assert learnt.of(other) == {}


def test_no_word_of_a_recording_is_in_the_file(tmp_path: Path) -> None:
    settings = load(None, ["hear.hotwords=Zorvane", "profile=interview"])
    learnt = LearntRates(tmp_path / "rates.json")
    learnt.learn(settings, {stage: Rate(seconds=1, work=2) for stage in STAGES})
    text = (tmp_path / "rates.json").read_text()
    assert set(json.loads(text)) == {key(settings, stage) for stage in STAGES}
    assert "Zorvane" not in text
    assert key(settings, "hear") == key(load(None, ["profile=interview"]), "hear"), "hotwords cost nothing"


@pytest.mark.parametrize("content", [b"", b"{", b'{"hear-1": 3}', b'{"hear-1": {"seconds": -1, "work": 0}}', b"\xff"])
def test_a_damaged_file_is_learnt_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rates.json").write_bytes(content)
    learnt, settings = LearntRates(tmp_path / "rates.json"), load()
    assert learnt.of(settings) == {}
    learnt.learn(settings, {"hear": Rate(seconds=1, work=2)})
    assert learnt.of(settings)["hear"].each == 0.5


def test_where_nothing_can_be_written_nothing_is_learnt(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    learnt, settings = LearntRates(tmp_path / "file" / "rates.json"), load()
    learnt.learn(settings, {"hear": Rate(seconds=1, work=2)})
    assert learnt.of(settings) == {}


def _learn(path: Path, lengths: range) -> None:
    for length in lengths:
        LearntRates(path).learn(load(None, [f"audio.length_s={length}"]), {"hear": Rate(seconds=length, work=1)})


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "rates.json"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_learn, [path, path], [range(10, 18), range(18, 26)]))
    assert len(json.loads(path.read_text())) == 16
    assert [one.name for one in tmp_path.iterdir() if ".rates.json." in one.name] == [".rates.json.lock"]
