"""What people see of the steps of a run, where standard error is no terminal, and in one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from chunkers.spans import TICKS_PER_SECOND
from flows import progress
from flows.progress import watching
from pipeline.job import Step

MINUTE = 60 * TICKS_PER_SECOND

STEPS = [
    Step("load"),
    Step("hear", 0, 4 * MINUTE),
    Step("hear", MINUTE, 4 * MINUTE),
    Step("hear", 2 * MINUTE, 4 * MINUTE),
    Step("hear", 4 * MINUTE, 4 * MINUTE),
    Step("load"),
    Step("describe", 0, 4 * MINUTE),
    Step("describe", 4 * MINUTE, 4 * MINUTE),
    Step("load"),
    Step("merge", 0, 3),
    Step("merge", 3, 3),
]
"""A run of four minutes, as its job reports it."""


class _Clock:
    """Stands for the module `time`: each look is `step` seconds later."""

    def __init__(self, step: float) -> None:
        self._now, self._step = 1000.0, step

    def monotonic(self) -> float:
        self._now += self._step
        return self._now


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error is no terminal."""
    monkeypatch.setattr(progress, "Console", lambda **_: Console(file=io.StringIO(), force_terminal=False))


def _shown(steps: list[Step], capsys: pytest.CaptureFixture[str]) -> list[str]:
    with watching() as watch:
        see = watch(Path("/recordings/talk.mp3"))
        for step in steps:
            see(step)
    return capsys.readouterr().err.splitlines()


def test_each_stage_says_what_it_does_and_how_far_it_is(
    plain: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two looks at the clock a step, six seconds apart: each step is 12 s after the one before."""
    monkeypatch.setattr(progress, "time", _Clock(6))
    assert _shown(STEPS, capsys) == [
        "talk.mp3: loading the models",
        "talk.mp3: hearing, 0% (0:00:00 of 0:04:00)",
        "talk.mp3: hearing, 25% (0:01:00 of 0:04:00), 5.0x real time, 0:00:36 left",
        "talk.mp3: hearing, 50% (0:02:00 of 0:04:00), 5.0x real time, 0:00:24 left",
        "talk.mp3: hearing, 100% (0:04:00 of 0:04:00), 6.7x real time, 0:00:00 left",
        "talk.mp3: loading the models",
        "talk.mp3: describing, 0% (0:00:00 of 0:04:00)",
        "talk.mp3: describing, 100% (0:04:00 of 0:04:00), 20.0x real time, 0:00:00 left",
        "talk.mp3: loading the models",
        "talk.mp3: merging, 0% (0 of 3 notes)",
        "talk.mp3: merging, 100% (3 of 3 notes)",
    ]


def test_steps_that_follow_each_other_quickly_are_not_all_shown(
    plain: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second a step: the first and the last of a stage, and one every ten seconds."""
    monkeypatch.setattr(progress, "time", _Clock(0.5))
    steps = [Step("hear", number * MINUTE, 30 * MINUTE) for number in range(31)]
    shares = [line.split("hearing, ")[1].partition("%")[0] for line in _shown(steps, capsys)]
    assert shares == ["0", "33", "67", "100"]


def test_what_an_earlier_start_did_is_not_counted_as_speed(
    plain: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "time", _Clock(15))
    steps = [
        Step("hear", 0, 60 * MINUTE),
        Step("hear", 30 * MINUTE, 60 * MINUTE),
        Step("hear", 31 * MINUTE, 60 * MINUTE),
    ]
    last = _shown(steps[1:], capsys)[-1]
    assert last == "talk.mp3: hearing, 52% (0:31:00 of 1:00:00), 2.0x real time, 0:14:30 left"


def test_a_recording_that_is_longer_than_its_header_is_never_over_a_hundred(
    plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "hearing, 100% (0:05:00 of 0:04:00)" in _shown([Step("hear", 5 * MINUTE, 4 * MINUTE)], capsys)[0]
    assert _shown([Step("hear", 5 * MINUTE, 0)], capsys) == ["talk.mp3: hearing"]


def test_in_a_terminal_a_bar_names_the_recording_and_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(progress, "Console", lambda **_: Console(file=said, force_terminal=True, width=120))
    with watching() as watch:
        see = watch(Path("/recordings/talk.mp3"))
        for step in STEPS:
            see(step)
    assert "talk.mp3: merging" in said.getvalue()
    assert "100%" in said.getvalue()


def test_every_stage_of_a_run_has_words() -> None:
    from pipeline.store import STAGES

    assert {*STAGES, "load"} == set(progress._STAGES)
