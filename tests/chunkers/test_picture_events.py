"""Films that are drawn with known events, and what the signals say of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunkers.picture_events import KINDS, PictureEvent, picture_events
from chunkers.pictures import pictures
from chunkers.probing import probe
from chunkers.signals import HEIGHT, WIDTH, SignalReducer, Signals, concatenated
from data.draw_film import Film, films, write

SECOND = 16_000
FILMS = films()
Found = Callable[[str], list[PictureEvent]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The events of a film by its name."""
    folder = tmp_path_factory.mktemp("films")

    def run(name: str) -> list[PictureEvent]:
        segments = list(pictures(probe(write(FILMS[name], folder / f"{name}.mp4")), length_s=7))
        return picture_events(concatenated([segment.signals for segment in segments]))

    return run


def moments(events: list[PictureEvent]) -> list[tuple[str, float, float]]:
    return [(event.kind, event.span.start / SECOND, event.span.end / SECOND) for event in events]


@pytest.mark.parametrize("name", FILMS)
def test_every_drawn_event_is_told_and_no_other(name: str, found: Found) -> None:
    film = FILMS[name]
    told = found(name)
    drawn = {event.kind for event in film.events}
    # Every film is still where it does not move; whether it is, is part of the truth of some films alone.
    quiet = {"still", "moving"} - drawn
    mine = [event for event in told if event.kind not in quiet]
    assert sorted(event.kind for event in mine) == sorted(event.kind for event in film.events)
    for kind in drawn:
        right = [event for event in film.events if event.kind == kind]
        for event, (_, start, end) in zip(right, moments([event for event in mine if event.kind == kind]), strict=True):
            close = 0.2 if kind in {"cut", "camera"} else 1.0
            assert start == pytest.approx(event.start_s, abs=close)
            assert end == pytest.approx(event.end_s, abs=close)
    stretches = [event.span for event in told if event.kind in {"still", "moving"}]
    assert stretches[0].start == 0
    assert all(before.end == after.start for before, after in pairwise(stretches))
    assert stretches[-1].end == pytest.approx(film.seconds * SECOND, abs=0.1 * SECOND)


def test_the_numbers_of_events(found: Found) -> None:
    gained = [event.value for event in found("lights") if event.kind == "lights"]
    assert gained == pytest.approx([-0.3, 0.3], abs=0.05)
    (night,) = (event.value for event in found("night") if event.kind == "lights")
    assert night == pytest.approx(-0.33, abs=0.05)
    assert [event.value < 0 for event in found("fade") if event.kind == "fade"] == [True, False]


@pytest.mark.parametrize(
    "codec", [("-preset", "medium", "-crf", "30"), ("-preset", "ultrafast", "-crf", "18", "-g", "12")]
)
def test_compression_moves_nothing(codec: tuple[str, ...], tmp_path: Path) -> None:
    film = FILMS["still"]
    path = write(Film(film.seconds, film.draw, film.events, encode=codec), tmp_path / "still.mp4")
    (segment,) = pictures(probe(path))
    assert moments(picture_events(segment.signals)) == [("still", 0, 10)]


def test_a_film_of_two_frames_a_second_that_freezes(encode: Callable[..., Path], tmp_path: Path) -> None:
    """Between two frames nothing changes, and that is no frozen picture."""
    whole = write(FILMS["freeze"], tmp_path / "whole.mp4")
    slow = encode("slow.mp4", "-i", str(whole), "-vf", "fps=2:round=up", "-c:v", "libx264", "-preset", "veryfast")
    (segment,) = pictures(probe(slow))
    ((_, start, end),) = (moment for moment in moments(picture_events(segment.signals)) if moment[0] == "frozen")
    assert start == pytest.approx(5, abs=1.5), "the codec refines the first frames"
    assert end == pytest.approx(9, abs=0.5)


def reduced(smalls: list[np.ndarray], takes: list[int]) -> Signals:
    reducer = SignalReducer()
    parts = []
    for number, small in enumerate(smalls):
        reducer.feed(number, small)
        if number in takes:
            parts.append(reducer.take(number * 1600))
    return concatenated([*parts, reducer.take(10**9)])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 59), max_size=6))
def test_signals_are_the_same_however_they_are_split(takes: list[int]) -> None:
    rng = np.random.default_rng(3)
    smalls = [np.zeros((HEIGHT, WIDTH), np.uint8) for _ in range(60)]
    smalls[::20] = rng.integers(0, 255, (3, HEIGHT, WIDTH), np.uint8)
    whole, split = reduced(smalls, []), reduced(smalls, takes)
    for name in Signals.__slots__:
        assert np.array_equal(getattr(whole, name), getattr(split, name))
    assert picture_events(whole) == picture_events(split)


def test_no_signals_no_events() -> None:
    assert picture_events(concatenated([])) == []
    one = SignalReducer()
    one.feed(0, np.zeros((HEIGHT, WIDTH), np.uint8))
    assert {event.kind for event in picture_events(one.take(10))} <= set(KINDS)
