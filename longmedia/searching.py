"""Searching all that a store holds, in seconds and plain types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND, stamp
from pipeline.search import Searcher, Wanted, chosen
from pipeline.settings import load_here
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Hit:
    """Where words were found: in which recording (id and file's name) and run, from when to when in seconds.

    `text` are the words around, `marks` those of them that were found: first letter, and the letter behind the last.
    """

    recording: str
    run: str
    name: str
    kind: Literal["transcript", "summary", "screen", "speaker", "chapter"]
    start: float
    end: float
    speaker: str | None
    text: str
    marks: tuple[tuple[int, int], ...]

    @property
    def stamp(self) -> str:
        """The start as `h:mm:ss`."""
        return stamp(round(self.start * TICKS_PER_SECOND))


def search(
    words: str,
    store: str | Path = "longmedia-store",
    *,
    recording: str = "",
    kinds: Sequence[Literal["transcript", "summary", "screen", "speaker", "chapter"]] = (),
    speaker: str = "",
    since: date | None = None,
    until: date | None = None,
    limit: int = 20,
    key: str | None = None,
) -> list[Hit]:
    """The best hits for words and phrases (in double quotes), the best first; all of them must be there.

    `recording` is the beginning of an id or a part of a name, `speaker` a part of a name; `since` and `until` are days
    on which the store took recordings up. `key` is as in `open_store`. What cannot be read of the store is passed over.
    Raises `SettingsError` where nothing is asked for, and `StoreError`.
    """
    opened = Store(store, key if key is not None else load_here().encryption.key)
    with Searcher(opened) as searcher:
        searcher.follow()
        ids = chosen(searcher.entries(), recording) if recording else None
        found = searcher.search(words, Wanted(ids, tuple(kinds), speaker, since, until), limit)
    return [
        Hit(
            one.recording, one.run, one.name, one.kind, one.span.start / TICKS_PER_SECOND,
            one.span.end / TICKS_PER_SECOND, one.speaker or None, one.text, one.marks,
        )
        for one in found
    ]  # fmt: skip
