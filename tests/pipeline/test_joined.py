"""A camera's numbered files as one recording: rows on one clock, gaps named, one summary, each file done once."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from chunkers.identity import content_id
from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import stamp
from data.draw_film import main as draw_films
from pipeline.archive import Item, attempt, attempt_joined, jobs
from pipeline.models.registry import Registry
from pipeline.reports import report
from pipeline.settings import Settings
from pipeline.store import DESCRIBE, HEAR, Run, Store
from pipeline.store.documents import CorrectionsDocument
from pipeline.text.corrections import Correction
from tests.pipeline.quick import QuickHearer, QuickRegistry, quick_settings, tones

NAMES = {"cam_20260314_220000.wav": 9, "cam_20260314_220009.wav": 6, "cam_20260314_220025.wav": 9}
"""Seconds of each file; ten seconds are missing before the last."""


def joined(folder: Path, settings: Settings, store: Store, registry: Registry) -> Item:
    """What `longmedia run FOLDER --join` does."""
    stop = threading.Event()
    files = sorted(folder.iterdir())
    items = [attempt(job, store, registry, lambda _: None, stop) for job in jobs(files, settings, only=DESCRIBE)]
    return attempt_joined(folder, items, settings, store, registry, lambda _: None, stop)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for at, (name, seconds) in enumerate(NAMES.items()):
        tones(tmp_path / "cam" / name, seconds, pitch=300 + 50 * at)
    return tmp_path / "cam"


def found(item: Item, store: Store) -> Run:
    return store.find(item.recording, item.run)


def test_files_become_one_recording(folder: Path, tmp_path: Path) -> None:
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights")
    heard: list[QuickHearer] = []

    def hearer() -> QuickHearer:
        heard.append(QuickHearer())
        return heard[-1]

    item = joined(folder, settings, store, QuickRegistry(hearer))
    assert (item.state, item.error, item.media_seconds) == ("gaps", "", 34)
    run = found(item, store)
    for rows in (list(run.heard()), list(run.chunks())):
        assert [row.index for row in rows] == list(range(len(rows)))
        assert all(before.end == after.start for before, after in pairwise(rows))
        assert (rows[0].start, rows[-1].end) == (0, 34 * S)
        (missing,) = [row for row in rows if row.status == "skipped"]
        assert (missing.start, missing.end, missing.error) == (15 * S, 25 * S, "no file holds this time")
        assert {row.recording for row in rows} == {item.recording}
    for row in run.heard():
        assert all(row.start <= word.start <= word.end <= row.end for word in row.words)
    (root,) = run.nodes(run.levels()[-1])
    assert {citation.start < 15 * S for citation in root.citations} == {True, False}, "both sides of the gap are in it"
    text = "".join(report(run, "md"))
    assert text.startswith("# cam\n\n0:00:34")
    assert "no file holds this time" in text
    assert "in the order of the times in their names" in text
    before = sum(one.heard for one in heard)
    assert joined(folder, settings, store, QuickRegistry(hearer)).fresh is False
    assert sum(one.heard for one in heard) == before, "nothing is heard again"


def test_another_file_is_another_whole_and_only_it_is_heard(folder: Path, tmp_path: Path) -> None:
    store, settings, one = Store(tmp_path / "store"), quick_settings(tmp_path / "weights"), QuickHearer()
    first = joined(folder, settings, store, QuickRegistry(lambda: one))
    before = one.heard
    tones(folder / "cam_20260314_220034.wav", 4, pitch=700)
    second = joined(folder, settings, store, QuickRegistry(lambda: one))
    assert second.recording != first.recording
    assert second.media_seconds == 38
    assert one.heard == before + 1


def test_what_is_put_right_in_a_file_is_in_the_whole(folder: Path, tmp_path: Path) -> None:
    store, settings, one = Store(tmp_path / "store"), quick_settings(tmp_path / "weights"), QuickHearer()
    first = joined(folder, settings, store, QuickRegistry(lambda: one))
    before = one.heard
    part = store.find(content_id(folder / next(iter(NAMES))))
    corrections = (Correction("counts", "weighs"),)
    store.save_corrections(CorrectionsDocument(recording=part.key.recording, corrections=corrections))
    again = joined(folder, settings, store, QuickRegistry(lambda: one))
    assert (again.recording, one.heard) == (first.recording, before)
    assert again.run != first.run
    run = found(again, store)
    for told in ([row.transcript for row in run.heard()], [row.summary for row in run.chunks()]):
        assert "weighs" in told[0]
        assert "counts" not in told[0]
        assert "counts" in told[-1], "another file is as it was"
    assert joined(folder, settings, store, QuickRegistry(lambda: one)).fresh is False


def test_a_file_that_cannot_be_read_is_left_out(folder: Path, tmp_path: Path) -> None:
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights")
    (folder / "cam_20260314_220009.wav").write_bytes(b"RIFF nothing")
    item = joined(folder, settings, store, QuickRegistry())
    run = found(item, store)
    (missing,) = [row for row in run.chunks() if row.status == "skipped"]
    assert (missing.start, missing.end) == (9 * S, 25 * S)
    assert run.document() is not None


def test_without_any_file_it_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "cam").mkdir()
    item = joined(tmp_path / "cam", quick_settings(tmp_path / "w"), Store(tmp_path / "store"), QuickRegistry())
    assert item.state == "unreadable"
    assert "holds no recording" in item.error


def test_a_copy_that_was_broken_off_is_made_again(folder: Path, tmp_path: Path) -> None:
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights")
    item = joined(folder, settings, store, QuickRegistry())
    run = found(item, store)
    whole = [row.transcript for row in run.heard()]
    run.table(HEAR).delete(0)
    again = joined(folder, settings, store, QuickRegistry())
    assert again.fresh
    assert [row.transcript for row in found(again, store).heard()] == whole


def test_times_in_sentences_about_the_picture_are_those_of_the_whole(tmp_path: Path) -> None:
    """Two films in each of which the picture turns black; nothing is said, so that all of it is told by rule."""
    folder = tmp_path / "cam"
    folder.mkdir()
    for seed, name in enumerate(("a1", "a2")):
        draw_films(["black", "--out", str(tmp_path), "--seed", str(seed)])
        (tmp_path / "black.mp4").rename(folder / f"{name}.mp4")
    store, settings = Store(tmp_path / "store"), quick_settings(tmp_path / "weights", ["see.text=false"])
    item = joined(folder, settings, store, QuickRegistry())
    run = found(item, store)
    length = next(row.end for row in run.chunks() if row.index == 0)
    told = [(event.at // S, event.text) for row in run.chunks() for event in row.events if "black" in event.text]
    assert len(told) == 2
    assert told[1][0] - told[0][0] == length // S
    for second, text in told:
        assert f"from {stamp(second * S)}" in text or f"from {stamp((second + 1) * S)}" in text
        assert any(text in row.summary for row in run.chunks())
    (root,) = run.nodes(run.levels()[-1])
    assert all(text in root.text for _, text in told)
