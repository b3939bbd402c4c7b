"""Whole runs: cut off from every network with the default settings, and with the cloud for what failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.fallback.ledger import Ledger
from pipeline.process import process
from pipeline.reports import report
from pipeline.settings import load
from pipeline.settings.fallback import Fallback
from pipeline.store import Store
from tests.pipeline.fallback.cloud import GOOD, Cloud
from tests.pipeline.fallback.conftest import KEY
from tests.pipeline.fallback.test_client import Fails

ROOT = Path(__file__).parents[3]


def tones(path: Path, seconds: int = 20) -> Path:
    """Something to hear: bursts with pauses."""
    t = np.arange(seconds * 16_000) / 16_000
    sound = np.sin(2 * np.pi * 220 * t) * (np.sin(2 * np.pi * t / 2) > 0) * 8000
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(sound.astype("<i2").tobytes())
    return path


WHOLE = """
import socket, sys
from pathlib import Path
from pipeline.process import process
from pipeline.settings import load
from pipeline.store import Store
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError:
    outcome = process(Path(sys.argv[1]), load(None, sys.argv[3:]), Store(sys.argv[2]))
    print(outcome.state, outcome.coverage.end)
"""


@pytest.mark.models
def test_a_whole_run_without_any_network(
    tmp_path: Path, whisper_base: Path, smollm2_gguf: Path, request: pytest.FixtureRequest
) -> None:
    speaks = shutil.which("espeak-ng")
    unshare = shutil.which("unshare")
    if speaks is None or unshare is None or subprocess.run([unshare, "-rn", "true"], check=False).returncode:
        pytest.skip("needs espeak-ng and the right to cut off a process from the network")
    recording = tmp_path / "talk.wav"
    subprocess.run([speaks, "-w", str(recording), "The pump at Halden costs four thousand euros."], check=True)
    # llama.cpp counts tokens over loopback, so that interface is brought up; there is no other.
    inside = f'ip link set lo up 2>/dev/null || {sys.executable} -c "{LOOPBACK_UP}"; exec "$@"'
    done = subprocess.run(
        [unshare, "-rn", "sh", "-c", inside, "sh", sys.executable, "-c", WHOLE, recording, tmp_path / "store",
         f"hear.model={whisper_base}", f"write.model={smollm2_gguf}", "write.context=2048", "merge.budget=1500",
         "merge.max_tokens=120", "write.threads=1"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("complete"), done.stderr
    assert not (tmp_path / "state").exists()


LOOPBACK_UP = (
    "import fcntl,socket,struct; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); "
    "fcntl.ioctl(s,0x8914,struct.pack('16sh',b'lo',0x41))"
)


def test_a_run_fills_its_gap_from_the_cloud_and_says_so(cloud: Cloud, rules: Fallback, tmp_path: Path) -> None:
    recording = tones(tmp_path / "in" / "Merger-Talks-Secret.wav")
    settings = load(None, ["audio.length_s=4", "audio.cut_range_s=1", "audio.lead_in_s=0"])
    settings = settings.model_copy(update={"fallback": rules})
    store = Store(tmp_path / "store")

    def local(_settings: object) -> Fails:  # type: ignore[type-arg,unused-ignore]
        return Fails({1: "summary: loop"})

    first = process(recording, settings, store, load=local)  # type: ignore[arg-type]
    assert first.state == "gaps"
    assert cloud.got == []
    second = process(recording, settings, store, load=local, egress=True)  # type: ignore[arg-type]
    assert second.run.key == first.run.key
    assert second.state == "complete"
    rows = list(second.run.chunks())
    assert [row.source for row in rows].count("cloud") == 1
    assert (rows[1].summary, rows[1].source, rows[1].status) == (GOOD, "cloud", "processed")
    assert "made outside this machine" in "".join(report(second.run, "md"))
    assert Ledger(rules.ledger).verify().faults == ()
    assert len(cloud.got) == 1
    assert rules.ledger is not None
    left = [cloud.got[0].body, str(cloud.got[0].headers).encode(), rules.ledger.read_bytes()]
    assert all(b"Secret" not in one for one in left)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert KEY.encode() not in kept + rules.ledger.read_bytes()


def test_the_command_line_shows_and_verifies(cloud: Cloud, rules: Fallback, recording: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from flows.cli_ledger import app
    from pipeline.errors import LedgerError
    from pipeline.models.endpoint.client import Endpoint
    from tests.pipeline.fallback.conftest import gate_for
    from tests.pipeline.fallback.test_endpoint import ASK

    assert rules.ledger is not None
    runner, where = CliRunner(), ["--ledger", str(rules.ledger)]
    assert "nothing has left this machine" in runner.invoke(app, ["show", *where]).output
    Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    shown = runner.invoke(app, ["show", *where]).output
    assert "127.0.0.1" in shown
    assert "<- 1: answered, cost 0.000080" in shown
    verified = runner.invoke(app, ["verify", *where])
    assert (verified.exit_code, "intact, 2 records" in verified.output) == (0, True)
    rules.ledger.write_bytes(rules.ledger.read_bytes().replace(b"chunk 3", b"chunk 4"))
    spoiled = runner.invoke(app, ["verify", *where])
    assert isinstance(spoiled.exception, LedgerError)
    assert "its contents were changed" in str(spoiled.exception)
