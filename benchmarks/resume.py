"""What kills cost: `python -m benchmarks.resume [RECORDING] [--kills N] [--set KEY=VALUE]`.

A recording (default: data/meeting.opus) is processed by `longmedia run`, once undisturbed and once killed (`kill -9`)
again and again, each time after a share of the time that this took, and started anew. Both count the processor's time
of all their starts, loading the models included; what they say must be the same.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.costs import cpu_s
from benchmarks.rows import Row, hand_back
from benchmarks.transcription import MEETING
from pipeline.reports.reading import root
from pipeline.store import Store


def main() -> None:
    """Hand back the CPU seconds of both, and the sentences in which they differ."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("recording", type=Path, nargs="?", default=MEETING)
    options.add_argument("--kills", type=int, default=4)
    options.add_argument("--set", action="append", default=[], help="a setting, as for `longmedia run`")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", str(given.recording), "--direct", *(word for one in given.set for word in ("--set", one))]
        began, before = time.monotonic(), cpu_s()
        started([*words, "--store", f"{folder}/whole"], None)
        length, whole = time.monotonic() - began, cpu_s() - before
        before, kills = cpu_s(), 0
        for kill in range(given.kills):
            kills += started([*words, "--store", f"{folder}/killed"], length / (given.kills + 1) * (1 + kill % 2 / 2))
        started([*words, "--store", f"{folder}/killed"], None)
        killed = cpu_s() - before
        differ = set(told(f"{folder}/whole")) ^ set(told(f"{folder}/killed"))
    hand_back(Row(f"{given.recording.name}, killed {kills} times", killed, "CPU s", "undisturbed", whole))
    hand_back(Row("sentences of the summary that differ after it", len(differ), "sentences"))


def started(words: list[str], kill_after_s: float | None) -> bool:
    """Start `longmedia`; whether it was killed before its end. Raises `CalledProcessError` where it fails by itself."""
    command = [sys.executable, "-c", "from flows.start import main; main()", *words]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=dict(os.environ)) as child:
        try:
            child.wait(kill_after_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return True
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return False


def told(store: str) -> list[str]:
    """The sentences of the only run's root."""
    (run,) = Store(store).runs()
    node = root(run)
    return list(node.sentences) if node else []


if __name__ == "__main__":
    main()
