"""How much of the recipe `gemma` is not the model: `python -m benchmarks.overhead [--model DIR] [--minutes M]`.

A recording is made, decoded ahead of the model by the chunkers, described and stored; the clock runs inside of
`model.generate` and around everything. The rest is decoding that the model had to wait for (of the first part
all of it, of later ones what is not ready in time), the processor, proofs, parsing and the store. With the tiny
checkpoint (the default) the model's calls are as short as they can be, so the share is a ceiling for any real one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from pipeline.describe import PartPlan, Stream, describe
from pipeline.recipes.gemma import GemmaRecipe, open_recipe

from chunkers import find_ffmpeg, probe, segments, windows
from data.checkpoints import tiny
from pipeline.models.huggingface.generating import end_tokens
from pipeline.settings import load
from pipeline.store import Run, RunKey, Store


class Clock:
    """Seconds spent inside of a model's `generate`, and when it was first called.

    It also ends every answer at its cap: a random model would not, and answers without end are failures.
    """

    def __init__(self, model: Any) -> None:
        self.seconds = 0.0
        self.first: float | None = None
        self._generate = model.generate
        self._end = min(end_tokens(model))
        model.generate = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        self.first = self.first or start
        output = self._generate(*args, **kwargs)
        self.seconds += time.perf_counter() - start
        output[:, -1] = self._end
        return output


def make_recording(path: Path, seconds: int, *, picture: bool = False, sound: bool = True) -> Path:
    """A tone in syllables, so that it is not taken for silence, and a moving test picture of 720p."""
    syllables = f"aevalsrc=0.4*sin(440*PI*t)*pow(sin(2*PI*t)\\,2):s=16000:d={seconds}"
    heard = ["-f", "lavfi", "-i", syllables]
    film = ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=25:d={seconds}", "-c:v", "libx264", "-preset", "ultrafast"]
    inputs = [*(heard if sound else []), *(film if picture else [])]
    subprocess.run([str(find_ffmpeg(None)), "-y", "-v", "error", *inputs, str(path)], check=True)
    return path


def measure(recipe: GemmaRecipe, clock: Clock, stream: Stream, run: Run, part_rows: int) -> dict[str, float]:
    """Describe and store all chunks of `stream`: seconds, and the share of them outside of the model."""
    clock.seconds, clock.first = 0.0, None
    start = time.perf_counter()
    describe(run, stream, recipe, PartPlan(run.key.recording, part_rows), lambda _: None)
    wall = time.perf_counter() - start
    first = (clock.first or start) - start
    return {
        "chunks": sum(row.status == "processed" for row in run.chunks()),
        "seconds": round(wall, 2),
        "in_model": round(clock.seconds, 2),
        "before_the_first_call": round(first, 2),
        "outside_percent": round(100 * (wall - clock.seconds) / wall, 1),
        "outside_after_it_percent": round(100 * (wall - first - clock.seconds) / wall, 1),
    }


def main() -> None:
    """Run and print one JSON line a kind of recording."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", help="folder of a checkpoint; default: a tiny random one")
    parser.add_argument("--quantization", default="none")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--tokens", type=int, default=64, help="tokens of each answer")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", action="append", choices=("audio", "video", "mute video"), help="kinds wanted")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        model = arguments.model or str(tiny.write(place / "tiny"))
        sets = [
            f"gemma.model={model}",
            f"gemma.quantization={arguments.quantization}",
            f"gemma.hear_tokens={arguments.tokens}",
            f"gemma.describe_tokens={arguments.tokens}",
        ]
        settings = load(sets=sets)
        recipe = open_recipe(settings, place / "models")
        clock = Clock(recipe.writer.loaded.model)
        store = Store(place / "store")
        seconds = 60 * arguments.minutes
        kinds = {
            "audio": lambda: windows(probe(make_recording(place / "sound.wav", seconds))),
            "video": lambda: segments(probe(make_recording(place / "film.mp4", seconds, picture=True))),
            "mute video": lambda: segments(
                probe(make_recording(place / "mute.mp4", seconds, picture=True, sound=False))
            ),
        }
        for name in arguments.only or kinds:
            with kinds[name]() as stream:
                figures = measure(
                    recipe, clock, stream, store.run(RunKey(name, "overhead")), settings.storage.part_rows
                )
            print(json.dumps({"recording": name, **figures}), flush=True)


if __name__ == "__main__":
    main()
