"""What a summary as a document is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chunkers.spans import Span
from pipeline.text.lexicons import Headings

Section = Literal["decisions", "tasks", "questions"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the outline, and the moments that it rests on."""

    text: str
    moments: tuple[Span, ...]
    speaker: str = ""
    """Who says `I` in it, or of a sentence that was copied who said it; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Task:
    """Who does what by when, as far as it was said, the sentence that says so, and its moment."""

    who: str
    what: str
    when: str
    source: str
    moment: Span
    speaker: str = ""
    """Who said it: `me` in it is they."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the recording about one topic; its title may be empty."""

    span: Span
    title: str
    lines: tuple[Line, ...] = ()
    """A sentence or two that were written of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many of each were found in all; an outline that is not `long` shows those that say most."""

    decisions: int = 0
    tasks: int = 0
    questions: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The document; a part that has nothing is empty. Headings are in the language of what was said, else English."""

    headline: str = ""
    gist: tuple[Line, ...] = ()
    decisions: tuple[Line, ...] = ()
    tasks: tuple[Task, ...] = ()
    questions: tuple[Line, ...] = ()
    figures: tuple[Line, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    found: Found = field(default_factory=Found)
    headings: Headings = field(default_factory=Headings)

    def heading(self, section: Section) -> str:
        """What a section is called, and where it shows some of what was found, how many of how many."""
        name: str = getattr(self.headings, section)
        shown, found = len(getattr(self, section)), getattr(self.found, section)
        return f"{name} ({shown} / {found})" if shown < found else name
