"""The Prefect flows on a real, local Prefect server: one task a recording, failures kept apart, nothing sent out."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import wave
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

import pytest

from chunkers.ffmpeg import find_ffmpeg
from chunkers.names import to_text
from flows.environment import prepare
from flows.local import run_flow
from flows.recording import registry_here
from flows.schedule import inbox_flow
from flows.server import Child
from flows.session import Session
from pipeline.archive import Item, jobs
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import Settings, load
from pipeline.store import Run, Store

ROOT = Path(__file__).parent.parent.parent


def silence(path: Path, seconds: int) -> Path:
    """A recording in which nothing is said: the whole road without a word for the models."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(32_000 * seconds))
    return path


def spoken(path: Path, start_s: int) -> Path:
    """Eight seconds of the meeting."""
    cut = ["-ss", str(start_s), "-t", "8", "-i", str(ROOT / "data" / "meeting.opus")]
    subprocess.run([find_ffmpeg(), "-v", "error", *cut, str(path)], check=True)
    return path


def archive_flow(
    paths: Sequence[Path], settings: dict[str, object], store: str, until: float | None = None
) -> list[Item]:
    """The flow of the command line over some files."""
    chosen = Settings.model_validate(settings)
    session = Session(Registry(keep=chosen.models.keep_loaded), until=until)
    return run_flow(list(jobs(paths, chosen)), chosen, Store(store), session, [])


@pytest.fixture
def flow_settings(whisper_base: Path, smollm2_gguf: Path) -> dict[str, object]:
    return load(None, ["write.model=smollm2-135m", "write.context=1024"]).model_dump(mode="json")


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")  # Prefect and its database driver warn of their own matters
def test_the_archive_flow_keeps_failures_apart(server: None, tmp_path: Path, flow_settings: dict[str, object]) -> None:
    names = ["0.wav", "[1].wav", os.fsdecode(b"caf\xe9.wav")]
    good = [silence(tmp_path / name, n + 1) for n, name in enumerate(names)]
    bad, twin = tmp_path / "bad.wav", tmp_path / "twin.wav"
    bad.write_text("not sound")
    twin.write_bytes(good[0].read_bytes())
    paths = [good[0], bad, *good[1:], twin]
    items = archive_flow(paths, flow_settings, str(tmp_path / "store"))
    assert [item.state for item in items] == ["complete", "unreadable", "complete", "complete", "duplicate"]
    assert [item.path for item in items] == paths
    assert "bad.wav" in items[1].error
    assert "0.wav" in items[4].error
    again = archive_flow(paths, flow_settings, str(tmp_path / "store"))
    assert [item.fresh for item in again if item.state == "complete"] == [False, False, False]
    over = archive_flow([silence(tmp_path / "late.wav", 9)], flow_settings, str(tmp_path / "store"), until=1.0)
    assert [item.state for item in over] == ["stopped"]


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_recordings_that_share_their_batches_say_what_each_says_alone(
    server: None, tmp_path: Path, whisper_base: Path, smollm2_gguf: Path
) -> None:
    clips = [spoken(tmp_path / f"{n}.flac", 12 * n) for n in range(2)]
    sets = ["write.model=smollm2-135m", "write.context=1024", "describe.max_tokens=16", "hear.beam=1"]
    shared = load(None, [*sets, "media.recordings=2"])
    items = archive_flow(clips, shared.model_dump(mode="json"), str(tmp_path / "together"))
    assert {item.state for item in items} == {"complete"}
    registry = Registry(keep=True)
    for item, clip in zip(items, clips, strict=True):
        alone = process(clip, load(None, sets), Store(str(tmp_path / "alone")), registry).run
        together = Store(str(tmp_path / "together")).run(alone.key)
        assert (item.recording, item.run) == (alone.key.recording, alone.key.run)
        said = _said(together)
        assert said == _said(alone)
        assert all(said)
        assert said[0][0]


