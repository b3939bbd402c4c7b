"""Bringing the index up to what the store holds: what is new or has changed is taken up, what is gone goes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import StoreError, StoreLockedError
from pipeline.reports.kept_outline import titled
from pipeline.search.index import Entry, Index
from pipeline.search.passages import Passage, passages
from pipeline.search.terms import composed
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run, Store
from pipeline.store.corrected import Corrected

Watch = Callable[[int, int], None]
"""Called with the recordings that were taken up, and how many are to be."""

_AT_ONCE_S = 2.0
"""For so long what is taken up is written together: an interrupted search loses no more."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What following has come to: whether anything was changed, and what could not be read."""

    changed: bool
    passed: tuple[StoreError, ...]


def follow(index: Index, store: Store, watch: Watch | None = None) -> Followed:
    """Bring the index up to the store.

    What cannot be read of a recording is noted, and what was known of it stays. Raises `StoreLockedError`, and
    `sqlite3.Error` where the index is damaged.
    """
    known, there = index.entries(), store.recordings()
    gone = known.keys() - set(there)
    vocabulary = Corrected(store.vocabulary().corrections).digest
    todo = [name for name in there if name not in known or _seen(store, known[name], vocabulary) != known[name].seen]
    passed: list[StoreError] = []
    with _Writing(index) as writing:
        for name in sorted(gone):
            writing.remove(name)
        for number, name in enumerate(todo):
            if watch is not None:
                watch(number, len(todo))
            try:
                writing.take(name, store, vocabulary, passed)
            except StoreLockedError:
                raise
            except StoreError as error:
                passed.append(error)
    if watch is not None and todo:
        watch(len(todo), len(todo))
    if writing.removed:
        index.tidy()
    return Followed(writing.changed, tuple(passed))


class _Writing:
    """Changes to an index, a few seconds of them in one transaction."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._began: float | None = None
        self.changed = self.removed = False

    def __enter__(self) -> _Writing:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._index.database.in_transaction:  # a grave error has ended it already
            self._index.database.execute("ROLLBACK" if kind else "COMMIT")

    def take(self, recording: str, store: Store, vocabulary: str, passed: list[StoreError]) -> None:
        """Take up a recording as it is now; one without a run goes. Raises the `StoreError` of what cannot be read."""
        runs = store.runs(recording, passed)
        if not runs:
            self.remove(recording)
            return
        entry, found = _read(store, runs[-1], vocabulary)
        self._begin()
        if self._index.entry(recording) != entry:
            self._index.put(entry, found)
            self.changed = True
        self._end()

    def remove(self, recording: str) -> None:
        """Forget a recording, if it is known."""
        self._begin()
        if self._index.remove(recording):
            self.changed = self.removed = True
        self._end()

    def _begin(self) -> None:
        if self._began is None:
            self._index.database.execute("BEGIN IMMEDIATE")
            self._began = time.monotonic()

    def _end(self) -> None:
        if self._began is not None and time.monotonic() - self._began > _AT_ONCE_S:
            self._index.database.execute("COMMIT")
            self._began = None


def _read(store: Store, run: Run, vocabulary: str) -> tuple[Entry, list[Passage]]:
    """What the index gets of a run. How the store is now is noted first: what changes meanwhile is seen next time."""
    document, about = run.document(), run.about()
    name = composed(document.input.name) if document is not None else run.key.recording
    result = document.result if document is not None else None
    state = result.state if result is not None else "unfinished"
    seen = _seen(store, Entry(run.key.recording, run.key.run, name, "", 0, "", state, ""), vocabulary)
    spoken = Spoken(run)
    outline = titled(run, spoken)
    found = list(passages(run, spoken, outline))
    created = document.created if document is not None else ""
    ticks = sum(result.coverage_ticks.values()) if result is not None else 0
    ticks = ticks or (document.duration if document is not None else 0) or (about.duration if about is not None else 0)
    return Entry(run.key.recording, run.key.run, name, created, ticks, outline.headline, state, seen), found


def _seen(store: Store, entry: Entry, vocabulary: str) -> str:
    """What stands for the files of a recording: those that say how its runs ended, and while one grows, its parts.

    With them stands `vocabulary`, the digest of what is put right in all recordings.
    """
    told = {"": store.files.stamps(entry.recording)}
    waiting = [name for name, stamp in told[""].items() if not stamp and (entry.growing or "=" not in name)]
    while waiting:
        name = waiting.pop()
        told[name] = store.files.stamps(f"{entry.recording}/{name}")
        waiting += [f"{name}/{below}" for below, stamp in told[name].items() if not stamp and entry.growing]
    if vocabulary:
        told["vocabulary"] = {"": vocabulary}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:32]
