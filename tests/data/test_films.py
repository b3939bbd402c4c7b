"""The inspection film: what is planted, and what is seen of it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from chunkers.picture_events import picture_events
from chunkers.pictures import pictures
from chunkers.probing import probe
from chunkers.signals import concatenated
from data.inspection_film import LASTS_S, WEIGHTS, Planted, clock, main, plan, wall


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_is_planted_one_after_the_other(seed: int) -> None:
    planted = plan(30, seed)
    assert planted == plan(30, seed)
    assert len(planted) == 40
    assert {event.kind for event in planted} == set(WEIGHTS)
    assert all(before.end_s < after.start_s for before, after in pairwise(planted))
    assert planted[-1].end_s < 30 * 60
    for event in planted:
        if event.kind in {"gauge", "unit", "label", "cable"}:
            assert event.before != event.after
            assert event.after in texts(planted, event.start_s)
            assert event.before in texts(planted, event.start_s - 0.5)


def texts(planted: list[Planted], second: float) -> set[str]:
    seen = wall(planted, second)
    return {seen.gauge, seen.label, str(seen.cable)}


def test_the_clock() -> None:
    assert clock(61.9) == "08:16:01"


def test_a_short_film_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        plan(1)


def test_what_signals_can_tell_is_told(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    assert main(["--minutes", "1.8", "--out", str(tmp_path)]) == 0
    lines = (tmp_path / "inspection.events.jsonl").read_text("utf-8").splitlines()
    planted = {event["kind"]: event for event in map(json.loads, lines)}
    found = list(pictures(probe(tmp_path / "inspection.mp4")))
    events = picture_events(concatenated([segment.signals for segment in found]))
    (frozen,) = (event.span for event in events if event.kind == "frozen")
    assert frozen.start / 16_000 == pytest.approx(planted["frozen"]["start_s"], abs=1)
    assert frozen.end / 16_000 == pytest.approx(planted["frozen"]["end_s"], abs=1)
    switched = [event.span.start / 16_000 for event in events if event.kind == "lights"]
    lights = planted["lights"]
    assert switched == pytest.approx([lights["start_s"], lights["start_s"] + LASTS_S["lights"]], abs=0.2)
    assert {event.kind for event in events} <= {"still", "frozen", "lights", "changed"}
