"""The index itself: one SQLite database with a full-text table (FTS5), which knows nothing of the store.

    recordings  one row a recording: its run, name, day, length, headline, and by what the store was known then
    passages    one row a passage: recording, kind, span, speaker, language, text, moments
    languages   those that texts are in
    terms       the full-text table; it holds terms and their places, and no text

What SQLite raises is handed on: whoever opened the index makes a damaged one anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from chunkers.spans import Span
from pipeline.search.passages import KINDS, Kind, Passage, unpacked
from pipeline.search.query import Query
from pipeline.search.terms import VERSION as TERMS
from pipeline.search.terms import terms

VERSION = f"1 {TERMS}"
"""Of the tables and of what is in them: an index of another version is made anew."""

_SECURE_DELETE = (3, 42)
"""The version of SQLite from which FTS5 takes deleted terms out of its pages at once."""

RANKED = 50_000
"""Passages that a question ranks, at most."""

_TABLES = """
CREATE TABLE about (version TEXT NOT NULL);
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY, recording TEXT NOT NULL UNIQUE, run TEXT NOT NULL, name TEXT NOT NULL,
    created TEXT NOT NULL, ticks INTEGER NOT NULL, headline TEXT NOT NULL, state TEXT NOT NULL, seen TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, recording INTEGER NOT NULL, kind INTEGER NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, speaker TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, moments BLOB NOT NULL
);
CREATE INDEX passages_of ON passages (recording);
CREATE TABLE languages (language TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE terms USING fts5(body, content='', tokenize='ascii');
"""


State = Literal["complete", "gaps", "unfinished"]

STATES: tuple[State, ...] = get_args(State)
"""How a run ended, or that it has not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of a recording.

    `created` is when the store took it up (ISO 8601), `ticks` its length, `state` how its run ended.
    `seen` stands for the files of the store from which the entry was made.
    """

    recording: str
    run: str
    name: str
    created: str
    ticks: int
    headline: str
    state: State
    seen: str

    @property
    def growing(self) -> bool:
        """Whether its run has not come to its end."""
        return self.state == "unfinished"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to search: nothing narrows it where a field is empty.

    `recordings` are ids; `speaker` is part of a name, in any case; from `since` until `until`, both included, are the
    days (UTC) on which the store took a recording up; `states` are those of its run.
    """

    recordings: tuple[str, ...] | None = None
    kinds: tuple[Kind, ...] = ()
    speaker: str = ""
    since: date | None = None
    until: date | None = None
    states: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that holds what was asked for, and how well: the smaller the better."""

    entry: Entry
    passage: Passage
    rank: float


class Index:
    """An open index; it belongs to the thread that uses it, one at a time."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """`database` may be empty; raises `sqlite3.Error` where it is damaged."""
        self.database = database
        database.isolation_level = None
        database.create_function("folded", 1, lambda text: str(text).casefold(), deterministic=True)
        database.execute("PRAGMA cache_size = -65536")
        database.execute("PRAGMA secure_delete = ON")

    @property
    def version(self) -> str:
        """What it was made by; empty where it is new."""
        if not self.database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return ""
        (version,) = self.database.execute("SELECT version FROM about").fetchone() or ("?",)
        return str(version)

    def create(self) -> None:
        """Make the tables in an empty database."""
        self.database.execute("BEGIN IMMEDIATE")
        if not self.version:  # another process may have been faster
            for statement in _TABLES.split(";\n"):
                self.database.execute(statement)
            self.database.execute("INSERT INTO about VALUES (?)", (VERSION,))
            if sqlite3.sqlite_version_info >= _SECURE_DELETE:
                self.database.execute("INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1)")
        self.database.execute("COMMIT")

    def entries(self, wanted: Wanted | None = None) -> dict[str, Entry]:
        """What is known of each recording, by its id; with `wanted` of those in which there may be what it asks for."""
        of_recordings, of_passages = _rules(wanted or Wanted())
        inside = f"EXISTS (SELECT 1 FROM passages p WHERE p.recording = r.id{of_passages})"  # noqa: S608 - our own rules
        rule = f"1{of_recordings} AND {inside}" if of_passages else f"1{of_recordings}"
        rows = self.database.execute(
            f"SELECT {_ENTRY} FROM recordings r WHERE {rule}",  # noqa: S608 - our own names
            [*of_recordings.values, *of_passages.values],
        )
        return {entry.recording: entry for entry in map(_entry, rows)}

    def entry(self, recording: str) -> Entry | None:
        """What is known of a recording; None where nothing is."""
        row = self.database.execute(
            f"SELECT {_ENTRY} FROM recordings r WHERE r.recording = ?",  # noqa: S608
            (recording,),
        ).fetchone()
        return None if row is None else _entry(row)

    def put(self, entry: Entry, passages: Iterable[Passage]) -> None:
        """Take up a recording, or take it up anew; inside a transaction of the caller's."""
        self.remove(entry.recording)
        cursor = self.database.execute(
            f"INSERT INTO recordings ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                entry.recording, entry.run, entry.name, entry.created, entry.ticks, entry.headline,
                entry.state, entry.seen,
            ),
        )  # fmt: skip
        number = cursor.lastrowid
        languages = set()
        for one in passages:
            row = (
                number, KINDS.index(one.kind), one.span.start, one.span.end, one.speaker, one.language, one.text,
                one.packed(),
            )  # fmt: skip
            added = self.database.execute(
                "INSERT INTO passages (recording, kind, start, stop, speaker, language, text, moments) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            self.database.execute(
                "INSERT INTO terms (rowid, body) VALUES (?, ?)", (added.lastrowid, _body(one.text, one.language))
            )
            languages.add(one.language)
        self.database.executemany("INSERT OR IGNORE INTO languages VALUES (?)", [(one,) for one in sorted(languages)])

    def remove(self, recording: str) -> bool:
        """Forget a recording, if it is known; inside a transaction of the caller's. Returns whether it was."""
        found = self.database.execute("SELECT id FROM recordings WHERE recording = ?", (recording,)).fetchone()
        if found is None:
            return False
        known = self.database.execute("SELECT id, text, language FROM passages WHERE recording = ?", found)
        for number, text, language in known.fetchall():
            self.database.execute(
                "INSERT INTO terms (terms, rowid, body) VALUES ('delete', ?, ?)", (number, _body(text, language))
            )
        self.database.execute("DELETE FROM passages WHERE recording = ?", found)
        self.database.execute("DELETE FROM recordings WHERE id = ?", found)
        return True

    def tidy(self) -> None:
        """Take what was removed out of the pages of the full-text table, where SQLite has not done so at once."""
        if sqlite3.sqlite_version_info < _SECURE_DELETE:
            self.database.execute("INSERT INTO terms (terms) VALUES ('optimize')")

    def texts(self, recording: str, kind: Kind) -> list[str]:
        """The texts of a kind of a recording, in the order in which they were taken up."""
        rows = self.database.execute(
            "SELECT p.text FROM passages p JOIN recordings r ON r.id = p.recording "
            "WHERE r.recording = ? AND p.kind = ? ORDER BY p.id",
            (recording, KINDS.index(kind)),
        )
        return [text for (text,) in rows]

    def languages(self) -> list[str]:
        """Those that texts are in, by their ISO 639 codes."""
        return [language for (language,) in self.database.execute("SELECT language FROM languages ORDER BY language")]

    def search(self, query: Query, wanted: Wanted, limit: int) -> Iterator[Match]:
        """The passages that hold what was asked for, the best first.

        Of more than `RANKED` passages those are ranked that were taken up last: so the commonest word of an archive is
        answered soon, too.
        """
        of_recordings, of_passages = _rules(wanted)
        rules, values = f"{of_recordings}{of_passages}", [*of_recordings.values, *of_passages.values]
        tables = f"terms {_JOIN if rules else ''}"
        cut = self.database.execute(
            f"SELECT terms.rowid FROM {tables} WHERE terms MATCH ? {rules} ORDER BY terms.rowid DESC LIMIT 1 OFFSET ?",  # noqa: S608
            (query.match, *values, RANKED),
        ).fetchone()
        rows = self.database.execute(
            f"SELECT {_ENTRY}, p.kind, p.start, p.stop, p.speaker, p.language, p.text, p.moments, terms.rank "  # noqa: S608
            f"FROM terms {_JOIN} WHERE terms MATCH ? AND terms.rowid > ? {rules} ORDER BY terms.rank LIMIT ?",
            (query.match, cut[0] if cut else -1, *values, limit),
        )
        for row in rows:
            kind, start, stop, speaker, language, text, moments, rank = row[8:]
            span = Span(start, stop)
            passage = Passage(KINDS[kind], span, text, speaker, language, unpacked(moments, start))
            yield Match(_entry(row[:8]), passage, rank)


