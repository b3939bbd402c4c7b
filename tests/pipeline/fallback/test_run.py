"""Whole runs: cut off from every network with the default settings, and with the cloud for what failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.fallback.ledger import Ledger
from pipeline.models.protocol import Heard, Samples, Written
from pipeline.process import process
from pipeline.prompts import Prompt
from pipeline.reports import report
from pipeline.settings.fallback import Fallback
from pipeline.store import Store
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.cloud import GOOD, Cloud, says
from tests.pipeline.fallback.conftest import KEY
from tests.pipeline.quick import QuickHearer, QuickRegistry, QuickWriter, quick_settings, tones

ROOT = Path(__file__).parents[3]


WHOLE = """
import socket, sys
from pathlib import Path
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import load
from pipeline.store import Store
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError:
    outcome = process(Path(sys.argv[1]), load(None, sys.argv[3:]), Store(sys.argv[2]), Registry())
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


class Refuses(QuickWriter):
    """A writer that says nothing about the chunk in which `words` were heard."""

    words = ""

    def _answer(self, prompt: Prompt) -> Written:
        answer = super()._answer(prompt)
        return replace(answer, text="") if self.words in prompt.user and "Transcript:" in prompt.user else answer


class Deaf(QuickHearer):
    """A hearer that fails at the windows of a given length."""

    length = 0

    def _said(self, samples: Samples) -> Heard:
        return Heard("", (), 0.1, error="loop") if len(samples) == self.length else super()._said(samples)


def test_a_run_fills_its_gap_from_the_cloud_and_says_so(cloud: Cloud, rules: Fallback, tmp_path: Path) -> None:
    recording = tones(tmp_path / "in" / "Merger-Talks-Secret.wav", 20)
    settings = quick_settings(tmp_path / "weights").model_copy(update={"fallback": rules})
    store = Store(tmp_path / "store")
    heard = list(process(recording, settings, store, QuickRegistry(), only="hear").run.heard())
    gap = next(row for row in heard if row.transcript.count(". ") == 1)  # a single sentence needs no model

    def local() -> Refuses:
        writer = Refuses()
        writer.words = gap.transcript
        return writer

    first = process(recording, settings, store, QuickRegistry(writer=local))
    assert first.state == "gaps"
    assert cloud.got == []
    cloud.script = [says(gap.transcript)]
    second = process(recording, settings, store, QuickRegistry(writer=local), egress=True)
    assert second.run.key == first.run.key
    assert second.state == "complete"
    rows = list(second.run.chunks())
    assert [row.source for row in rows].count("cloud") == 1
    assert (rows[gap.index].summary, rows[gap.index].source) == (gap.transcript, "cloud")
    assert list(second.run.heard()) == heard, "nothing was heard again"
    assert "made outside this machine" in "".join(report(second.run, "md"))
    assert Ledger(rules.ledger).verify().faults == ()
    assert len(cloud.got) == 1
    assert rules.ledger is not None
    left = [cloud.got[0].body, str(cloud.got[0].headers).encode(), rules.ledger.read_bytes()]
    assert all(b"Secret" not in one for one in left)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert KEY.encode() not in kept + rules.ledger.read_bytes()


def test_a_window_that_the_cloud_heard_is_described_here(cloud: Cloud, rules: Fallback, tmp_path: Path) -> None:
    recording = tones(tmp_path / "in" / "talk.wav", 20)
    audio = rules.model_copy(update={"kinds": ("audio",)})
    settings = quick_settings(tmp_path / "weights").model_copy(update={"fallback": audio})
    store = Store(tmp_path / "store")
    heard = list(process(recording, settings, Store(tmp_path / "other"), QuickRegistry(), only="hear").run.heard())

    def local() -> Deaf:
        hearer = Deaf()
        hearer.length = heard[1].end - heard[1].heard_start
        return hearer

    alike = [row.index for row in heard if row.end - row.heard_start == heard[1].end - heard[1].heard_start]
    cloud.answer = play.says(GOOD)
    gaps = process(recording, settings, store, QuickRegistry(local))
    assert gaps.state == "gaps"
    assert [row.index for row in gaps.run.chunks() if row.failed_step == "hear"] == alike
    outcome = process(recording, settings, store, QuickRegistry(local), egress=True)
    assert outcome.state == "complete"
    assert [row.index for row in outcome.run.heard() if row.source == "cloud"] == alike
    chunks = list(outcome.run.chunks())
    assert {chunks[n].source for n in alike} == {"local"}, "the summary was written here"
    assert all("412,000" in " ".join(chunks[n].facts) for n in alike)
    assert len(cloud.got) == len(alike)
    assert "made outside this machine" in "".join(report(outcome.run, "md"))


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
