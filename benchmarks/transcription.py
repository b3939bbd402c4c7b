"""Words heard right, and at what cost: `python -m benchmarks.transcription [RECORDING] [--set KEY=VALUE]`.

A recording with its reference (`NAME.reference.jsonl` beside it; default: data/meeting.opus) is heard window by window
as `longmedia run` does, and by faster-whisper itself on the whole file with the same weights: by its batched pipeline
with times of words, which is what we do, too, and one window after the other with its own defaults. The word error rate
is jiwer's; the normaliser is `data/normalise.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import jiwer
from faster_whisper import BatchedInferencePipeline, WhisperModel

from benchmarks.rows import Row, hand_back
from data.normalise import normalise
from pipeline.models.registry import Registry
from pipeline.models.weights import fetch
from pipeline.process import process
from pipeline.settings import Settings, load
from pipeline.store import Store

MEETING = Path(__file__).parent.parent / "data" / "meeting.opus"


def ours(path: Path, settings: Settings) -> str:
    """The words as they are stored: the stage `hear` of a run."""
    with tempfile.TemporaryDirectory() as folder, Registry(keep=False) as registry:
        run = process(path, settings, Store(folder), registry, only="hear").run
        return "".join(word.text for row in run.heard() for word in row.words)


def batched(path: Path, settings: Settings) -> str:
    """faster-whisper's batched pipeline on the whole file, with times of words and the beam of `settings`."""
    found, _ = BatchedInferencePipeline(_peer(settings)).transcribe(
        str(path), beam_size=settings.hear.beam, word_timestamps=True
    )
    return "".join(segment.text for segment in found)


def sequential(path: Path, settings: Settings) -> str:
    """faster-whisper on the whole file, with its own defaults."""
    segments, _ = _peer(settings).transcribe(str(path))
    return "".join(segment.text for segment in segments)


def _peer(settings: Settings) -> WhisperModel:
    return WhisperModel(str(fetch.locate("whisper-base", settings.models)), device="cpu", compute_type="int8")


def main() -> None:
    """Word error rate, and CPU seconds of this process."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("recording", type=Path, nargs="?", default=MEETING)
    options.add_argument("--set", action="append", default=[], help="a setting, as for `longmedia run`")
    given = options.parse_args()
    settings = load(None, given.set)
    rows = given.recording.with_name(f"{given.recording.stem}.reference.jsonl").read_text(encoding="utf-8").splitlines()
    spoken = normalise(" ".join(json.loads(row)["text"] for row in rows))
    ways: dict[str, Callable[[Path, Settings], str]] = {
        "longmedia": ours,
        "faster-whisper batched": batched,
        "faster-whisper": sequential,
    }
    rates, costs = {}, {}
    for name, hear in ways.items():
        before = sum(os.times()[:2])
        heard = normalise(hear(given.recording, settings))
        costs[name] = sum(os.times()[:2]) - before
        rates[name] = 100 * jiwer.process_words(spoken, heard).wer
    what = given.recording.name
    for peer in list(ways)[1:]:
        hand_back(Row(f"hearing {what}, model loaded", costs["longmedia"], "CPU s", peer, costs[peer]))
        hand_back(Row(f"word error rate of {what}", rates["longmedia"], "%", peer, rates[peer]))


if __name__ == "__main__":
    main()
