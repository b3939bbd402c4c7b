"""Searching a store: its index, opened, brought up to date, asked, and made anew where it is damaged."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from typing import TypeVar

from pipeline.errors import NoSuchRunError, StoreBusyError, StoreError
from pipeline.search.following import Watch, follow
from pipeline.search.hits import Hit, hit
from pipeline.search.index import Entry, Index, Wanted
from pipeline.search.passages import Kind
from pipeline.search.place import Place
from pipeline.search.query import parse
from pipeline.store import Store

_Answer = TypeVar("_Answer")

_DAMAGE = (sqlite3.Error, struct.error, ValueError, IndexError, TypeError)
"""What reading an index raises that is damaged."""


class Searcher:
    """The index of a store, open until `close`. One thread may use it at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._place = Place(store)

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def follow(self, watch: Watch | None = None) -> tuple[StoreError, ...]:
        """Bring the index up to the store; returns what could not be read of it, which is passed over.

        Raises `StoreLockedError`, and `StoreBusyError` where another process has been writing the index for a minute.
        """
        try:
            followed = follow(self._place.index, self._store, watch)
        except sqlite3.Error as error:
            self._anew(error)
            followed = follow(self._place.index, self._store, watch)
        if followed.changed:
            self._place.save()
        return followed.passed

    def entries(self, wanted: Wanted | None = None) -> list[Entry]:
        """The recordings, all or those that `wanted` leaves, the one that was taken up last first."""
        known = self._sound(lambda index: list(index.entries(wanted).values()))
        return sorted(known, key=lambda entry: entry.created, reverse=True)

    def texts(self, recording: str, kind: Kind) -> list[str]:
        """The texts of a kind of a recording: the names of its speakers, the titles of its chapters."""
        return self._sound(lambda index: index.texts(recording, kind))

    def search(self, words: str, wanted: Wanted | None = None, limit: int = 20) -> list[Hit]:
        """The best hits, the best first; raises `SettingsError` where `words` ask for nothing."""

        def asked(index: Index) -> list[Hit]:
            query = parse(words, index.languages())
            return [hit(match, query) for match in index.search(query, wanted or Wanted(), limit)]

        return self._sound(asked)

    def close(self) -> None:
        """Let go of the index."""
        self._place.close()

    def _sound(self, act: Callable[[Index], _Answer]) -> _Answer:
        """What `act` gives of the index; of a damaged one once it is made anew."""
        try:
            return act(self._place.index)
        except _DAMAGE as error:
            self._anew(error)
            self.follow()
            return act(self._place.index)

    def _anew(self, error: Exception) -> None:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusyError(
                f"{self._store.files.url}: another process is writing the index.", cure="Try again in a minute."
            ) from error
        self._place.anew(error)


def chosen(entries: list[Entry], named: str) -> tuple[str, ...]:
    """The ids of the recordings that `named` means: the beginning of an id, or a part of a name in any case.

    Raises `NoSuchRunError` where it means none.
    """
    wanted = named.casefold()
    found = [one.recording for one in entries if one.recording.startswith(named) or wanted in one.name.casefold()]
    if not found:
        raise NoSuchRunError(f"no recording is called {named}.", cure="`longmedia status` lists what the store holds.")
    return tuple(found)
