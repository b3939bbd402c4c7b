"""How much of the recipe `gemma` is not the model: `python -m benchmarks.overhead [--model DIR] [--minutes M]`.

A recording is made, decoded ahead of the model by the chunkers, and described; the clock runs inside of
`model.generate` and around everything. The rest is decoding that the model had to wait for, the
processor, proofs, and parsing. With the tiny checkpoint (the default) the model's calls are as short
as they can be, so the share is a ceiling for any real one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from chunkers import Segment, Window, find_ffmpeg, probe, segments, windows
from pipeline.models.generating import end_tokens
from pipeline.recipes.gemma import GemmaRecipe, open_recipe
from pipeline.recipes.protocol import Part
from pipeline.settings import load
from tests.pipeline.gemma import tiny

Chunk = Window | Segment


class Clock:
    """Seconds spent inside of a model's `generate`.

    It also ends every answer at its cap: a random model would not, and answers without end are failures.
    """

    def __init__(self, model: Any) -> None:
        self.seconds = 0.0
        self._generate = model.generate
        self._end = min(end_tokens(model))
        model.generate = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        output = self._generate(*args, **kwargs)
        self.seconds += time.perf_counter() - start
        output[:, -1] = self._end
        return output


def make_recording(path: Path, seconds: int, *, picture: bool) -> Path:
    """A tone in syllables, so that it is not taken for silence, and a moving test picture of 720p."""
    syllables = f"aevalsrc=0.4*sin(440*PI*t)*pow(sin(2*PI*t)\\,2):s=16000:d={seconds}"
    sound = ["-f", "lavfi", "-i", syllables]
    film = ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=25:d={seconds}", "-c:v", "libx264", "-preset", "ultrafast"]
    command = [str(find_ffmpeg(None)), "-y", "-v", "error", *sound, *(film if picture else []), str(path)]
    subprocess.run(command, check=True)
    return path


def measure(recipe: GemmaRecipe, clock: Clock, chunks: Iterable[Chunk], batch: int) -> dict[str, float]:
    """Describe all `chunks`; seconds in all, in the model, waiting for chunks; the share outside of the model."""
    clock.seconds = described = 0.0
    done = 0
    start = time.perf_counter()
    for some in batches(chunks, batch):
        begun = time.perf_counter()
        done += len(recipe.describe(Part("benchmark", some)))
        described += time.perf_counter() - begun
    wall = time.perf_counter() - start
    return {
        "chunks": done,
        "seconds": round(wall, 2),
        "in_model": round(clock.seconds, 2),
        "waiting": round(wall - described, 2),
        "outside_percent": round(100 * (wall - clock.seconds) / wall, 1),
    }


def batches(chunks: Iterable[Chunk], size: int) -> Iterator[list[Chunk]]:
    """Lists of at most `size` chunks."""
    source = iter(chunks)
    while some := list(islice(source, size)):
        yield some


def main() -> None:
    """Run and print one JSON line a kind of recording."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", help="folder of a checkpoint; default: a tiny random one")
    parser.add_argument("--quantization", default="none")
    parser.add_argument("--minutes", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=64, help="tokens of each answer")
    parser.add_argument("--threads", type=int, default=1)
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
        recipe = open_recipe(load(sets=sets), place / "models")
        clock = Clock(recipe.writer.loaded.model)
        seconds = 60 * arguments.minutes
        with windows(probe(make_recording(place / "sound.wav", seconds, picture=False))) as heard:
            print(json.dumps({"recording": "audio", **measure(recipe, clock, heard, 4)}))
        with segments(probe(make_recording(place / "film.mp4", seconds, picture=True))) as seen:
            print(json.dumps({"recording": "video", **measure(recipe, clock, seen, 1)}))


if __name__ == "__main__":
    main()
