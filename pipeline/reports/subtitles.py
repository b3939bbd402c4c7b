"""Subtitles: SubRip and WebVTT, a cue a block.

Formats: https://www.w3.org/TR/webvtt1/ and the SubRip files that every player reads.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from chunkers.spans import stamp
from pipeline.store import Run

_LINE = 42


def srt(run: Run) -> Iterator[str]:
    """SubRip: numbered cues, a comma before the milliseconds."""
    for number, (start, end, text) in enumerate(_cues(run), 1):
        times = f"{stamp(start, millis=True, separator=',')} --> {stamp(end, millis=True, separator=',')}"
        yield f"{number}\n{times}\n{_wrapped(text)}\n\n"


def vtt(run: Run) -> Iterator[str]:
    """WebVTT."""
    yield "WEBVTT\n\n"
    for start, end, text in _cues(run):
        safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"{stamp(start, millis=True)} --> {stamp(end, millis=True)}\n{_wrapped(safe)}\n\n"


def _cues(run: Run) -> Iterator[tuple[int, int, str]]:
    for row in run.heard():
        for cue in row.cues:
            yield cue.start, cue.end, cue.text


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _LINE, break_long_words=False)) or text
