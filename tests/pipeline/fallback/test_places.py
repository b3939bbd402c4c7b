"""Places on other machines that the user has named for a whole run: what goes there passes the gate and the ledger."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from pipeline.archive import Job, again, attempt, triage
from pipeline.errors import EgressRefusedError, LedgerError
from pipeline.fallback.gate import NO_EGRESS, Place, PlaceGate
from pipeline.fallback.ledger import Ledger
from pipeline.process import process
from pipeline.settings import Settings
from pipeline.settings.fallback import Fallback
from pipeline.store import Store
from pipeline.store.files import Files
from tests.pipeline.quick import QuickHearer, QuickRegistry, quick_settings, tones


class Elsewhere(MemoryFileSystem):
    """A file system whose scheme nothing is known of: it counts as another machine."""

    protocol = "elsewhere"
    store: dict[str, Any] = {}  # noqa: RUF012 - as fsspec declares it
    pseudo_dirs: list[str] = [""]  # noqa: RUF012
    asked: list[str] = []  # noqa: RUF012

    def info(self, path: str, **more: Any) -> Any:
        self.asked.append(path)
        return super().info(path, **more)


@pytest.fixture
def elsewhere() -> Iterator[Store]:
    fsspec.register_implementation("elsewhere", Elsewhere, clobber=True)
    Elsewhere.store.clear()
    Elsewhere.asked.clear()
    Elsewhere.pseudo_dirs[:] = [""]
    yield Store("elsewhere://bucket/results")
    Elsewhere.store.clear()


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    rules = Fallback(ledger=tmp_path / "egress.jsonl")
    return quick_settings(tmp_path / "weights").model_copy(update={"fallback": rules})


def records(settings: Settings) -> list[dict[str, Any]]:
    return list(Ledger(settings.fallback.ledger).records())


def test_every_file_is_in_the_ledger_before_it_is_in_a_store_elsewhere(
    elsewhere: Store, chosen: Settings, tmp_path: Path
) -> None:
    outcome = process(tones(tmp_path / "in" / "Secret.wav", 9), chosen, elsewhere, QuickRegistry())
    assert outcome.state == "complete"
    requests = {one["number"]: one for one in records(chosen) if one["type"] == "request"}
    outcomes = [one for one in records(chosen) if one["type"] == "outcome"]
    assert [one["of"] for one in outcomes] == list(requests)
    assert {one["outcome"] for one in outcomes} == {"written"}
    last = {one["chunk"]: one["sha256"] for one in requests.values()}
    held = {
        path.partition("bucket/results/")[2]: hashlib.sha256(file.getvalue()).hexdigest()
        for path, file in Elsewhere.store.items()
    }
    assert last == held, "what is there is what the ledger says, to the byte"
    assert {(one["kind"], one["host"], one["run"]) for one in requests.values()} == {
        ("store", "bucket", outcome.run.key.recording)
    }
    assert "Secret" not in str(records(chosen))
    assert Ledger(chosen.fallback.ledger).verify().faults == ()


def test_what_must_stay_is_refused_before_it_is_heard_and_the_others_go_on(
    elsewhere: Store, chosen: Settings, tmp_path: Path
) -> None:
    kept, sent = tones(tmp_path / "kept" / "a.wav", 5), tones(tmp_path / "sent" / "b.wav", 9, pitch=500)
    (kept.parent / NO_EGRESS).touch()
    hearer, never = QuickHearer(), threading.Event()
    registry = QuickRegistry(lambda: hearer)
    jobs = [Job(kept, chosen), Job(sent, chosen)]
    assert [item for _, item in triage(jobs, elsewhere, never)] == [None, None]
    first, second = (attempt(job, elsewhere, registry, lambda _step: None, never) for job in jobs)
    assert (first.state, second.state) == ("blocked", "complete")
    assert NO_EGRESS in first.error
    assert "Give it a --store on this machine" in first.error
    assert hearer.heard == 3, "only the second was heard"
    (recording,) = elsewhere.recordings()
    assert recording == second.recording
    from chunkers.identity import content_id

    assert not any(content_id(kept) in path for path in Elsewhere.asked), "its content is not even asked for"


def test_a_transcript_that_must_stay_keeps_its_words_here(elsewhere: Store, chosen: Settings, tmp_path: Path) -> None:
    words = tmp_path / "kept" / "a.srt"
    words.parent.mkdir()
    words.write_text("1\n00:00:01,000 --> 00:00:03,000\nThe pump costs 412,000 euros.\n")
    (words.parent / NO_EGRESS).touch()
    with pytest.raises(EgressRefusedError, match=NO_EGRESS):
        process(tones(tmp_path / "in" / "a.wav", 5), chosen, elsewhere, QuickRegistry(), transcript=words)
    assert Elsewhere.store == {}


def test_what_is_denied_stays_and_a_finished_run_is_retried_only_where_it_may_leave(
    elsewhere: Store, chosen: Settings, tmp_path: Path
) -> None:
    path = tones(tmp_path / "hr" / "a.wav", 9)
    process(path, chosen, elsewhere, QuickRegistry())
    denying = chosen.fallback.model_copy(update={"deny": ("*/hr/*",)})
    with pytest.raises(EgressRefusedError, match=r"fallback\.deny"):
        process(path, chosen.model_copy(update={"fallback": denying}), elsewhere, QuickRegistry())
    (path.parent / NO_EGRESS).touch()
    assert all(job is None for job, _ in again(elsewhere, chosen))


def test_without_a_ledger_nothing_is_written_elsewhere(elsewhere: Store, chosen: Settings, tmp_path: Path) -> None:
    with pytest.raises(EgressRefusedError, match="without a ledger"):
        elsewhere.files.write("x", b"1")
    (tmp_path / "egress.jsonl").write_text("not a ledger\n")
    with pytest.raises(LedgerError, match="damaged"):
        process(tones(tmp_path / "in" / "a.wav", 5), chosen, elsewhere, QuickRegistry())
    assert Elsewhere.store == {}


def test_a_cap_that_is_spent_stops_no_road_that_costs_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "egress.jsonl")
    ledger.request({"host": "h"}, cost=5, cap=5)
    gate = PlaceGate(Fallback(), ledger, Place("store", "s3://bucket", "--store"), tmp_path / "a.wav", "r")
    assert gate.leave("part", b"1") == 2


@pytest.mark.parametrize(
    ("url", "there"),
    [("results", False), ("/data/results", False), ("memory://x", False), ("elsewhere://b", True),
     ("s3://bucket/x?endpoint_override=127.0.0.1:9000&scheme=http&region=r", False),
     ("s3://bucket/x?endpoint_override=10.0.0.1:9000&scheme=http&region=r", True),
     ("s3://bucket/x?region=r", True), ("elsewhere://b?endpoint_override=127.0.0.1", True)],
)  # fmt: skip
def test_which_stores_are_elsewhere(elsewhere: Store, url: str, there: bool) -> None:
    assert Files(url).elsewhere is there


def test_a_folder_by_its_url_is_here(tmp_path: Path) -> None:
    assert not Files(tmp_path.as_uri()).elsewhere
    assert not Files(f"local://{tmp_path}").elsewhere
