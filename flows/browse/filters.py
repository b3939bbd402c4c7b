"""What the fields of the form ask for: words, and what narrows the list and the search. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from pipeline.search import KINDS, STATES, Kind, State, Wanted

_LONGEST = 400
"""Letters of a field that are read."""

_NARROWING = ("kind", "speaker", "since", "until", "state")


@dataclass(frozen=True, slots=True)
class Filters:
    """The form as it was filled in; `notes` say what in it cannot be understood, and is passed over."""

    words: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """By the names of the fields, those that narrow and are filled in."""
    wanted: Wanted = field(default_factory=Wanted)
    notes: tuple[str, ...] = ()

    @property
    def on(self) -> bool:
        """Whether the list of recordings is narrowed."""
        return any(name != "kind" for name in self.values)

    def page(self, number: int) -> str:
        """The address of another page of the same list."""
        return "./?" + urlencode({**self.values, "page": number})


def filters(fields: Mapping[str, str]) -> Filters:
    """What is asked for; what a field cannot mean is told, and the others count."""
    given = {name: fields.get(name, "").strip()[:_LONGEST] for name in ("q", *_NARROWING)}
    values = {name: given[name] for name in _NARROWING if given[name]}
    days: dict[str, date] = {}
    notes = []
    for name in ("since", "until"):
        if name in values:
            try:
                days[name] = date.fromisoformat(values[name])
            except ValueError:
                notes.append(f"{values.pop(name)}: no day, such as 2026-03-24.")
    kinds: tuple[Kind, ...] = tuple(one for one in KINDS if one == given["kind"])
    states: tuple[State, ...] = tuple(one for one in STATES if one == given["state"])
    wanted = Wanted(None, kinds, values.get("speaker", ""), days.get("since"), days.get("until"), states)
    return Filters(given["q"], values, wanted, tuple(notes))
