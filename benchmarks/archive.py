"""What an archive costs beside the model: many tiny recordings through the archive flow.

`python -m benchmarks.archive [--recordings N]` makes recordings of a second of sound, each with a content of its own,
and takes them through flow, tasks, decoding, a tiny random Gemma 4, merge and store. The clock that runs inside of the
model's calls is taken off.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
import torch

from benchmarks.overhead import DECIDED, Clock
from benchmarks.rows import Row, hand_back
from chunkers.spans import TICKS_PER_SECOND
from data.checkpoints import tiny
from flows.local import run_flow
from flows.server import server
from flows.session import Session
from pipeline.archive import jobs
from pipeline.models.registry import Registry
from pipeline.settings import Settings, load
from pipeline.store import Store


def main() -> None:
    """Print the cost of a recording beside the model, memory as it grows, and the second run's time."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--recordings", type=int, default=500)
    number = options.parse_args().recordings
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sets = ["recipe=gemma", f"gemma.model={tiny.write(place / 'tiny')}", "gemma.quantization=none", *DECIDED]
        sets += ["hear.max_tokens=32", "describe.max_tokens=32", "merge.max_tokens=64", "merge.budget=512"]
        settings = load(None, [*sets, f"models.folder={place / 'models'}"])
        registry = Registry(keep=True)
        gemma = registry.lease().gemma(settings.gemma, settings.video.frame_tokens, settings.models)
        clock = Clock(gemma)
        paths = [_sound(place / f"{n:04d}.wav", n) for n in range(number)]
        few = max(1, number // 10)
        with server():
            given = settings, Store(place / "store"), Session(registry), clock
            first, _ = _run(paths[:few], *given)
            before = _memory_mb()
            took, model = _run(paths, *given)
            after = _memory_mb()
            again, _ = _run(paths, *given)
    made = number - few
    what = f"{number} recordings of 1 s through the flow"
    hand_back(Row(f"{what}, each beside the model", 1000 * (took - model) / made, "ms"))
    hand_back(Row(f"{what}, share of time outside of the model", 100 * (took - model) / took, "%"))
    hand_back(Row(f"{what}, memory", after, "MB", f"after {few} of them ({first:.1f} s)", before))
    hand_back(Row(f"{what}, asked again, each", 1000 * again / number, "ms"))


def _run(paths: list[Path], settings: Settings, store: Store, session: Session, clock: Clock) -> tuple[float, float]:
    """Seconds in all, and in the model."""
    clock.seconds, began = 0.0, time.monotonic()
    items = run_flow(list(jobs(paths, settings)), settings, store, session, [])
    assert {item.state for item in items} == {"complete"}, items
    return time.monotonic() - began, clock.seconds


def _sound(path: Path, number: int) -> Path:
    """A tone in syllables, so that it is not taken for silence; the pitch is the recording's own."""
    moments = np.arange(TICKS_PER_SECOND) / TICKS_PER_SECOND
    sound = 0.4 * np.sin(2 * np.pi * (200 + number) * moments) * np.sin(4 * np.pi * moments) ** 2
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TICKS_PER_SECOND)
        out.writeframes((sound * 32_767).astype("<i2").tobytes())
    return path


def _memory_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
