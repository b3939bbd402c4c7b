"""The label of a speaker before what was said (`Anna: ...`), and a written sentence without it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from pipeline.text.sentences import joined, sentences

_HEADINGS = ("Transcript", "Notes")
"""What stands before the words in our own prompts; a small writer copies it before the label of a speaker."""

_BEFORE, _AFTER = r"[\s*_\[(\"'“„«-]*", r"[*_\])]*\s*[:：]\s*[*_]*\s*"
"""Marks that a writer puts around a label."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that was said or read, and by whom it was said; `speaker` is empty where that is not known."""

    text: str
    speaker: str = ""

    @property
    def labelled(self) -> str:
        """The sentence behind its speaker: as a writer is given it, and what a summary may say."""
        return labelled(self.text, self.speaker)


def labelled(text: str, speaker: str | None) -> str:
    """`text` behind the label of its speaker, where there is one."""
    return f"{speaker}: {text}" if speaker else text


def lines(text: str, speaker: str | None = None) -> list[Line]:
    """The sentences of what one speaker says."""
    return [Line(one, speaker or "") for one in sentences(text)]


def without_label(sentence: str, speakers: Collection[str]) -> str:
    """A written sentence without the labels of `speakers` and our prompt's headings at its beginning.

    Empty where it is nothing else. What is left is as it was written: whoever `I` is in it, no subject is put in.
    """
    labels = _names([*speakers, *_HEADINGS])
    return re.sub(rf"^(?:{_BEFORE}(?:{labels}){_AFTER})+", "", sentence, flags=re.IGNORECASE)


def label_inside(sentence: str, speakers: Collection[str]) -> bool:
    """Whether the label of one of `speakers` stands within a written sentence: two turns were run together."""
    if not speakers:
        return False
    return re.search(rf"[\w.,!?)]\s+(?:{_names(speakers)})\s*[:：](?:\s|$)", sentence, flags=re.IGNORECASE) is not None


def _names(speakers: Collection[str]) -> str:
    """A pattern of the names, the longest first."""
    return "|".join(re.escape(name) for name in sorted(speakers, key=len, reverse=True))


def without_labels(text: str, speakers: Collection[str]) -> str:
    """A written text, no sentence of which begins with the label of one of `speakers`, or a heading of the prompt."""
    written = sentences(text)
    kept = [without_label(one, speakers) for one in written]
    return text if kept == written else joined(one for one in kept if one)
