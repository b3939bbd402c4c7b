"""The answer of the describing call, read line by line.

A line begins with `SUMMARY:`, `SCREEN:` or `EVENT MM:SS:`; a line without a label goes on with what was
before it. Whatever the model writes, every word of it ends up in one of the fields: nothing is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chunkers.spans import TICKS_PER_SECOND

_LABEL = re.compile(r"^[\s*#>_-]*(SUMMARY|SCREEN|EVENT)\b[\s*_]*(.*)$", re.IGNORECASE)
_STAMP = re.compile(r"^[\[(]?(?:(\d+):)?(\d{1,3}):(\d{2})[\])]?")
_NOTHING = {"", "none", "none.", "n/a", "no text", "no text."}


@dataclass(slots=True)
class Described:
    """What an answer says.

    `labelled` is false where it has no summary line; its words are in `summary` all the same.
    """

    summary: str = ""
    screen: str = ""
    events: list[tuple[int, str]] = field(default_factory=list)
    """Ticks from the start of the chunk, and what happened."""
    strays: list[str] = field(default_factory=list)
    """Events without a time, or with one outside of the chunk."""
    labelled: bool = False


def read(text: str, length: int) -> Described:
    """An answer about a chunk of `length` ticks."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        label = _LABEL.match(line)
        if label and _is_label(label.group(1), label.group(2)):
            sections.append((label.group(1).upper(), [label.group(2)]))
        else:
            sections[-1][1].append(line)
    described = Described()
    for name, lines in sections:
        _put(described, name, " ".join(" ".join(lines).split()), length)
    return described


def _is_label(name: str, rest: str) -> bool:
    """A colon or a stamp makes a label: "Summary judgment was given" is a sentence."""
    return rest.startswith(":") or (name.upper() == "EVENT" and _STAMP.match(rest) is not None)


def _put(described: Described, name: str, words: str, length: int) -> None:
    words = words.removeprefix(":").strip(" *_")
    if name == "EVENT":
        _put_event(described, words, length)
    elif name == "SCREEN":
        if words.lower() not in _NOTHING:
            described.screen = f"{described.screen}\n{words}".strip()
    else:
        described.labelled |= name == "SUMMARY"
        if words.lower() not in _NOTHING:
            described.summary = f"{described.summary} {words}".strip()


def _put_event(described: Described, words: str, length: int) -> None:
    if words.lower() in _NOTHING:
        return
    stamp = _STAMP.match(words)
    if stamp is None:
        described.strays.append(words)
        return
    hours, minutes, seconds = (int(part or 0) for part in stamp.groups())
    at = (hours * 3600 + minutes * 60 + seconds) * TICKS_PER_SECOND
    what = words[stamp.end() :].lstrip(" :*_-")
    if at < length and what:
        described.events.append((at, what))
    else:
        described.strays.append(words)
