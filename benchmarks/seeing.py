"""Planted events found, and events that nobody planted: `python -m benchmarks.seeing FILM [--store DIR]`.

FILM is one of `python -m data.inspection_film` or `data.slides_film`, its events beside it; it is looked at as
`longmedia run` does. An event is found where something of its kind is told within a second of it. Printed by kind:
planted, found, told without being planted; then the cost.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Row, hand_back
from chunkers.picture_events import PictureEvent
from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import load
from pipeline.stages.see.looked import Looked
from pipeline.store import Store

NEAR_S = 1.0
READ = ("gauge", "unit", "label", "subtitle", "slide", "clock")
"""What is told by the text that changes."""

CLOCKS = ("clock", "timecode")
"""Series in which every second is another text."""

MEASURED = {"frozen": ("frozen",), "lights": ("lights",), "cable": ("changed", "moving")}
"""What is told by the picture's signals."""

AT_BOTH_ENDS = ("lights",)


@dataclass(frozen=True)
class Moment:
    """Something that is planted or told: a kind, when, and what is to be read then."""

    kind: str
    second: float
    text: str = ""


def planted(path: Path) -> Iterator[Moment]:
    """What was drawn; a lamp is switched twice."""
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        yield Moment(event["kind"], event["start_s"], event["after"])
        if event["kind"] in AT_BOTH_ENDS:
            yield Moment(event["kind"], event["end_s"])


def told(looked: Looked) -> Iterator[Moment]:
    """What was seen: events by their beginnings, texts and values by their first moments."""
    for event in looked.events:
        if event.kind not in ("still",):
            yield Moment(event.kind, _start(event))
    for text in looked.texts:
        yield Moment("text", text.start / TICKS_PER_SECOND, text.text)
    for series in looked.series:
        for point in series.points:
            words = f"{series.label} {point.written} {series.unit}".strip()
            yield Moment("clock" if series.kind in CLOCKS else "text", point.at / TICKS_PER_SECOND, words)


def _start(event: PictureEvent) -> float:
    return event.span.start / TICKS_PER_SECOND


def matches(one: Moment, other: Moment) -> bool:
    """Whether `other`, which was told, is the planted `one`."""
    if abs(one.second - other.second) > NEAR_S:
        return False
    if one.kind in READ:
        return other.kind == ("clock" if one.kind == "clock" else "text") and _letters(one.text) in _letters(other.text)
    return other.kind in MEASURED[one.kind]


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def invented(told: Iterable[Moment], drawn: list[Moment], always: set[str]) -> Iterator[Moment]:
    """What was told near nothing that was drawn; a text that stands there from the beginning was drawn, too."""
    known = {_letters(one.text) for one in drawn} | always
    for moment in told:
        if moment.kind == "clock" and "clock" not in {one.kind for one in drawn}:
            continue
        near = any(abs(moment.second - one.second) <= NEAR_S for one in drawn)
        if moment.kind == "text" and _letters(moment.text) in known:
            continue
        if not near:
            yield moment


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("film", type=Path)
    options.add_argument("--store", help="a store in which the film may have been looked at already")
    given = options.parse_args()
    drawn = list(planted(given.film.with_suffix(".events.jsonl")))
    before = os.times()
    with tempfile.TemporaryDirectory() as folder, Registry(keep=False) as registry:
        run = process(given.film, load(), Store(given.store or folder), registry, only="see").run
        looked = Looked(run.seen())
        pictures = sum(row.pictures for row in run.seen())
    after = os.times()
    found = list(told(looked))
    start = {_letters(one.text) for one in found if one.kind == "text" and one.second < NEAR_S}
    hits = Counter(one.kind for one in drawn if any(matches(one, other) for other in found))
    extra = list(invented(found, drawn, start))
    print(f"{'kind':<10}{'planted':>9}{'found':>7}")
    for kind, count in Counter(one.kind for one in drawn).items():
        print(f"{kind:<10}{count:>9}{hits[kind]:>7}")
    print(f"{'all':<10}{len(drawn):>9}{sum(hits.values()):>7}; told though nobody planted it: {len(extra)}")
    for moment in extra:
        print(f"    {moment.kind} at {moment.second:.1f} s: {moment.text}")
    cpu, wall = sum(after[:4]) - sum(before[:4]), after[4] - before[4]
    minutes = looked.span.seconds / 60
    print(f"{minutes:.1f} min of film, {pictures} pictures read: {cpu:.0f} s of CPU, {wall:.0f} s")
    what = f"{given.film.name}, {minutes:.0f} min"
    hand_back(Row(f"{what}: planted events found", sum(hits.values()), "events", "planted", len(drawn)))
    hand_back(Row(f"{what}: told though nobody planted it", len(extra), "events"))
    hand_back(Row(f"{what}: looking", cpu, "CPU s", "its length", looked.span.seconds))


if __name__ == "__main__":
    main()
