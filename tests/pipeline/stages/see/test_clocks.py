"""A clock in the picture against the recording's: known offsets, drifts, stops and jumps come back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.see.clocks import ClockEvent, check_clock
from pipeline.stages.see.series import series
from pipeline.stages.see.tracks import ScreenText
from tests.pipeline.stages.see.test_series import only, shown

SECOND = TICKS_PER_SECOND


def clock(second: float) -> str:
    """As it is displayed, rounded down."""
    whole = int(second)
    return f"{whole // 3600 % 24:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def looked_at(time: Callable[[float], float], count: int, show: Callable[[float], str] = clock) -> list[ScreenText]:
    """A display that is read once a second; a text that stays is one."""
    texts: list[ScreenText] = []
    for second in range(count):
        text = show(time(second))
        if texts and texts[-1].text == text:
            last = texts.pop()
            texts.append(ScreenText(text, last.start, (second + 1) * SECOND, last.box, last.confidence))
        else:
            texts += shown([text], start=second)
    return texts


@pytest.mark.parametrize(("offset", "said"), [
    (0, "agrees with the recording's clock"), (0.9, "agrees with the recording's clock"),
    (3600, "differs by 1:00:00 from the recording's clock"), (86_390, "differs by 23:59:50 from the recording's clock"),
])  # fmt: skip
def test_an_offset(offset: float, said: str) -> None:
    check = check_clock(only(looked_at(lambda second: second + offset, 40)))
    assert abs(check.offset_s - offset) <= 1
    assert (check.events, check.drift_s, str(check)) == ((), None, said)


def test_a_time_code_with_frames() -> None:
    one = only(shown([f"01:00:{second:02d}:14" for second in range(42)]))
    assert one.kind == "timecode"
    assert check_clock(one).offset_s == pytest.approx(3600.58, abs=0.05)


@pytest.mark.parametrize(("rate", "drift"), [(1.0, 0), (1 + 6 / 3600, 6), (1 - 6 / 3600, -6)])
def test_a_drift(rate: float, drift: float) -> None:
    check = check_clock(only(looked_at(lambda second: 36_000 + second * rate, 3600)))
    assert check.drift_s == pytest.approx(drift, abs=1.5)
    assert ("an hour" in str(check)) == (drift != 0)
    assert check.events == ()


def test_it_stops_and_goes_on_from_there() -> None:
    check = check_clock(only(looked_at(lambda second: min(second, 20) if second < 50 else second - 30, 80)))
    assert check.events == (ClockEvent(20 * SECOND, "stopped", 30.0),)
    assert str(check) == "agrees with the recording's clock; stops once"


def test_its_display_stops_and_then_shows_the_time_again() -> None:
    check = check_clock(only(looked_at(lambda second: 20 if 20 <= second < 50 else second, 80)))
    assert [(event.at, event.what) for event in check.events] == [(20 * SECOND, "stopped")]


@pytest.mark.parametrize("jump", [30, -15])
def test_it_jumps(jump: int) -> None:
    check = check_clock(only(looked_at(lambda second: 100 + second + (jump if second >= 25 else 0), 60)))
    assert check.events == (ClockEvent(25 * SECOND, "jumped", jump),)
    assert str(check).endswith("; jumps once")


def test_a_clock_of_hours_and_minutes() -> None:
    texts = looked_at(lambda second: 50_000 + second, 900, lambda time: clock(time)[:5])
    check = check_clock(only(texts))
    assert abs(check.offset_s - 50_000) <= 60
    assert check.events == ()


def test_minutes_and_seconds_over_the_full_hour() -> None:
    check = check_clock(only(looked_at(lambda second: 3590 + second, 40, lambda time: clock(time)[3:])))
    assert abs(check.offset_s - 3590) <= 1
    assert check.events == ()


def test_a_countdown() -> None:
    check = check_clock(only(looked_at(lambda second: 300 - second, 60, lambda time: clock(time)[3:])))
    assert check.backwards
    assert check.events == ()
    assert str(check) == "counts down from 0:05:00"


def test_another_kind_is_no_clock() -> None:
    (gauge,) = series(shown(["3.2 bar", "3.4 bar", "3.3 bar"]))
    with pytest.raises(ValueError, match="number"):
        check_clock(gauge)
