"""An archive over two workers of this machine, and what a killed one costs: `python -m benchmarks.cluster`.

Recordings of a second of near silence, each with a content of its own: models are loaded and hardly ever asked, so that
what is measured is all the rest. They go over two Dask workers; over two again, one of which is killed when half of
them are done; and over two processes with a share each (`--shard`).
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from distributed import Client, LocalCluster

from benchmarks.rows import Row, hand_back
from chunkers.spans import TICKS_PER_SECOND
from flows.local import run_flow
from flows.server import server
from flows.session import Session
from pipeline.archive import Item, jobs
from pipeline.models.registry import Registry
from pipeline.settings import Settings, load
from pipeline.store import Store

SETS = ["write.model=smollm2-135m", "write.context=1024", "speakers.enabled=false"]


def main() -> None:
    """Hand back what each way takes."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--recordings", type=int, default=2000)
    number = options.parse_args().recordings
    settings = load(None, SETS)
    with tempfile.TemporaryDirectory() as folder, server():
        place = Path(folder)
        files = [_near_silence(place / "files" / f"{at:05d}.wav", at) for at in range(number)]
        what = f"{number} recordings of a second"
        whole, _ = over_dask(f"{what} over two Dask workers", files, settings, Store(place / "dask"))
        killed, items = over_dask(f"{what}, a worker killed", files, settings, Store(place / "killed"), kill=True)
        states = Counter(item.state for item in items)
        hand_back(Row(f"{what}: with a worker killed at half", killed, "s", "with none killed", whole))
        hand_back(Row(f"{what}: not complete after the kill", number - states["complete"], "recordings"))
        shards(what, place)


def over_dask(
    what: str, files: Sequence[Path], settings: Settings, store: Store, *, kill: bool = False
) -> tuple[float, list[Item]]:
    """Seconds that it takes, and what became of each recording; with `kill` one worker ends when half are done."""
    done: list[Item] = []
    with (
        LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None) as cluster,
        Client(cluster.scheduler_address) as client,
    ):
        pids: list[int] = list(client.run(os.getpid).values())

        def note(item: Item) -> None:
            done.append(item)
            if kill and len(done) == len(files) // 2:
                os.kill(pids[0], signal.SIGKILL)

        session = Session(Registry(keep=False), stop=threading.Event(), done=note)
        began = time.monotonic()
        items = run_flow(list(jobs(files, settings)), settings, store, session, [], cluster.scheduler_address)
        seconds = time.monotonic() - began
        shares = list(client.run(_executed).values())
    if not kill:
        model = sum(row.seconds for run in store.runs() for row in run.heard())
        hand_back(Row(f"{what}: each", 1000 * seconds / len(files), "ms"))
        hand_back(Row(f"{what}: outside of the models", 100 * (1 - model / 2 / seconds), "% of the time"))
        hand_back(Row(f"{what}: of the busier worker", max(shares), "recordings", "of the other", min(shares)))
    return seconds, items


def _executed(dask_worker: Any) -> int:
    """How many tasks a worker has done."""
    return int(dask_worker.state.executed_count)


def shards(what: str, place: Path) -> None:
    """Two processes with a share each."""
    sets = [word for one in SETS for word in ("--set", one)]
    program = [sys.executable, "-c", "from flows.start import main; main()", "run", str(place / "files")]
    ends = [*sets, "--store", str(place / "shards"), "--direct"]
    began = time.monotonic()
    both = [
        subprocess.Popen([*program, "--shard", f"{one}/2", *ends], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for one in (1, 2)
    ]
    took = []
    for one in both:
        assert one.wait() == 0
        took.append(time.monotonic() - began)
    hand_back(Row(f"{what} in two shards", max(took), "s", "the shard that ended first", min(took)))


def _near_silence(path: Path, number: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(number).integers(-2, 3, TICKS_PER_SECOND).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TICKS_PER_SECOND)
        out.writeframes(samples.tobytes())
    return path


if __name__ == "__main__":
    main()
