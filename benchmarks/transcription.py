"""Words heard right, and at what cost: `python -m benchmarks.transcription [RECORDING] [--set KEY=VALUE]`.

A recording with its reference (`NAME.reference.jsonl` beside it; default: data/meeting.opus) is heard window by window
as `longmedia run` does, and by faster-whisper itself on the whole file with the same weights. The word error rate is
jiwer's; the normaliser is `data/normalise.py`.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

import jiwer
from faster_whisper import WhisperModel

from chunkers import Window, probe, windows
from data.normalise import normalise
from pipeline.models import registry
from pipeline.models.weights import fetch
from pipeline.settings import Settings, load
from pipeline.text import cues

MEETING = Path(__file__).parent.parent / "data" / "meeting.opus"


def ours(path: Path, settings: Settings) -> str:
    """The words as the recipe `cascade` owns them, a part at a time."""
    hearer = registry.hearer(settings)
    words: list[str] = []

    def hear(batch: list[Window]) -> None:
        for window, heard in zip(batch, hearer.hear([one.samples for one in batch]), strict=True):
            words.extend(piece.text for piece in cues.owned(heard.pieces, window.heard, window.span))

    waiting: list[Window] = []
    with windows(probe(path)) as stream:
        for window in stream:
            waiting += [] if window.silent else [window]
            if len(waiting) == settings.storage.part_rows:
                hear(waiting)
                waiting = []
    if waiting:
        hear(waiting)
    return "".join(words)


def theirs(path: Path, settings: Settings) -> str:
    """faster-whisper on the whole file, with its own defaults."""
    model = WhisperModel(str(fetch.locate("whisper-base", settings.models)), device="cpu", compute_type="int8")
    segments, _ = model.transcribe(str(path))
    return "".join(segment.text for segment in segments)


def main() -> None:
    """Print a line each: word error rate, and CPU seconds of this process."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("recording", type=Path, nargs="?", default=MEETING)
    options.add_argument("--set", action="append", default=[], help="a setting, as for `longmedia run`")
    given = options.parse_args()
    settings = load(None, given.set)
    rows = given.recording.with_name(f"{given.recording.stem}.reference.jsonl").read_text(encoding="utf-8").splitlines()
    spoken = normalise(" ".join(json.loads(row)["text"] for row in rows))
    ways: dict[str, Callable[[Path, Settings], str]] = {"longmedia": ours, "faster-whisper": theirs}
    for name, hear in ways.items():
        before = sum(os.times()[:2])
        heard = normalise(hear(given.recording, settings))
        spent = sum(os.times()[:2]) - before
        result = jiwer.process_words(spoken, heard)
        print(
            f"{name:<15} word error rate {result.wer:.4f} ({result.substitutions} wrong, {result.deletions} lost, "
            f"{result.insertions} added), {spent:.0f} s of CPU"
        )


if __name__ == "__main__":
    main()
