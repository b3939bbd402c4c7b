"""What is said: lines of marked-up text become utterances with their planted facts.

A line is `speaker: text`, where `[kind:value]` marks a fact inside the text, or `(pause 2.5)`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = re.compile(r"\[(?P<kind>[a-z]+):(?P<value>[^\[\]]+)\]")
PAUSE = re.compile(r"\(pause (?P<seconds>\d+(?:\.\d+)?)\)")


@dataclass(frozen=True)
class Fact:
    """Something to check later: `value` stands word for word in the sentence that plants it."""

    kind: str
    value: str


@dataclass(frozen=True)
class Utterance:
    """One sentence of one speaker."""

    speaker: str
    text: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Pause:
    """Silence, in seconds, on top of the breath between two sentences."""

    seconds: float


Line = Utterance | Pause


def parse(line: str) -> Line:
    """Read one line of a script."""
    if pause := PAUSE.fullmatch(line.strip()):
        return Pause(float(pause["seconds"]))
    speaker, colon, marked = line.partition(":")
    if not colon or not speaker.strip() or not marked.strip():
        raise ValueError(f"neither 'speaker: text' nor '(pause SECONDS)': {line!r}")
    facts = tuple(Fact(m["kind"], m["value"]) for m in MARK.finditer(marked))
    return Utterance(speaker.strip(), MARK.sub(r"\g<value>", marked).strip(), facts)


def lines(source: Iterable[str]) -> Iterator[Line]:
    """Read a script; empty lines and `#` comments are skipped."""
    for line in source:
        if line.strip() and not line.startswith("#"):
            yield parse(line)


def meeting() -> list[Line]:
    """The short meeting that is committed beside this file."""
    return list(lines(Path(__file__).with_name("meeting.script").read_text("utf-8").splitlines()))
