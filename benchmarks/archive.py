"""What an archive costs beside the models: many tiny recordings through the archive flow.

`python -m benchmarks.archive` makes recordings in which nothing is said, each with a content of its own,
so that everything runs (flow, tasks, decoding, store) and the models, though loaded, are never asked.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from flows.archive import archive_flow
from pipeline.settings import load

_RATE = 16_000


def main() -> None:
    """Print the cost of a recording, memory as it grows, and the second run's time."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--recordings", type=int, default=500)
    number = options.parse_args().recordings
    with tempfile.TemporaryDirectory() as folder:
        paths = [_silence(Path(folder) / f"{n:04d}.wav", _RATE + n) for n in range(number)]
        warm, rest = paths[: max(1, number // 10)], paths
        first = _run(warm, folder)
        before = _memory_mb()
        took = _run(rest, folder)
        after = _memory_mb()
        again = _run(paths, folder)
    fresh = number - len(warm)
    print(
        f"{number} recordings of 1 s: {1000 * took / fresh:.0f} ms each "
        f"(the first {len(warm)}, with start: {first:.1f} s)"
    )
    print(f"memory: {before:.0f} MB after {len(warm)} recordings, {after:.0f} MB after {number}")
    print(f"second run: {again:.1f} s, {1000 * again / number:.1f} ms each")


def _run(paths: list[str], folder: str) -> float:
    settings: dict[str, Any] = load(None, ["write.model=smollm2-135m", "write.context=1024"]).model_dump(mode="json")
    began = time.monotonic()
    items = archive_flow(paths, settings, f"{folder}/store")
    assert all(item.state == "complete" for item in items)
    return time.monotonic() - began


def _silence(path: Path, samples: int) -> str:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(bytes(2 * samples))
    return str(path)


def _memory_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
