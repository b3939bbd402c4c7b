"""The Prefect server of our own: it is there for the block, and never after it, however a run ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from flows.server import Child, server
from tests.flows.programs import ROOT, environment, left, longmedia

SETS = ["--set", "write.model=smollm2-135m", "--set", "write.context=1024"]
MEETING = ROOT / "data" / "meeting.opus"


def test_a_configured_server_is_used_and_none_is_started() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    children: list[Child] = []
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        with server(children) as url:
            assert url == "http://127.0.0.1:9/api"
    assert children == []


_BLOCK = """
import os, urllib.request
from flows.environment import prepare
prepare()
from flows.server import server
children = []
with server(children) as url:
    assert urllib.request.urlopen(f"{url}/health", timeout=30).status == 200
    assert url.startswith("http://127.0.0.1:")
    assert os.environ["PREFECT_API_URL"] == url
    assert children[0].poll() is None
assert "PREFECT_API_URL" not in os.environ
print("ended:", children[0].poll() is not None)
"""


@pytest.mark.server
def test_the_server_ends_with_the_block(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BLOCK], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.stdout == "ended: True\n", done.stderr


_REFUSED = """
from flows.environment import prepare
prepare()
from pipeline.errors import LongmediaError
from flows.server import server
children = []
try:
    with server(children):
        pass
except LongmediaError as error:
    print(error)
print(children[0].poll() is not None)
"""


@pytest.mark.server
def test_a_server_that_does_not_start_is_said_so_at_once(tmp_path: Path) -> None:
    (tmp_path / "prefect").write_text("not a folder")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _REFUSED], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert "did not start" in done.stdout, done.stderr
    assert "--direct" in done.stdout
    assert done.stdout.endswith("True\n")
    assert time.monotonic() - began < 90


_BUSY = """
import time
from flows.environment import prepare
prepare()
from flows.cli_options import stop_on_signals
from flows.server import server

children = []
stop_on_signals(children)
with server(children):
    print(children[0].pid, flush=True)
    while True:  # as if in a model's call, which nothing can interrupt
        time.sleep(0.1)
"""


@pytest.mark.server
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_hard_end_takes_the_server_with_it(used_home: Path, ending: signal.Signals) -> None:
    words = [sys.executable, "-c", _BUSY]
    with subprocess.Popen(words, env=environment(used_home), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        started = [psutil.Process(int(child.stdout.readline()))]
        child.send_signal(ending)
        time.sleep(0.5)
        child.send_signal(ending)
        assert child.wait(60) == (130 if ending == signal.SIGINT else -signal.SIGKILL)
    assert left(started) == []


def _at_work(said: str) -> bool:
    return "hearing" in said


@pytest.mark.server
@pytest.mark.parametrize(
    ("ending", "moment"),
    [(signal.SIGINT, _at_work), (signal.SIGHUP, _at_work), (signal.SIGTERM, _at_work), (signal.SIGINT, None)],
    ids=["ctrl-c", "hang-up", "terminate", "ctrl-c while the server starts"],
)
def test_a_run_that_is_ended_leaves_no_server_behind(
    tmp_path: Path,
    used_home: Path,
    whisper_base: Path,
    smollm2_gguf: Path,
    ending: signal.Signals,
    moment: Callable[[str], bool] | None,
) -> None:
    words = longmedia("run", MEETING, "--store", tmp_path / "store", *SETS)
    errors = tmp_path / "errors"
    with errors.open("w") as said, subprocess.Popen(words, env=environment(used_home), stderr=said, cwd=ROOT) as child:
        program = psutil.Process(child.pid)
        _until(child, lambda: bool(_servers(program)))
        _until(child, lambda: moment is None or moment(errors.read_text()))
        started = program.children(recursive=True)
        assert _servers(program)
        child.send_signal(ending)
        assert child.wait(60) == 130, errors.read_text()
    assert left(started) == []
    assert "Traceback" not in errors.read_text()
    assert "what is finished is kept" in errors.read_text()


def _servers(program: psutil.Process) -> list[psutil.Process]:
    return [one for one in program.children(recursive=True) if "server" in one.cmdline()]


def _until(child: subprocess.Popen[bytes], seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 200
    while not seen():
        assert child.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
