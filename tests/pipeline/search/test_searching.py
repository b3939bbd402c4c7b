"""Searching a store: what is found, and an index that follows the store and is made anew whatever happens to it."""

from __future__ import annotations

import base64
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from pipeline.errors import NoSuchRunError, SettingsError, StoreLockedError
from pipeline.search import KINDS, Hit, Searcher, Wanted, chosen
from pipeline.search import index as index_module
from pipeline.search.index import Entry, Index
from pipeline.search.query import parse
from pipeline.store import Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones
from tests.pipeline.search.archive import called, finish, meeting, recorded

A, B = "a" * 32, "b" * 32


def asked(store: Store, words: str, wanted: Wanted | None = None, limit: int = 20) -> list[Hit]:
    with Searcher(store) as searcher:
        assert searcher.follow() == ()
        return searcher.search(words, wanted, limit)


def moments(hits: list[Hit]) -> list[tuple[str, str, int]]:
    return [(hit.recording[0], hit.kind, hit.span.start // S) for hit in hits]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return meeting(tmp_path / "store")


def test_everything_that_a_run_has_is_found(store: Store) -> None:
    assert moments(asked(store, "leaks", Wanted(kinds=("transcript",)))) == [("a", "transcript", 1)]
    assert moments(asked(store, "leaks", Wanted(kinds=("summary",)))) == [("a", "summary", 5), ("a", "summary", 0)]
    assert moments(asked(store, '"3.5 bar"')) == [("a", "screen", 7)]
    assert moments(asked(store, "keller")) == [("a", "speaker", 1)]
    assert moments(asked(store, "haus brucke")) == [("b", "transcript", 2)]
    assert moments(asked(store, '"new tile" 50000')) == [("a", "transcript", 5)]
    assert asked(store, "zebra") == []
    assert {hit.kind for hit in asked(store, "roof")} == {"transcript", "summary"}
    assert asked(store, "roof")[0].name == "Board meeting.mp3"


def test_a_chapter_is_found_by_its_title(tmp_path: Path) -> None:
    store = Store(tmp_path)
    lines = [(n * 15.0, f"The {word} needs a new {word} inspection, number {n}.", None)
             for word_number, word in enumerate(["lighthouse", "harbour", "elevator"])
             for n in range(word_number * 40, word_number * 40 + 40)]  # fmt: skip
    recorded(store, A, lines, summary="Three buildings.")
    found = asked(store, "harbour", Wanted(kinds=("chapter",)))
    assert len(found) == 1
    assert abs(found[0].span.start - 600 * S) < 120 * S


def test_what_narrows_a_search(store: Store) -> None:
    assert asked(store, "offer", Wanted(speaker="LIND"))
    assert not asked(store, "offer", Wanted(speaker="anna"))
    assert not asked(store, "offer", Wanted(recordings=(B,)))
    assert not asked(store, "offer", Wanted(recordings=()))
    assert asked(store, "offer", Wanted(since=date(2026, 3, 24), until=date(2026, 3, 24)))
    assert not asked(store, "offer", Wanted(since=date(2026, 3, 25)))
    assert not asked(store, "offer", Wanted(until=date(2026, 3, 23)))
    assert len(asked(store, "roof", limit=1)) == 1
    with Searcher(store) as searcher:
        searcher.follow()
        entries = searcher.entries()
    assert [entry.name for entry in entries] == ["Brücke.mp4", "Board meeting.mp3"]
    assert chosen(entries, "brücke") == (B,)
    assert chosen(entries, "aaa") == (A,)
    with pytest.raises(NoSuchRunError):
        chosen(entries, "zebra")


def test_the_index_follows_the_store(store: Store) -> None:
    assert not asked(store, "zebra")
    recorded(store, "c" * 32, [(3, "A zebra.", None)], done=False)
    assert moments(asked(store, "zebra")) == [("c", "transcript", 3)]
    growing = recorded(store, "c" * 32, [(3, "A zebra.", None), (9, "And a lion!", None)], done=False)
    assert moments(asked(store, "lion")) == [("c", "transcript", 9)]
    finish(growing, "zoo.wav", "2026-06-01", done=True, path="/zoo.wav")
    assert asked(store, "zebra")[0].name == "zoo.wav"
    called(store, A, 21, "Bo Adelheid")
    assert not asked(store, "adelheid lion")
    assert asked(store, "adelheid")
    assert "Bo Adelheid" in {hit.speaker for hit in asked(store, "offer")}
    shutil.rmtree(store.files.local_path("c" * 32))
    assert not asked(store, "zebra")
    assert asked(store, "roof")


def test_what_was_removed_is_no_longer_in_the_file(store: Store) -> None:
    asked(store, "roof")
    file = store.files.local_path(".search/index.sqlite")
    assert b"leaking again" in file.read_bytes()
    assert b"tile" in file.read_bytes()
    shutil.rmtree(store.files.local_path(A))
    assert asked(store, "brücke")
    left = file.read_bytes()
    assert not [word for word in (b"leaking", b"leak", b"tile", b"euro", b"Keller", b"Board") if word in left]


def test_a_search_that_has_nothing_to_take_up_writes_nothing(store: Store) -> None:
    asked(store, "roof")
    file = store.files.local_path(".search/index.sqlite")
    before = file.stat().st_mtime_ns
    asked(store, "tiles")
    assert file.stat().st_mtime_ns == before


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garbled(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:] = bytes(reversed(data[4096:]))
    file.write_bytes(data)


def older(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE about SET version = '0'")
    database.close()


def foreign(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE something (else_ TEXT)")
    database.close()


def without_moments(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE passages SET moments = x'0102', kind = 77")
    database.close()


def a_folder(file: Path) -> None:
    file.unlink()
    (file / "inside").mkdir(parents=True)


@pytest.mark.parametrize(
    "harm",
    [truncated, garbled, older, foreign, without_moments, a_folder, Path.unlink, lambda file: file.write_bytes(b"no")],
)
def test_an_index_that_is_damaged_or_of_another_version_is_made_anew(
    store: Store, harm: Callable[[Path], None]
) -> None:
    before = asked(store, "roof")
    file = store.files.local_path(".search/index.sqlite")
    harm(file)
    assert asked(store, "roof") == before
    assert file.is_file()
    assert asked(store, "brücke")


def test_an_index_that_cannot_be_written_is_in_memory(tmp_path: Path) -> None:
    store = meeting(tmp_path / "store")
    (tmp_path / "store" / ".search").write_text("in the way")
    assert asked(store, "roof")


def test_the_folder_of_the_index_is_no_recording(store: Store) -> None:
    asked(store, "roof")
    assert store.recordings() == [A, B]
    assert len(store.runs()) == 2


@pytest.fixture
def key(tmp_path: Path) -> str:
    (tmp_path / "key").write_bytes(base64.b64encode(os.urandom(32)))
    return f"file:{tmp_path / 'key'}"


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_index_of_an_encrypted_store_is_never_plain_on_the_disk(tmp_path: Path, key: str) -> None:
    store = meeting(tmp_path / "store", key)
    found = asked(store, "roof")
    assert found
    index = tmp_path / "store" / ".search" / "index.parquet"
    assert [path.name for path in index.parent.iterdir()] == ["index.parquet"]
    data = written(tmp_path / "store")
    assert index.read_bytes()[:4] == b"PARE"
    assert not [word for word in (b"leak", b"tile", b"Keller", b"SQLite format") if word in data]
    before = index.stat().st_mtime_ns
    assert asked(store, "roof") == found
    assert index.stat().st_mtime_ns == before
    recorded(store, "c" * 32, [(3, "A zebra.", None)])
    assert asked(store, "zebra")
    index.write_bytes(index.read_bytes()[:-50])
    assert asked(store, "zebra")
    with pytest.raises(StoreLockedError):
        asked(Store(tmp_path / "store"), "roof")
    data = written(tmp_path / "store")
    assert not [word for word in (b"leak", b"zebra", b"Keller") if word in data]


def test_the_plain_index_goes_where_a_store_is_encrypted_later(tmp_path: Path, key: str) -> None:
    asked(meeting(tmp_path / "store"), "roof")
    assert (tmp_path / "store" / ".search" / "index.sqlite").exists()
    assert asked(Store(tmp_path / "store", key), "roof")
    assert [path.name for path in (tmp_path / "store" / ".search").iterdir()] == ["index.parquet"]


def test_a_recording_that_cannot_be_read_is_passed_over(store: Store) -> None:
    part = store.files.local_path(f"{A}/hear=h/part-000000.parquet")
    part.write_bytes(b"no table")
    with Searcher(store) as searcher:
        for _ in range(2):
            (fault,) = searcher.follow()
            assert "damaged" in str(fault)
        assert searcher.search("brücke")
        assert not searcher.search("roof")


def test_of_very_many_passages_the_last_ones_are_ranked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "RANKED", 2)
    everything = asked(store, "roof")
    assert 1 <= len(everything) <= 2
    assert asked(store, "roof", Wanted(kinds=("transcript",)))


def test_words_of_a_file_name_that_is_no_text_do_not_end_a_search(tmp_path: Path) -> None:
    store = Store(tmp_path)
    recorded(store, A, [(1, "A roof.", None)], name="a\udcffb.wav", path="/a\udcffb.wav")
    assert asked(store, "roof \udcff")[0].name == "a?b.wav"


def test_two_searches_at_once_take_up_a_recording_once(store: Store) -> None:
    with Searcher(store) as one, Searcher(store) as other:
        one.follow()
        other.follow()
        assert one.search("roof") == other.search("roof")
        assert len(one.search("offer")) == 1


def test_all_kinds_can_be_asked_for(store: Store) -> None:
    for kind in KINDS:
        asked(store, "roof", Wanted(kinds=(kind,)))
    with pytest.raises(SettingsError):
        asked(store, '"roof')


def test_a_real_run_is_found_and_removed(tmp_path: Path) -> None:
    from pipeline.process import process

    store = Store(tmp_path / "store")
    settings = quick_settings(tmp_path / "weights", ["speakers.enabled=true"])
    run = process(tones(tmp_path / "talk.wav", 30), settings, store, QuickRegistry()).run
    cues = [cue for row in run.heard() for cue in row.cues]
    words = cues[3].text.split()
    (best, *_) = asked(store, f'"{" ".join(words[-4:])}"', Wanted(kinds=("transcript",)))
    assert words[-2] in best.text
    assert any(cue.start // 16 == best.span.start // 16 for cue in cues)


def test_the_index_alone_forgets_what_it_is_told_to() -> None:
    index = Index(sqlite3.connect(":memory:"))
    index.create()
    entry = Entry(A, "run", "n", "2026", 1, "", "complete", seen="s")
    index.put(entry, [])
    assert index.entries() == {A: entry}
    assert index.remove(A)
    assert not index.remove(A)
    assert list(index.search(parse("roof", []), Wanted(), 5)) == []
    index.database.close()
