"""Searching an archive: how large the index is, how long it takes to make, to follow the store, and to answer.

`python -m benchmarks.search [--hours N] [--tantivy]` makes hours of talk with words by Zipf's law (half of it English,
the rest in six other languages, two of them without spaces), each with a phrase that is planted in it. Printed are:
size and time of the index, the time that one more hour takes, milliseconds a question of several kinds, and how many
planted phrases are found, asked for in another form than they stand there. `--tantivy` gives the same terms to Tantivy
(`pip install tantivy`).
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.rows import Row, hand_back
from benchmarks.search_data import Planted, Talk
from pipeline.search.index import Entry, Index, Wanted
from pipeline.search.query import parse

Ask = Callable[[str], list[str]]
"""The recordings of the twenty best hits."""

_RECALL = 200
_REPEATS = 7


def main() -> None:
    """Print what each engine takes."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--hours", type=int, default=100)
    options.add_argument("--tantivy", action="store_true")
    given = options.parse_args()
    talk = Talk()
    with tempfile.TemporaryDirectory() as folder:
        if given.tantivy:
            from benchmarks.search_peers import tantivy

            tantivy(talk, given.hours, Path(folder), report)
        else:
            fts5(talk, given.hours, Path(folder))


def fts5(talk: Talk, hours: int, folder: Path) -> None:
    """SQLite's FTS5, as `longmedia search` uses it."""
    path = folder / "index.sqlite"
    index = Index(sqlite3.connect(path))
    index.create()

    def put(hour: int) -> None:
        entry = Entry(f"{hour:032x}", "run", f"{hour}.mp3", "2026-01-01", 3600 * 16_000, "", "complete", seen="")
        index.put(entry, list(talk.hour(hour)))

    began = time.monotonic()
    made = sum(len(list(talk.hour(hour))) for hour in range(min(hours, 20)))
    making = (time.monotonic() - began) / min(hours, 20)
    print(f"making an hour of talk: {making:.3f} s, {made / min(hours, 20):.0f} passages")
    began = time.monotonic()
    index.database.execute("BEGIN")
    for hour in range(hours):
        put(hour)
        if hour % 20 == 19:
            index.database.execute("COMMIT")
            index.database.execute("BEGIN")
    index.database.execute("COMMIT")
    took = time.monotonic() - began - making * hours
    size = path.stat().st_size
    print(f"FTS5 {sqlite3.sqlite_version}: {hours} hours, built in {took:.1f} s, {size / 1e6:.1f} MB")

    def ask(words: str) -> list[str]:
        query = parse(words, index.languages())
        return [match.entry.recording for match in index.search(query, Wanted(), 20)]

    report("FTS5", ask, talk, hours)
    began = time.monotonic()
    index.database.execute("BEGIN")
    put(hours)
    index.database.execute("COMMIT")
    print(f"FTS5: one hour more {time.monotonic() - began - making:.2f} s", flush=True)
    began = time.monotonic()
    index.tidy()
    print(f"FTS5: what was removed is out of its file after {time.monotonic() - began:.1f} s")
    index.database.close()


def report(name: str, ask: Ask, talk: Talk, hours: int) -> None:
    """Print milliseconds a question, and the share of planted phrases that are found."""
    english, german, chinese = talk.words["en"], talk.words["de"], talk.words["zh"]
    questions = {
        "the commonest word": english[0],
        "a common word": english[100],
        "a rare word": german[30_000],
        "two words": f"{english[50]} {english[2_000]}",
        "two of the commonest": f"{english[1]} {english[2]}",
        "a phrase": f'"{english[3]} {english[7]}"',
        "Chinese": chinese[500],
        "one Chinese letter": chinese[5],
    }
    for kind, words in questions.items():
        took = []
        for _ in range(_REPEATS):
            began = time.monotonic()
            found = ask(words)
            took.append((time.monotonic() - began) * 1000)
        usual = statistics.median(took)
        print(f"{name}: {kind:<22} first {took[0]:7.1f} ms, median {usual:7.1f} ms, {len(found)} hits")
        hand_back(Row(f"{name}, {hours} hours: {kind}, median", usual, "ms"))
    step = max(1, hours // _RECALL)
    planted = [talk.planted(hour) for hour in range(0, hours, step)]
    began = time.monotonic()
    found_all = sum(_holds(ask(one.asked), one) for one in planted)
    took_each = (time.monotonic() - began) * 1000 / len(planted)
    what = f"{name}, {hours} hours: planted phrases"
    hand_back(Row(f"{what} found", found_all, "phrases", "planted", len(planted)))
    hand_back(Row(f"{what}, each", took_each, "ms"))


def _holds(found: list[str], planted: Planted) -> bool:
    return f"{planted.hour:032x}" in found


if __name__ == "__main__":
    main()
