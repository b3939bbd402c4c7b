"""What people say about speakers: names, and who is one and the same. Pure but for what is asked of a run."""

from __future__ import annotations

from collections.abc import Sequence

from chunkers.printable import printable
from pipeline.errors import SettingsError
from pipeline.stages.speakers.clustering import Piece, Vectors
from pipeline.stages.speakers.splitting import halves, piece_at
from pipeline.stages.speakers.spoken import Person
from pipeline.store.documents import NamedVoice, NamesDocument

LONGEST = 80
"""Letters of a name."""


def person(people: Sequence[Person], who: str) -> Person:
    """The person called `who`: by number (`S2`, `2`) or by name. Raises `SettingsError`."""
    number = who.strip().removeprefix("S").removeprefix("s")
    found = [one for one in people if number == str(one.number) or who.strip().casefold() == one.name.casefold()]
    if not found:
        known = ", ".join(f"S{one.number} {one.name}" for one in people) or "nobody was told apart"
        raise SettingsError(f"no speaker {printable(who)}.", cure=f"Known: {known}.")
    return found[0]


def renamed(document: NamesDocument, one: Person, name: str) -> NamesDocument:
    """The document with another name of a person, or with none where `name` is empty. Raises `SettingsError`."""
    name = " ".join(printable(name).split())
    if len(name) > LONGEST:
        raise SettingsError(f"a name of {len(name)} letters.", cure=f"At most {LONGEST}.")
    others = tuple(known for known in document.names if not one.heard(known.at))
    given = (NamedVoice(at=one.at, name=name),) if name else ()
    return document.model_copy(update={"names": (*others, *given)})


def merged(document: NamesDocument, one: Person, other: Person) -> NamesDocument:
    """The document in which `one` is `other`, whose name stays; where they were one and split, that is taken back."""
    if one.number == other.number:
        return document
    document = renamed(document, one, "")
    kept = tuple(pair for pair in document.split if not _between(pair, one, other))
    if kept != document.split:
        return document.model_copy(update={"split": kept})
    return document.model_copy(update={"merged": (*document.merged, (other.at, one.at))})


def parted(document: NamesDocument, one: Person, pieces: Sequence[Piece], vectors: Vectors) -> NamesDocument:
    """The document in which `one` is two people.

    Where people have said before that two are this one, the last such word is taken back. Else the pieces of the voice
    are told apart, and a moment in each half is kept; `pieces` are those of the run, `vectors` (pieces, 192) their
    voices.
    Raises `SettingsError` where that cannot be.
    """
    if one.labels or not one.pieces:
        raise SettingsError(
            f"{printable(one.name)} cannot be split: the words came with their speakers.",
            cure="Only who was told apart by voice can be; tracks and transcripts say themselves who speaks.",
        )
    own = set(one.pieces)
    joined = [pair for pair in document.merged if all(piece_at(pieces, at) in own for at in pair)]
    if joined:
        return document.model_copy(update={"merged": tuple(pair for pair in document.merged if pair != joined[-1])})
    names = [voice for voice in document.names if piece_at(pieces, voice.at) in own]
    if len(names) > 1:
        return document.model_copy(
            update={"names": tuple(voice for voice in document.names if voice not in names[:-1])}
        )
    first, second = halves(pieces, vectors, one.pieces)
    if not second:
        raise SettingsError(
            f"{printable(one.name)} cannot be split: there is one piece of speech only.",
            cure="`speakers.count` says how many people speak.",
        )
    moments = _moment(pieces, first), _moment(pieces, second)
    return document.model_copy(update={"split": (*document.split, moments)})


def _moment(pieces: Sequence[Piece], numbers: Sequence[int]) -> int:
    """The middle of the longest of some pieces."""
    longest = max((pieces[number] for number in numbers), key=lambda piece: piece.ticks)
    return (longest.start + longest.end) // 2


def _between(pair: tuple[int, int], one: Person, other: Person) -> bool:
    """Whether one person is heard at one of two moments, and the other at the other."""
    return (one.heard(pair[0]) and other.heard(pair[1])) or (one.heard(pair[1]) and other.heard(pair[0]))
