"""Numbers that change in one place become series: labels, units, kinds, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.protocol import Box
from pipeline.stages.see.series import Series, series
from pipeline.stages.see.tracks import ScreenText
from pipeline.stages.see.values import numbers, seconds, values

SECOND = TICKS_PER_SECOND
HERE: Box = (300, 100, 420, 130)
LEFT, ABOVE, RIGHT = (180, 100, 290, 130), (300, 60, 420, 90), (425, 100, 470, 130)


def shown(lines: Sequence[str], *, every: float = 1, box: Box = HERE, start: float = 0) -> list[ScreenText]:
    """A text after the other in one place."""
    times = [round((start + n * every) * SECOND) for n in range(len(lines) + 1)]
    return [ScreenText(text, times[n], times[n + 1], box, 0.99) for n, text in enumerate(lines)]


def only(texts: Sequence[ScreenText]) -> Series:
    """The one series among `texts`."""
    (one,) = series(texts)
    return one


def seen(one: Series) -> list[float]:
    """Its values that are not doubtful."""
    return [point.value for point in one.points if not point.doubtful]


@pytest.mark.parametrize(
    ("text", "written", "units"),
    [
        ("Pressure 3.2 bar", ["3.2"], ["bar"]),
        ("Druck: 3,2 bar", ["3,2"], ["bar"]),
        ("P1 -3.2 bar  T 45°C", ["-3.2", "45"], ["bar", "°C"]),
        ("45℃", ["45"], ["°C"]),
        ("Load 97%", ["97"], ["%"]),
        ("12 km/h", ["12"], ["km/h"]),
        ("2024-03-05 14:03:12", ["14:03:12"], [""]),
        ("05.03.2024 14:03:12", ["14:03:12"], [""]),
        ("TC 01:00:05:14", ["01:00:05:14"], [""]),
        ("01:00:05;14", ["01:00:05;14"], [""]),
        ("1,234.5 kg", ["1,234.5"], ["kg"]),
        ("12：03", ["12:03"], [""]),
        ("Model X200B", [], []),
        ("Agenda", [], []),
    ],
)
def test_what_a_line_holds(text: str, written: list[str], units: list[str]) -> None:
    found = values(text.translate({0xFF1A: ":", 0x2103: "°C"}))[1]
    assert [value.written for value in found] == written
    assert [value.unit for value in found] == units


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["3.2", "3.4"], [3.2, 3.4]),
        (["3,2", "3,4"], [3.2, 3.4]),
        (["999", "1,000", "1,001"], [999, 1000, 1001]),
        (["0,998", "0,999", "1,000"], [0.998, 0.999, 1.0]),
        (["999", "1.000"], [999, 1000]),
        (["1.234,5", "1.234,6"], [1234.5, 1234.6]),
        (["1 999", "2 000"], [1999, 2000]),
        (["-3", "-2"], [-3, -2]),
        (["1,234", "1,235"], [1234, 1235]),
        (["1.234", "1.235"], [1.234, 1.235]),
    ],
)
def test_commas_and_points(written: list[str], expected: list[float]) -> None:
    assert numbers(written) == expected


def test_seconds_of_clocks() -> None:
    assert seconds("01:02:03") == 3723
    assert seconds("02:03") == 123
    assert seconds("02:03", short="hours") == 7380
    assert seconds("02:03.5") == 123.5
    assert seconds("01:00:00:12", frames=24) == 3600.5
    assert seconds("01:00:00;12") == 3600


def test_a_gauge_with_its_words_around_it() -> None:
    one = only(shown([f"Pressure {value} bar" for value in ("3.2", "3.4", "3.3", "3.1")]))
    assert (one.label, one.unit, one.kind, seen(one)) == ("Pressure", "bar", "number", [3.2, 3.4, 3.3, 3.1])
    assert [(point.at, point.until) for point in one.points][1] == (SECOND, 2 * SECOND)
    assert [point.written for point in one.points] == ["3.2", "3.4", "3.3", "3.1"]


@pytest.mark.parametrize(("box", "label"), [(LEFT, "Pressure"), (ABOVE, "Pressure"), ((300, 400, 420, 430), "")])
def test_a_label_beside_it(box: Box, label: str) -> None:
    fixed = [ScreenText("Pressure:", 0, 4 * SECOND, box, 0.9), ScreenText("bar", 0, 4 * SECOND, RIGHT, 0.9)]
    one = only([*shown(["3,2", "3,4", "3,3", "3,1"]), *fixed])
    assert (one.label, one.unit, seen(one)) == (label, "bar", [3.2, 3.4, 3.3, 3.1])


def test_a_label_that_is_there_only_now_and_then_is_none() -> None:
    passing = ScreenText("Pressure", 0, SECOND, LEFT, 0.9)
    assert only([*shown(["3.2", "3.4", "3.3", "3.1"]), passing]).label == ""


def test_several_numbers_of_a_line_are_several_series_and_what_stays_is_part_of_the_label() -> None:
    lines = [f"Pump 2 {p} bar T {t} °C" for p, t in (("3.2", 40), ("3.4", 42), ("3.3", 41))]
    first, second = series(shown(lines))
    assert (first.label, first.unit, seen(first)) == ("Pump 2", "bar", [3.2, 3.4, 3.3])
    assert (second.label, second.unit, seen(second)) == ("T", "°C", [40, 42, 41])


def test_a_counter_that_begins_anew() -> None:
    one = only(shown([f"Count {n % 100}" for n in range(90, 130)]))
    assert (one.kind, one.label) == ("counter", "Count")
    assert not any(point.doubtful for point in one.points)


@pytest.mark.parametrize("wrong", ["Count 7", "Count 807", "Count 701"])
def test_a_misread_value_of_a_counter_is_marked_and_kept_as_it_was_read(wrong: str) -> None:
    lines = [f"Count {n}" for n in range(100, 115)]
    lines[7] = wrong
    one = only(shown(lines))
    assert one.kind == "counter"
    assert [point.written for point in one.points if point.doubtful] == [wrong.split()[1]]


def test_a_point_that_was_lost_is_marked_and_a_true_change_is_not() -> None:
    one = only(shown(["3.2 bar", "3.3 bar", "33 bar", "3.4 bar", "3.3 bar", "9.1 bar", "9.2 bar", "9.1 bar"]))
    assert [point.written for point in one.points if point.doubtful] == ["33"]


@pytest.mark.parametrize("lines", [["Page 1", "Page 2"], ["Room 12"] * 5, ["2:30", "1:15", "0:12", "3:40"],
                                   ["Agenda", "Budget", "Outlook"]])  # fmt: skip
def test_what_is_no_series(lines: list[str]) -> None:
    assert series(shown(lines)) == []


def test_the_same_words_elsewhere_are_another_series() -> None:
    lines = ["3.2 bar", "3.4 bar", "3.3 bar"]
    assert len(series([*shown(lines), *shown(lines, box=(300, 400, 420, 430))])) == 2


def test_a_label_that_was_read_apart_for_a_while_splits_no_series() -> None:
    first = shown([f"Pressure {value} bar" for value in ("3.2", "3.4", "3.3")], box=(180, 100, 420, 130))
    second = shown([f"{value} bar" for value in ("3.5", "3.6", "3.5")], start=3)
    one = only([*first, *second, ScreenText("Pressure", 3 * SECOND, 6 * SECOND, LEFT, 0.9)])
    assert seen(one) == [3.2, 3.4, 3.3, 3.5, 3.6, 3.5]


@given(st.lists(st.integers(-999, 99_999), min_size=3, max_size=40), st.sampled_from([".", ","]))
@settings(max_examples=100, deadline=None)
def test_every_value_comes_back(found: list[int], mark: str) -> None:
    written = [f"{value / 10:.1f}".replace(".", mark) for value in found]
    made = series(shown([f"Level {one} mm" for one in written]))
    assert len(made) == (len(set(written)) > 1)
    for one in made:
        assert (one.label, one.unit, one.kind) == ("Level", "mm", "number")
        assert [point.value for point in one.points] == [value / 10 for value in found]
        assert [point.written for point in one.points] == written


@given(st.integers(0, 90_000), st.integers(3, 40), st.data())
@settings(max_examples=100, deadline=None)
def test_a_clock_with_one_wrong_reading(start: int, count: int, data: st.DataObject) -> None:
    lines = [
        f"{(start + n) // 3600 % 24:02d}:{(start + n) // 60 % 60:02d}:{(start + n) % 60:02d}" for n in range(count)
    ]
    wrong = data.draw(st.integers(1, count - 2)) if count >= 6 else None
    if wrong is not None:
        lines[wrong] = lines[wrong].translate(str.maketrans("0123456789", "7890123456"))[:1] + lines[wrong][1:]
    one = only(shown(lines))
    assert one.kind == "clock"
    assert [n for n, point in enumerate(one.points) if point.doubtful] == ([] if wrong is None else [wrong])
    good = [point.value - n for n, point in enumerate(one.points) if not point.doubtful]
    assert max(good) == min(good) == start % 86_400