_COLUMNS = "recording, run, name, created, ticks, headline, state, seen"
_ENTRY = ", ".join(f"r.{name}" for name in _COLUMNS.split(", "))
_JOIN = "JOIN passages p ON p.id = terms.rowid JOIN recordings r ON r.id = p.recording"


def _entry(row: Any) -> Entry:
    return Entry(*row)


@dataclass(slots=True)
class _Rules:
    """What narrows a search, in SQL; as text it begins with AND, and is empty where nothing does."""

    rules: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, rule: str, values: Sequence[object]) -> None:
        """One more rule, where it has values."""
        if values:
            self.rules.append(rule)
            self.values += values

    def __str__(self) -> str:
        return "".join(f" AND {rule}" for rule in self.rules)

    def __bool__(self) -> bool:
        return bool(self.rules)


def _rules(wanted: Wanted) -> tuple[_Rules, _Rules]:
    """What a recording must be, and what a passage of it."""
    recordings, passages = _Rules(), _Rules()
    if wanted.recordings is not None:
        ids = wanted.recordings or ("",)
        recordings.add(f"r.recording IN ({_marks(ids)})", ids)
    recordings.add("substr(r.created, 1, 10) >= ?", [wanted.since.isoformat()] if wanted.since else [])
    recordings.add("substr(r.created, 1, 10) <= ?", [wanted.until.isoformat()] if wanted.until else [])
    recordings.add(f"r.state IN ({_marks(wanted.states)})", wanted.states)
    passages.add(f"p.kind IN ({_marks(wanted.kinds)})", [KINDS.index(kind) for kind in wanted.kinds])
    passages.add("instr(folded(p.speaker), folded(?)) > 0", [wanted.speaker] if wanted.speaker else [])
    return recordings, passages


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _body(text: str, language: str) -> str:
    return " ".join(one.text for one in terms(text, language))
