"""Runs of the first format are read as those of today."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pyarrow as pa
import pytest

from chunkers.spans import Span
from pipeline.archive import again
from pipeline.errors import NoSuchRunError, StoreDamagedError, StoreLockedError
from pipeline.forecast import ASSUMED, _rates
from pipeline.merge import sentences, trace
from pipeline.reports import FORMATS, report
from pipeline.results import finished
from pipeline.run_status import run_status
from pipeline.settings import load
from pipeline.store import Run, RunKey, Store
from pipeline.store.encryption import Cipher
from pipeline.store.first_format import FirstFormatRun
from pipeline.store.structs import Citation, Event
from pipeline.text.cues import Cue
from tests.pipeline.store.documents import document
from tests.pipeline.store.first_format import (
    COMPLETE_JSON,
    FINGERPRINT,
    NODE,
    RECORDING,
    RESULT_JSON,
    ROWS,
    RUN_JSON,
    S,
    Writer,
)


@pytest.fixture(params=["plain", "encrypted"])
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Writer:
    if request.param == "plain":
        return Writer(tmp_path / "store", None)
    (tmp_path / "key").write_bytes(base64.b64encode(os.urandom(32)))
    return Writer(tmp_path / "store", f"file:{tmp_path / 'key'}")


@pytest.fixture
def run(writer: Writer) -> Run:
    return writer.run(ROWS, RESULT_JSON)


def test_it_is_listed_and_found(writer: Writer, run: Run) -> None:
    store = writer.store
    assert store.recordings() == [RECORDING]
    assert (run.key.recording, run.key.run, run.key.path) == (RECORDING, FINGERPRINT, f"{RECORDING}/{FINGERPRINT}")
    for found in (*store.runs(RECORDING), store.find(RECORDING), store.find(RECORDING, FINGERPRINT[:6])):
        assert (type(found), found.key) == (FirstFormatRun, run.key)
    with pytest.raises(NoSuchRunError):
        store.find(RECORDING, "0")
    assert store.recording(RECORDING) is None


def test_it_is_listed_among_runs_of_today(writer: Writer, run: Run) -> None:
    older, newer = (RunKey(RECORDING, {"hear": "h", "describe": "d", "merge": name}) for name in ("older", "newer"))
    writer.store.run(older).save(document(older, "2025-01-01"))
    writer.store.run(newer).save(document(newer, "2026-01-01"))
    assert [one.key.run for one in writer.store.runs()] == ["older", FINGERPRINT, "newer"]
    assert writer.store.find(RECORDING).key == newer
    assert list(writer.store.find(RECORDING, FINGERPRINT).chunks()) == list(run.chunks())


def test_what_was_heard(run: Run) -> None:
    heard = list(run.heard())
    assert [(row.index, row.span, row.heard_start) for row in heard] == [
        (n, Span(n * 30 * S, (n + 1) * 30 * S), n * 30 * S) for n in range(6)
    ]
    assert [row.transcript for row in heard] == [
        "The pump costs 412,000 euros.",
        "And so on.",
        "",
        "",
        "It rained.",
        "",
    ]
    assert heard[0].cues == [Cue(S, 3 * S, "The pump costs 412,000 euros.")]
    assert (heard[0].language, heard[0].model, heard[0].seconds) == ("en", "whisper + qwen", 3.5)
    assert (heard[3].error, heard[3].rejected) == ("hearing: a loop", "REFUSED WORDS")


def test_where_only_the_summary_failed_the_hearing_did_not(run: Run) -> None:
    assert [row.status for row in run.heard()] == [
        "processed", "processed", "silent", "failed", "processed", "skipped",
    ]  # fmt: skip
    heard = list(run.heard())[4]
    assert (heard.error, heard.rejected) == ("", "")


def test_what_was_described(run: Run) -> None:
    chunks = list(run.chunks())
    assert [(row.index, row.span, row.kind) for row in chunks] == [
        (n, Span(n * 30 * S, (n + 1) * 30 * S), "window") for n in range(6)
    ]
    assert [row.status for row in chunks] == [row["status"] for row in ROWS]
    assert [row.error for row in chunks] == [row["error"] for row in ROWS]
    assert [row.failed_step for row in chunks] == ["", "", "", "hear", "describe", ""]
    first = chunks[0]
    assert (first.summary, first.events, first.facts) == (
        "The pump costs 412,000 euros.", [Event(2 * S, "A price is named")], ["412,000"],
    )  # fmt: skip
    assert (first.tokens_in, first.tokens_out, first.prompt_hash, first.attempts) == (40, 9, "p", 1)
    assert chunks[4].rejected == "REFUSED SUMMARY"


def test_the_tree(run: Run) -> None:
    assert run.levels() == [1]
    (node,) = run.nodes(1)
    assert (node.level, node.index, node.span, node.children) == (1, 0, Span(0, 180 * S), [0, 1, 2, 3, 4, 5])
    assert node.text == NODE["text"]
    assert node.citations == [Citation(0, 0, 30 * S, True, "aligned"), Citation(1, 0, 30 * S, False, "cited")]
    assert (node.fidelity, node.model, node.tokens_out) == ('{"share": 1.0}', "qwen", 20)
    (trail,) = trace(run, node, 0)
    assert (trail.nodes, trail.chunk, trail.cue) == (((1, 0),), 0, Span(S, 3 * S))
    assert trace(run, node, len(sentences(node.text)) - 1) == []


def test_its_documents(run: Run) -> None:
    found = run.document()
    assert found is not None
    assert (found.format, found.recording, found.run) == (1, RECORDING, FINGERPRINT)
    assert (found.created, found.duration) == (RUN_JSON["created"], 180 * S)
    assert (found.input.name, found.input.path, found.input.bytes) == ("board.mp3", "/recordings/board.mp3", 1_234)
    for name in ("settings", "identity", "versions"):
        assert getattr(found, name) == RUN_JSON[name]
    assert found.result is not None
    assert found.result.model_dump(mode="json", exclude={"corrections", "corrected", "outline"}) == RESULT_JSON
    hear = run.stage("hear")
    assert hear is not None
    assert hear.decoded is not None
    assert (hear.decoded.duration, hear.decoded.truncated) == (150 * S, True)
    assert run.stage("describe") is None
    assert run.parts() == {"0": 2, "1": 1}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (
            "md",
            (
                "# board.mp3\n\n0:03:00 · en\n",
                "412,000 euros. [0:00:00](#t0)",
                '<a id="t0"></a>0:00:00-0:00:30',
                "cheese. *(no moment found",
                "- 0:00:02 A price is named",
                "| failed | 00:01:00.000 | 33.3% |",
                "- 0:01:30-0:02:00: failed: hearing: a loop",
                "- 0:02:00-0:02:30: failed: summary: too long",
                "- 0:02:30-0:03:00: skipped: missing: the file ends",
                "The file ends 0:00:30 before",
                "It rained.",
                f"run `{FINGERPRINT}`",
            ),
        ),
        ("srt", ("1\n00:00:01,000 --> 00:00:03,000\nThe pump", "2\n00:02:01,000 --> 00:02:02,000\nIt rained.")),
        ("vtt", ("WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nThe pump",)),
        (
            "txt",
            ("The pump costs 412,000 euros.\nAnd so on.\n[0:01:30-0:02:00: failed: hearing: a loop]\nIt rained.\n",),
        ),
    ],
)
def test_reports(run: Run, form: str, words: tuple[str, ...]) -> None:
    written = "".join(report(run, form, "long"))
    for expected in words:
        assert expected in written
    assert "REFUSED" not in written


def test_the_report_as_json(run: Run) -> None:
    found = json.loads("".join(report(run, "json")))
    assert (found["run"]["run"], found["run"]["result"]["state"]) == (FINGERPRINT, "gaps")
    assert [one["moments"] for one in found["summary"]] == [[[0.0, 30.0]], []]
    assert [len(found[name]) for name in ("tree", "chunks", "windows")] == [1, 6, 6]
    assert found["windows"][0]["cues"][0] == {
        "start": 1.0, "end": 3.0, "text": "The pump costs 412,000 euros.", "speaker": None,
    }  # fmt: skip


def test_there_are_no_other_formats(run: Run) -> None:
    assert set(FORMATS) == {"md", "html", "srt", "vtt", "txt", "tsv", "json", "rttm", "csv"}
    assert [form for form in FORMATS if not "".join(report(run, form))] == ["rttm"], "speakers were not told apart"


def test_where_it_stands(run: Run) -> None:
    found = run_status(run)
    assert found is not None
    assert (found.recording, found.run, found.name) == (RECORDING, FINGERPRINT, "board.mp3")
    assert (found.stage, found.state, found.share) == ("merge", "gaps", 1.0)
    assert finished(run) is None


def test_where_a_complete_one_stands(writer: Writer) -> None:
    found = run_status(writer.run(ROWS[:3], COMPLETE_JSON))
    assert found is not None
    assert (found.stage, found.state, found.done) == ("merge", "complete", 90 * S)


def test_where_one_stands_that_was_broken_off(writer: Writer) -> None:
    run = writer.run(ROWS, None)
    assert run.document() is not None
    writer.path("level=1/part-000000.parquet").unlink()
    found = run_status(run)
    assert found is not None
    assert (found.stage, found.state, found.done) == ("describe", "unfinished", 180 * S)
    assert "The run is not finished" in "".join(report(run, "md"))


def test_what_failed_in_it_is_not_tried_again(writer: Writer, run: Run) -> None:
    """Its settings had other names: it is named as what an earlier version has made."""
    ((job, item),) = again(writer.store, load())
    assert job is None
    assert item is not None
    assert (item.path, item.state) == (Path("/recordings/board.mp3"), "blocked")
    assert (item.recording, item.run) == (RECORDING, run.key.run)
    assert "made by an earlier version" in item.error


def test_it_is_no_measure_of_how_fast_this_version_is(writer: Writer) -> None:
    assert run_status(writer.run(ROWS[:3], COMPLETE_JSON)) is not None
    assert _rates(writer.store, load()) == (ASSUMED, 0)


@pytest.mark.parametrize("name", ["run.json", "result.json"])
def test_a_damaged_document_hides_no_other_run(writer: Writer, run: Run, name: str) -> None:
    key = RunKey(RECORDING, {"hear": "h"})
    writer.store.run(key).save(document(key))
    for content in (b"no document", b'{"format": 1}', b'{"state": "?", "finished": "", "coverage_ticks": {}}'):
        writer.path(name).write_bytes(content)
        assert [one.key for one in writer.store.runs()] == [key]
        with pytest.raises(StoreDamagedError, match=writer.path(name).name):
            run.document()


def test_a_damaged_part_names_itself(writer: Writer, run: Run) -> None:
    path = writer.path("level=0/part-000001.parquet")
    path.write_bytes(path.read_bytes()[:-20])
    for rows in (run.heard(), run.chunks()):
        with pytest.raises(StoreDamagedError, match="part-000001"):
            list(rows)
    writer.table(0, 1, [{"index": 4}], pa.schema([("index", pa.int64())]))
    with pytest.raises(StoreDamagedError, match="part-000001"):
        list(run.chunks())


def test_without_the_key_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(base64.b64encode(os.urandom(32)))
    writer = Writer(tmp_path / "store", f"file:{tmp_path / 'key'}")
    run = writer.run(ROWS, RESULT_JSON)
    with pytest.raises(StoreLockedError):
        Store(tmp_path / "store").runs()
    with pytest.raises(StoreLockedError):
        list(FirstFormatRun(run.files, RECORDING, FINGERPRINT, Cipher()).heard())
