"""What people say about speakers: names, and who is one and the same. Pure but for what is asked of a run."""

from __future__ import annotations

from collections.abc import Sequence

from chunkers import printable
from pipeline.errors import SettingsError
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
    others = tuple(known for known in document.names if not _heard(one, known.at))
    given = (NamedVoice(at=one.at, name=name),) if name else ()
    return document.model_copy(update={"names": (*others, *given)})


def merged(document: NamesDocument, one: Person, other: Person) -> NamesDocument:
    """The document in which `one` is `other`, whose name stays."""
    if one.number == other.number:
        return document
    document = renamed(document, one, "")
    return document.model_copy(update={"merged": (*document.merged, (other.at, one.at))})


def _heard(one: Person, at: int) -> bool:
    return any(voice.start <= at < voice.end for voice in one.voices)
