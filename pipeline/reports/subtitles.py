"""Subtitles: SubRip and WebVTT, a cue a block.

Formats: https://www.w3.org/TR/webvtt1/ and the SubRip files that every player reads. What is said is never markup,
and a line of a script that runs from right to left begins with a mark that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chunkers.printable import printable
from chunkers.spans import stamp
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run
from pipeline.text.cues import Cue, shown
from pipeline.text.lines import wrap
from pipeline.text.scripts import runs_from_right

_RIGHT_TO_LEFT = "\u200f"
_NO_MARKUP = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")", "\\": "\\\u2060"})
"""SubRip knows no escapes, and players take `<b>`, `{\\an8}` and `\\N` for markup: look-alikes are none."""


def srt(run: Run) -> Iterator[str]:
    """SubRip: numbered cues, a comma before the milliseconds."""
    for number, cue in enumerate(shown(_cues(run)), 1):
        times = f"{stamp(cue.start, millis=True, separator=',')} --> {stamp(cue.end, millis=True, separator=',')}"
        yield f"{number}\n{times}\n{_laid_out(cue.text, _plain)}\n\n"


def vtt(run: Run) -> Iterator[str]:
    """WebVTT; who speaks stands in a voice tag, where that is known."""
    yield "WEBVTT\n\n"
    for cue in shown(_cues(run)):
        times = f"{stamp(cue.start, millis=True)} --> {stamp(cue.end, millis=True)}"
        yield f"{times}\n{_voice(cue.speaker)}{_laid_out(cue.text, _escaped)}\n\n"


def _cues(run: Run) -> Iterator[Cue]:
    for row in Spoken(run).heard():
        for cue in row.cues:
            text = printable(cue.text)
            if text:
                yield replace(cue, text=text)


def _voice(speaker: str | None) -> str:
    """The tag that names who speaks: `<v Anna>`; it ends with the cue."""
    name = " ".join(printable(speaker or "").split())
    return f"<v {_escaped(name)}>" if name else ""


def _laid_out(text: str, safe: Callable[[str], str]) -> str:
    lead = _RIGHT_TO_LEFT if runs_from_right(text) else ""
    return "\n".join(lead + safe(line) for line in wrap(text))


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(line: str) -> str:
    return line.translate(_NO_MARKUP)
