"""Who speaks when, as RTTM: the format by which diarisers are compared.

A line a stretch: `SPEAKER name 1 start length <NA> <NA> speaker <NA> <NA>`, times in seconds.
Names have no spaces in it.
https://catalog.ldc.upenn.edu/docs/LDC2004T12/RTTM-format-v13.pdf
"""

from __future__ import annotations

from collections.abc import Iterator

from chunkers.printable import printable
from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run

GAP = 3 * TICKS_PER_SECOND // 10
"""Pieces of one speaker that are less than this apart are one stretch."""


def report(run: Run) -> Iterator[str]:
    """Every stretch in order of its start; nothing where speakers were not told apart."""
    document = run.document()
    name = _word(document.input.name.rpartition(".")[0] or document.input.name if document else run.key.recording)
    found: list[tuple[int, int, str]] = []
    for person in Spoken(run).people:
        own: list[tuple[int, int, str]] = []
        for voice in sorted(person.voices, key=lambda voice: voice.start):
            if own and voice.start - own[-1][1] < GAP:
                own[-1] = (own[-1][0], max(own[-1][1], voice.end), person.name)
            else:
                own.append((voice.start, voice.end, person.name))
        found += own
    for start, end, speaker in sorted(found):
        times = f"{start / TICKS_PER_SECOND:.3f} {(end - start) / TICKS_PER_SECOND:.3f}"
        yield f"SPEAKER {name} 1 {times} <NA> <NA> {_word(speaker)} <NA> <NA>\n"


def _word(text: str) -> str:
    return "_".join(printable(text).split()) or "_"
