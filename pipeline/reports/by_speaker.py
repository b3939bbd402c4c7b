"""The summary once more, speaker by speaker: what each said that says most, in their own words, and their tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.reports.outline import Length, cut
from pipeline.reports.outline_types import Line, Outline, Task
from pipeline.stages.speakers.spoken import Spoken
from pipeline.text.lexicons import Lexicon, lexicon
from pipeline.text.said import Said, spoken, stated
from pipeline.text.salience import Candidate, choose, topic
from pipeline.text.small_talk import courteous, small_talk

_LINES = {"short": 2, "normal": 4, "long": 8}
"""Sentences of a speaker, at most."""

_PARTS = 4
"""Parts of the recording, alike in sentences, over which those of a speaker are spread."""


@dataclass(frozen=True, slots=True)
class BySpeaker:
    """What one person said, and is to do."""

    name: str
    lines: tuple[Line, ...]
    tasks: tuple[Task, ...]


def told_by_speaker(heard: Spoken, summary: Outline, length: Length = "normal") -> tuple[BySpeaker, ...]:
    """Of each who speaks in `heard`, in the order of their first words; nothing where nobody was told apart.

    `summary` is the outline of the same run: the tasks are those in it. No sentence is written: all were said.
    """
    if len(heard.people) < 2:
        return ()
    said = tuple(spoken(cue for row in heard.heard() for cue in row.cues))
    words = lexicon(" ".join(one.text for one in said))
    about = topic((one.text for one in said), words)
    return tuple(
        BySpeaker(
            person.name,
            _lines(said, person.name, about, words, _LINES[length]),
            tuple(task for task in summary.tasks if task.who == person.name),
        )
        for person in heard.people
    )


def _lines(said: Sequence[Said], name: str, about: dict[str, float], words: Lexicon, most: int) -> tuple[Line, ...]:
    own = [
        (one, number * _PARTS // len(said))
        for number, one in enumerate(said)
        if one.speaker == name and not (small_talk(one.text, words) or courteous(one.text, words))
    ]
    chosen = choose([Candidate(one.text, part) for one, part in own], most, about, words)
    return tuple(Line(cut(stated(own[at][0].text, words)), (own[at][0].span,)) for at in chosen)