def _said(run: Run) -> tuple[list[str], list[str]]:
    """Every transcript and every summary of a run."""
    return [row.transcript for row in run.heard()], [row.summary for row in run.chunks()]


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_prefect_shows_progress_chunks_and_where_the_report_is_and_no_words(
    server: None, tmp_path: Path, flow_settings: dict[str, object]
) -> None:
    from prefect.client.orchestration import get_client

    (item,) = archive_flow([silence(tmp_path / "shown.wav", 3)], flow_settings, str(tmp_path / "store"))
    with get_client(sync_client=True) as client:
        found = client.request("POST", "/artifacts/filter", json={}).json()
    mine = {one["type"]: one for one in found if one["description"].partition(":")[0] == "shown.wav"}
    assert mine["progress"]["description"] == "shown.wav: describe"
    assert float(mine["progress"]["data"]) == 100
    assert '"status": "silent"' in mine["table"]["data"]
    assert "transcript" not in mine["table"]["data"]
    assert f"longmedia report {item.recording}" in mine["markdown"]["data"]  # links are shown as Markdown


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_an_archive_on_a_dask_cluster_of_two_processes(
    server: None, tmp_path: Path, flow_settings: dict[str, object]
) -> None:
    distributed = pytest.importorskip("distributed")
    pytest.importorskip("prefect_dask")
    files = [silence(tmp_path / f"{n}.wav", n + 1) for n in range(4)]
    settings = load(None, ["write.model=smollm2-135m", "write.context=1024", "speakers.enabled=false"])
    whole, heard = Store(tmp_path / "whole"), Store(tmp_path / "heard")
    children: list[Child] = []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        address, session = cluster.scheduler_address, Session(Registry(keep=False))
        items = run_flow(list(jobs(files, settings)), settings, whole, session, children, address)
        only = run_flow(list(jobs(files[:2], settings, only="hear")), settings, heard, session, children, address)
    assert [item.state for item in items] == ["complete"] * 4
    assert [list(run.key.stages) for run in whole.runs()] == [["hear", "describe", "merge"]] * 4
    assert [item.state for item in only] == ["complete"] * 2
    assert [list(run.key.stages) for run in heard.runs()] == [["hear"]] * 2
    assert children == [], "the configured server is used, none is started"


def test_the_recordings_of_a_worker_share_its_models() -> None:
    first = registry_here(True)
    assert registry_here(True) is first
    assert registry_here(False) is not first


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_a_flow_for_the_command_line_shares_one_registry(
    server: None, tmp_path: Path, flow_settings: dict[str, object]
) -> None:
    """Two recordings at once; each model is loaded once, and every step of each is seen."""
    clips = [spoken(tmp_path / f"{n}.flac", 12 * n) for n in range(2)]
    settings = Settings.model_validate({**flow_settings, "speakers": {"enabled": False}})
    steps: list[tuple[str, str]] = []
    registry = _Counting()
    session = Session(registry, watch=lambda path: lambda step: steps.append((path.name, step.stage)))
    items = run_flow(list(jobs(clips, settings)), settings, Store(tmp_path / "store"), session, [])
    assert [item.state for item in items] == ["complete"] * 2
    assert {name for name, _ in steps} == {"0.flac", "1.flac"}
    assert {stage for _, stage in steps} == {"load", "hear", "describe", "merge"}
    assert sorted(registry.loads) == ["llamacpp", "whisper"]
    registry.close()


class _Counting(Registry):
    """Notes what is really loaded."""

    def __init__(self) -> None:
        super().__init__(keep=True)
        self.loads: list[str] = []

    def hold(self, holder: int, key: Hashable, load: Callable[[], Any]) -> Any:
        def noted() -> Any:
            self.loads.append(key[0] if isinstance(key, tuple) else str(key))
            return load()

        return super().hold(holder, key, noted)


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_a_deployed_flow_reads_the_settings_that_the_environment_names(
    server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whisper_base: Path, smollm2_gguf: Path
) -> None:
    """A flow that is started without settings, as by prefect.yaml, must not write an encrypted store in the clear."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_bytes(base64.b64encode(os.urandom(32)))
    monkeypatch.setenv("LONGMEDIA_CONFIG", "night.toml")
    (tmp_path / "night.toml").write_text(
        '[encryption]\nkey = "file:key"\n[write]\nmodel = "smollm2-135m"\ncontext = 1024\n'
    )
    inbox = tmp_path / os.fsdecode(b"inbox\xe9")
    inbox.mkdir()
    path = silence(inbox / os.fsdecode(b"caf\xe9.wav"), 2)
    os.utime(path, (1, 1))
    items = inbox_flow(to_text(inbox), settle_s=0)
    assert [item.state for item in items] == ["complete"]
    parts = list((tmp_path / "longmedia-store").rglob("*.parquet"))
    assert parts
    assert all(part.read_bytes().startswith(b"PARE") for part in parts)


def test_telemetry_is_off_and_the_users_own_settings_stay() -> None:
    code = (
        "import os; os.environ['PREFECT_LOGGING_LEVEL'] = 'DEBUG'\n"
        "from flows.environment import prepare; prepare()\n"
        "print(os.environ['DO_NOT_TRACK'], os.environ['PREFECT_SERVER_ANALYTICS_ENABLED'],"
        " os.environ['PREFECT_LOGGING_LEVEL'])\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT", "DO_NOT"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["1", "false", "DEBUG"]
    prepare()
    from prefect.settings import get_current_settings

    assert get_current_settings().server.analytics_enabled is False
