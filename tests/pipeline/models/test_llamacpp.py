"""What llama.cpp is told about its threads, in a process of its own: OpenMP reads it once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import os, sys
from pathlib import Path
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.prompts import Prompt

writer = LlamaCpp(Path(sys.argv[1]), context=1024, threads=2)
(written,) = writer.write([Prompt("Say yes.")], max_tokens=4)
assert written.tokens_out
print("waits:", os.environ["OMP_WAIT_POLICY"], flush=True)
os._exit(0)
"""


@pytest.mark.parametrize(("said", "waits"), [(None, "passive"), ("active", "active")])
def test_waiting_threads_sleep_unless_the_user_says_otherwise(smollm2_gguf: Path, said: str | None, waits: str) -> None:
    env = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(smollm2_gguf)],
        env=env | ({"OMP_WAIT_POLICY": said} if said else {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"waits: {waits}" in done.stdout


_NIGHT = """
import os, sys
from pathlib import Path
from pipeline.models.llamacpp.writer import LlamaCpp
from pipeline.prompts import Prompt

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024

writer = LlamaCpp(Path(sys.argv[1]), context=1024, threads=1)
for number in range(6):
    writer.write([Prompt(f"Note {number}: " + "the bridge at Millbrook has loose bolts. " * 30)], max_tokens=2)
    if number == 1:
        before = held()
print("grew:", held() - before, flush=True)
os._exit(0)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what Linux says of a process")
def test_finished_prompts_are_not_kept(smollm2_gguf: Path) -> None:
    """The server in llama.cpp keeps them by itself, up to 8 GiB: here 24 MiB in four."""
    done = subprocess.run(
        [sys.executable, "-c", _NIGHT, str(smollm2_gguf)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.rpartition("grew:")[2]) < 12
