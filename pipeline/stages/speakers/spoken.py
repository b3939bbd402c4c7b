"""What was heard in a run, with who said it: told anew from the stored pieces of speech whenever it is read.

No table holds a speaker twice: another number of people, or a name, changes what is read at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.settings import Speakers
from pipeline.stages.speakers.assign import Turn, Voice, Voices, cues_with_speakers, turns, words_with_speakers
from pipeline.stages.speakers.clustering import Piece, Vectors, Wanted, speakers
from pipeline.stages.speakers.splitting import piece_at, split
from pipeline.stages.speakers.stage import VOICE, vectors
from pipeline.store import SPEAKERS, Run
from pipeline.store.documents import NamesDocument
from pipeline.store.structs import SpeechPiece
from pipeline.store.tables import HearRow
from pipeline.text import cues
from pipeline.text.cues import Cue
from pipeline.text.said import Said, spoken
from pipeline.text.sentences import sentences

LABEL = "Speaker"
"""What a person without a name is called, with a number behind it."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who speaks: the name that is shown, and the voice from its first moment to its last."""

    number: int
    """From 1, in the order in which they are heard first; who was split off comes last."""
    name: str
    named: bool
    """Whether people gave the name."""
    voices: tuple[Voice, ...]
    labels: tuple[str, ...] = ()
    """What the words came with, where they came with speakers: from tracks, channels or a transcript."""
    pieces: tuple[int, ...] = ()
    """The numbers of the pieces of speech that the voices are."""

    @property
    def ticks(self) -> int:
        """How long the voice is heard."""
        return sum(voice.end - voice.start for voice in self.voices)

    def heard(self, at: int) -> bool:
        """Whether the voice is heard at a tick."""
        return any(voice.start <= at < voice.end for voice in self.voices)

    @property
    def at(self) -> int:
        """A moment by which the person can be named: the middle of the longest piece."""
        longest = max(self.voices, key=lambda voice: voice.end - voice.start)
        return (longest.start + longest.end) // 2


