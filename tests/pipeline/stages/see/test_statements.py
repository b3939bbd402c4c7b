"""What is said of a picture: true of its spans, and no more."""

from __future__ import annotations

from chunkers.picture_events import Kind, PictureEvent
from chunkers.spans import Span, to_ticks
from pipeline.stages.see.series import Point, Series
from pipeline.stages.see.statements import Statement, of_events, of_series, of_texts
from pipeline.store.structs import ScreenText


def span(start: float, end: float) -> Span:
    return Span(to_ticks(start), to_ticks(end))


def event(kind: Kind, start: float, end: float, value: float = 0.0) -> PictureEvent:
    return PictureEvent(span(start, end), kind, value)


def texts(found: list[Statement]) -> list[str]:
    return [one.text for one in found]


def test_what_is_notable_is_said_one_by_one() -> None:
    found = of_events(
        [
            event("black", 3, 6),
            event("frozen", 10, 14.9),
            event("lights", 20, 20.1, -0.4),
            event("lights", 25, 31, 0.3),
            event("flicker", 40, 44),
        ]
    )
    assert texts(found) == [
        "The picture is black from 0:00:03 to 0:00:06.",
        "The picture is frozen from 0:00:10 to 0:00:15: not even its noise changes.",
        "It gets darker at 0:00:20.",
        "It gets brighter from 0:00:25 to 0:00:31.",
        "The light flickers from 0:00:40 to 0:00:44.",
    ]
    assert all(one.notable for one in found)
    assert found[0].span == span(3, 6)


def test_scenes_are_named_or_where_there_are_many_counted() -> None:
    assert texts(of_events([event("cut", 4, 4.1)])) == ["Another scene begins at 0:00:04."]
    two = of_events([event("cut", 4, 4.1), event("cut", 70, 70.1)])
    assert texts(two) == ["Other scenes begin at 0:00:04 and 0:01:10."]
    many = of_events([event("cut", second, second + 0.1) for second in range(10, 80, 10)])
    assert texts(many) == ["Other scenes begin 7 times, first at 0:00:10 and last at 0:01:10."]
    assert len(many[0].spans) == 7


def test_movement_and_the_longest_time_without_it() -> None:
    assert texts(of_events([event("still", 0, 60)])) == ["Nothing moves from 0:00:00 to 0:01:00."]
    mixed = of_events([event("still", 0, 10), event("moving", 10, 12), event("still", 12, 60)])
    assert texts(mixed) == [
        "Something moves from 0:00:10 to 0:00:12.",
        "The longest time without movement is from 0:00:12 to 0:01:00.",
    ]
    assert texts(of_events([event("moving", 1.9, 2.1)])) == ["Something moves at 0:00:02."]
    cut = of_events([event("still", 0, 60), event("cut", 30, 30.1)])
    assert texts(cut)[0] == "Apart from new scenes, nothing moves from 0:00:00 to 0:01:00."
    clock = of_events([event("still", 0, 60)], text=True)
    assert texts(clock) == ["Apart from text, nothing moves from 0:00:00 to 0:01:00."]


def line(text: str, start: float, end: float, top: int = 0) -> ScreenText:
    return ScreenText(text, to_ticks(start), to_ticks(end), (0, top, 100, top + 20), 0.9)


def test_lines_that_come_and_go_together_are_one_sentence() -> None:
    found = of_texts([line("below", 0, 5, 40), line("above", 0, 5), line("later", 5, 9)])
    assert texts(found) == [
        'The screen reads "above", "below" from 0:00:00 to 0:00:05.',
        'The screen reads "later" from 0:00:05 to 0:00:09.',
    ]
    many = of_texts([line(f"line {n}", 0, 5, 20 * n) for n in range(11)])
    assert "and 3 more lines" in texts(many)[0]


def numbers(*values: float, doubtful: int | None = None) -> Series:
    points = tuple(
        Point(to_ticks(n), to_ticks(n + 1), value, f"{value:g}", n == doubtful) for n, value in enumerate(values)
    )
    return Series("Pressure", "bar", "number", points, (0, 0, 10, 10))


def test_a_series_says_where_it_begins_and_ends_and_its_extremes() -> None:
    assert texts(of_series([numbers(3.2, 3.4, 3.6)], whole=True)) == [
        '"Pressure" on the screen goes from 3.2 bar to 3.6 bar from 0:00:00 to 0:00:03.'
    ]
    found = texts(of_series([numbers(3.2, 9.1, 1.5, 3.6)], whole=True))
    assert found[0].endswith("; lowest 1.5 bar at 0:00:02; highest 9.1 bar at 0:00:01.")


def test_a_value_that_was_probably_misread_is_no_extreme() -> None:
    found = texts(of_series([numbers(3.2, 91, 3.4, 3.6, doubtful=1)], whole=True))
    assert "91" not in found[0]
    assert of_series([numbers(3.2, 3.2, 3.2)], whole=True) == []


def test_a_clock_is_held_against_ours_over_the_whole_recording() -> None:
    points = tuple(Point(to_ticks(n), to_ticks(n + 1), 3600.0 + n, f"01:00:0{n}", False) for n in range(9))
    clock = Series("", "", "clock", points, (0, 0, 10, 10))
    (part,), (whole,) = of_series([clock], whole=False), of_series([clock], whole=True)
    assert part.text == "A clock on the screen runs from 01:00:00 to 01:00:08."
    assert "differs by 1:00:00 from the recording's clock" in whole.text
    assert not whole.notable


def test_a_part_that_changes_is_said_with_its_share() -> None:
    assert texts(of_events([event("changed", 7, 7.1, 0.029)])) == ["A part of the picture (3%) changes at 0:00:07."]
