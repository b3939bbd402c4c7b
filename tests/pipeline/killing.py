"""Kill a whole run at every single act on its files, one after the other: `python -m tests.pipeline.killing FOLDER`.

The run is the real one (decoding, describing, merging, storing) with a recipe and a writer that answer at once, in a
process forked for each kill. The interpreter raises an event before a file is opened, renamed or removed; at the n-th
such event below the store the process kills itself.
"""

from __future__ import annotations

import os
import signal
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from chunkers import Window
from pipeline.models.protocol import Writer
from pipeline.process import process
from pipeline.recipes.protocol import Chunk, Part
from pipeline.settings import load
from pipeline.store import Store
from pipeline.store.tables import ChunkRow
from tests.flows.crashes import parts, told
from tests.pipeline.merge.writers import Words, chunk, first_sentences

_SETTINGS = ["audio.length_s=4", "audio.cut_range_s=1", "audio.lead_in_s=0.5", "storage.part_rows=2"]
_SETTINGS += ["merge.budget=512", "merge.max_tokens=120", "merge.carry=0"]
_RATE = 16_000


class Quick:
    """A recipe that says the same of a chunk whenever it is asked."""

    sees = False
    writer: Writer = Words(first_sentences)

    def begin(self, chunk: Chunk) -> Chunk:
        return chunk

    def describe(self, *parts: Part) -> list[ChunkRow]:
        return [self._row(part.recording, one) for part in parts for one in part.chunks]

    def _row(self, recording: str, one: Window) -> ChunkRow:
        text = " ".join(chunk(one.index * 9 + n).summary for n in range(9))
        span = {"start": one.span.start, "end": one.span.end}
        ends = {"summary_start": one.span.start, "summary_end": one.span.end}
        return chunk(one.index, text, recording=recording, **span, **ends)


def main(folder: Path) -> int:
    """Print kills survived and attempted; 1 where they differ."""
    media = _speechlike(folder / "beeps.wav")
    assert _forked(lambda: _run(media, folder / "whole")) == 0
    expected = told(folder / "whole")
    survived = attempted = 0
    while True:
        store = folder / f"killed-{attempted}"
        moment = attempted + 1
        if _forked(lambda at=moment, to=store: (_kill_at(at, to), _run(media, to))) == 0:  # type: ignore[misc]
            break  # it came to its end before that many events
        attempted += 1
        before = parts(store)
        ended = _forked(lambda to=store: _run(media, to))  # type: ignore[misc]
        right = ended == 0 and before.items() <= parts(store).items() and told(store) == expected
        right = right and not list(store.rglob(".tmp-*"))
        survived += right
        print(f"kill {attempted}: {len(before)} parts, {'survived' if right else 'LOST'}", file=sys.stderr, flush=True)
    print(f"survived {survived} of {attempted} kills; {len(parts(folder / 'whole'))} parts")
    return int(survived != attempted)


def _run(media: Path, store: Path) -> None:
    process(media, load(None, _SETTINGS), Store(store), load=lambda _settings: Quick())


def _kill_at(moment: int, store: Path) -> None:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in ("open", "os.rename", "os.remove") and str(arguments[0]).startswith(str(store)):
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _forked(act: Callable[[], object]) -> int:
    """The exit status of a process that does `act`."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _speechlike(path: Path) -> Path:
    t = np.arange(30 * _RATE) / _RATE
    sound = 0.3 * np.sin(2 * np.pi * 300 * t) * (1 + 0.8 * np.sin(2 * np.pi * 5 * t)) * (t % 4 < 3)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes((sound * 32767 / 2).astype("<i2").tobytes())
    return path


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
