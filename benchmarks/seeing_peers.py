"""Peers on a film with planted events: `python -m benchmarks.seeing_peers FILM`; FILM as for `benchmarks.seeing`.

Plain RapidOCR reads every picture of one a second with the same engine and the same weights; PySceneDetect looks for
cuts. Printed: how many of the planted events each can tell, and the CPU seconds. An event counts for a reader where
its text is first read within a second of it, for a detector where a cut is.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np

from benchmarks.rows import Row, hand_back
from benchmarks.seeing import READ, Moment, matches, planted
from pipeline.models.reader.rapid import RapidReader


def every_picture(film: Path) -> Iterator[Moment]:
    """Each line that RapidOCR reads, at the second when it is read first after a second without it."""
    reader, before = RapidReader(), set[str]()
    with av.open(str(film)) as container:
        due = 0.0
        for frame in container.decode(video=0):
            if frame.time is None or frame.time < due:
                continue
            due += 1
            lines = {line.text for line in reader.read(np.ascontiguousarray(frame.to_ndarray(format="rgb24")))}
            for text in sorted(lines - before):
                yield Moment("text", frame.time, text)
                yield Moment("clock", frame.time, text)
            before = lines


def cuts(film: Path) -> Iterator[Moment]:
    """The cuts that PySceneDetect finds with its usual detector."""
    from scenedetect import ContentDetector, detect

    for start, _ in detect(str(film), ContentDetector())[1:]:
        yield Moment("cut", start.seconds)


def near(one: Moment, other: Moment) -> bool:
    """Whether a cut is told where anything is planted: it says that something is, not what."""
    return one.kind not in READ and abs(one.second - other.second) <= 1


def main() -> int:
    """Print a line a peer."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("film", type=Path)
    film = options.parse_args().film
    drawn = list(planted(film.with_suffix(".events.jsonl")))
    peers: list[tuple[str, Callable[[Path], Iterator[Moment]], Callable[[Moment, Moment], bool]]] = [
        ("RapidOCR, every picture", every_picture, matches),
        ("PySceneDetect, cuts", cuts, near),
    ]
    for name, look, fits in peers:
        before = os.times()
        try:
            found = list(look(film))
        except ImportError as error:
            sys.stdout.write(f"{name}: not installed ({error.name})\n")
            continue
        after = os.times()
        hits = sum(any(fits(one, other) for other in found) for one in drawn)
        cpu = sum(after[:4]) - sum(before[:4])
        what = f"{film.name}, {name}"
        hand_back(Row(f"{what}: planted events found, {len(found)} told", hits, "events", "planted", len(drawn)))
        hand_back(Row(f"{what}: looking", cpu, "CPU s"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
