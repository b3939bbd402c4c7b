"""The night: files that still change are left alone, the window ends, and a served schedule really fires."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import psutil
import pytest
import yaml

from flows.schedule import inbox_flow, next_moment, settled
from pipeline.errors import SettingsError
from pipeline.store import Run, Store
from tests.flows.programs import environment, left, longmedia
from tests.flows.test_flows import ROOT, silence

SETS = ["--set", "write.model=smollm2-135m", "--set", "write.context=1024"]


def test_files_that_still_change_are_left_alone() -> None:
    now, old = 1_000.0, 900 * 10**9
    names = [Path(name) for name in ("done", "growing", "touched", "new", "fresh")]
    before = dict(zip(names[:4], [(1, old), (1, old), (1, old), (1, old)], strict=True))
    after = dict(zip(names, [(1, old), (2, old), (1, old + 1), (1, 999 * 10**9), (1, old)], strict=True))
    assert settled(before, after, now, 30) == [Path("done")]


def test_the_window_ends_at_the_next_such_time() -> None:
    night = datetime(2026, 3, 1, 1, 0)
    assert next_moment("06:00", night) == datetime(2026, 3, 1, 6, 0)
    assert next_moment("01:00", night) == datetime(2026, 3, 2, 1, 0)
    assert next_moment("00:30", night) == datetime(2026, 3, 2, 0, 30)
    with pytest.raises(SettingsError, match="time of day"):
        next_moment("6 am", night)


def test_the_deployment_for_teams_names_parameters_that_the_flow_has() -> None:
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert deployment["entrypoint"] == "flows/schedule.py:inbox_flow"
    assert set(deployment["parameters"]) <= set(inbox_flow.parameters.properties)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--cron", "0 1 * * *", "--every", "5"], ["--every", "5", "--until", "six"]],
)
def test_a_schedule_that_is_none_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    words = longmedia("serve", "--inbox", tmp_path, *arguments)
    done = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.server
@pytest.mark.parametrize(("ending", "runs"), [(signal.SIGINT, 2), (signal.SIGTERM, 1), (signal.SIGHUP, 1)])
def test_a_served_inbox_fires_and_ends_with_its_server(
    tmp_path: Path, used_home: Path, whisper_base: Path, smollm2_gguf: Path, ending: signal.Signals, runs: int
) -> None:
    """With a server that the command starts itself, and no way out of this machine."""
    inbox, store = tmp_path / "inbox", tmp_path / "store"
    inbox.mkdir()
    words = longmedia("serve", "--inbox", inbox, "--every", "3", "--settle", "0", "--store", store, *SETS)
    with subprocess.Popen(
        words, cwd=ROOT, env=environment(used_home), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as child:
        try:
            for number in range(runs):
                silence(inbox / f"{number}.wav", 2 + number)  # for the next start
                _until(child, store, number + 1)
        finally:
            started = psutil.Process(child.pid).children(recursive=True)
            child.send_signal(ending)
            assert child.stderr is not None
            said = child.stderr.read()
    assert "The Prefect server is at http://127.0.0.1:" in said
    assert left(started) == []
    assert not (tmp_path / "attempts").exists(), (tmp_path / "attempts").read_text()


def _until(child: subprocess.Popen[str], store: Path, runs: int) -> None:
    end = time.monotonic() + 400
    while sum(_complete(run) for run in Store(store).runs()) < runs:
        assert child.poll() is None
        assert time.monotonic() < end, "the schedule did not fire"
        time.sleep(0.5)


def _complete(run: Run) -> bool:
    document = run.document()
    return document is not None and document.result is not None and document.result.state == "complete"


@pytest.mark.server
def test_nothing_is_sent_out_with_the_network_cut(tmp_path: Path, whisper_base: Path, smollm2_gguf: Path) -> None:
    home = environment(tmp_path)
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    assert subprocess.run([sys.executable, "-c", probe], env=home, capture_output=True, check=False).returncode == 1
    attempts = tmp_path / "attempts"
    assert "192.0.2.1" in attempts.read_text()
    attempts.unlink()
    words = longmedia("run", silence(tmp_path / "a.wav", 2), "--store", tmp_path / "store", *SETS)
    done = subprocess.run(words, env=home, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    assert not attempts.exists(), attempts.read_text()