class Spoken:
    """The words of a run with their speakers. Where nobody was told apart they have none, or the one they came with."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.people = people(run)
        self._names = {label: person.name for person in self.people for label in person.labels}
        apart = len(self.people) > 1 or any(person.named for person in self.people)
        self._voices = Voices(voice for person in self.people for voice in person.voices) if apart else Voices(())

    def heard(self) -> Iterator[HearRow]:
        """All windows in order, as far as they are there; cues end where the speaker changes."""
        for row in self._run.heard():
            if self._names:
                yield replace(row, words=self._renamed(row.words), cues=self._renamed(row.cues))
            else:
                yield with_speakers(row, self._voices) if self._voices.voices else row

    def _renamed(self, pieces: Sequence[Cue]) -> list[Cue]:
        return [replace(one, speaker=self._names.get(one.speaker or "", one.speaker)) for one in pieces]

    def turns(self) -> Iterator[Turn]:
        """What was said, turn by turn; a turn goes on over the borders of windows."""
        return turns_of(self.heard())


def with_speakers(row: HearRow, voices: Voices) -> HearRow:
    """The row with speakers in its words and cues. A transcript that was brought along keeps its cues as they are."""
    if row.source == "imported":
        return replace(row, words=cues_with_speakers(row.words, voices), cues=cues_with_speakers(row.cues, voices))
    words = words_with_speakers(row.words, voices)
    return replace(row, words=words, cues=cues.group(words) if words else row.cues)


def turns_of(rows: Iterable[HearRow]) -> Iterator[Turn]:
    """The turns of rows that follow each other."""
    waiting: Turn | None = None
    for row in rows:
        for turn in turns(words_of(row)):
            if waiting is not None and waiting.speaker == turn.speaker:
                waiting = replace(waiting, end=max(waiting.end, turn.end), text=f"{waiting.text} {turn.text}")
                continue
            if waiting is not None:
                yield waiting
            waiting = turn
    if waiting is not None:
        yield waiting


def said_in(rows: Iterable[HearRow]) -> Iterator[Said]:
    """The sentences of rows that follow each other; of a row without times, each with the span of the row."""
    for with_times, some in itertools.groupby(rows, key=lambda row: bool(row.cues)):
        if with_times:
            yield from spoken(cue for row in some for cue in row.cues)
        else:
            yield from (Said(row.span, text) for row in some for text in sentences(row.transcript))


def words_of(row: HearRow) -> Sequence[Cue]:
    """The words of a row; of one that has none, or was brought along, its cues with spaces between them."""
    own = row.words if row.source != "imported" else []
    return own or [replace(cue, text=f" {cue.text}") for cue in row.cues]


def people(run: Run) -> tuple[Person, ...]:
    """Who speaks in a run, in order of their first words: those who were told apart, else those the words came with."""
    if not run.has(SPEAKERS):
        return _named_in(run)
    document = run.stage(SPEAKERS)
    if document is None or document.parts is None:
        return ()  # not all of it is there: those who come later could change who the first ones are
    given, voices = pieces_of(run)
    if not given:
        return ()
    settings, names = _settings(run), run.names()
    found = speakers(given, voices, Wanted(settings.least, settings.most, settings.distance))
    if names is not None:
        found = split(given, voices, found, names.split)
    return named(given, found, names)


def pieces_of(run: Run) -> tuple[list[Piece], Vectors]:
    """The pieces of speech of a run in order, and their voices (pieces, 192)."""
    stored: list[SpeechPiece] = []
    given: list[Piece] = []
    for row in run.voiced():
        stored += row.pieces
        given += [Piece(one.start, one.end, one.overlapped, one.narrow, (row.index, one.local)) for one in row.pieces]
    return given, vectors(stored) if stored else np.zeros((0, VOICE), np.float32)


def _named_in(run: Run) -> tuple[Person, ...]:
    """The people whose words came with a name."""
    turns = [Voice(one.start, one.end, one.speaker) for one in turns_of(run.heard()) if one.speaker]
    labels = list(dict.fromkeys(turn.speaker for turn in turns))
    return named(turns, [labels.index(turn.speaker) for turn in turns], run.names() if turns else None, labels)


def named(
    pieces: Sequence[Piece | Voice], found: Sequence[int], document: NamesDocument | None, labels: Sequence[str] = ()
) -> tuple[Person, ...]:
    """The people of pieces of speech and their numbers, with what people have said about them.

    Who is called the same is the same person; of two names the later counts. `labels` are the names that they came
    with, by their numbers. Where two speak at a moment, the one is meant whose piece has its middle nearest.
    """

    def heard(at: int) -> int | None:
        number = piece_at(pieces, at)
        return None if number is None else same[found[number]]

    same = {number: number for number in found}
    names: list[tuple[int, str]] = []
    for one, other in document.merged if document is not None else ():
        _unite(same, heard(one), heard(other))
    for voice in document.names if document is not None else ():
        number = heard(voice.at)
        if number is not None:
            names.append((number, voice.name))
            _unite(same, *(known for known, name in names if name == voice.name))
    whose = [same[number] for number in found]
    people: list[Person] = []
    for number in dict.fromkeys(sorted(whose)):
        name = next((name for known, name in reversed(names) if same[known] == number), "")
        shown = name or (labels[number] if labels else f"{LABEL} {len(people) + 1}")
        own = (Voice(one.start, one.end, shown) for one, who in zip(pieces, whose, strict=True) if who == number)
        came = tuple(label for at, label in enumerate(labels) if same.get(at) == number)
        numbers = tuple(at for at, who in enumerate(whose) if who == number)
        people.append(Person(len(people) + 1, shown, bool(name), tuple(own), came, numbers))
    return tuple(people)


def _unite(same: dict[int, int], *numbers: int | None) -> None:
    """Make those one person, of the lowest number."""
    groups = {same[number] for number in numbers if number is not None}
    for number, group in same.items():
        if group in groups:
            same[number] = min(groups)


def _settings(run: Run) -> Speakers:
    document = run.document()
    return Speakers.model_validate(document.settings.get("speakers", {})) if document is not None else Speakers()
