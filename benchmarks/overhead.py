"""How much of the recipe `gemma` is not the model: `python -m benchmarks.overhead [--model DIR] [--minutes M]`.

A recording is made, then heard and described as `longmedia run --only describe` does; the clock runs inside of
`model.generate` and around everything. The rest is looking into the file, decoding that the model had to wait for (of
the first part all of it, of later ones what is not ready in time), the processor, proofs, parsing and the store. With
the tiny checkpoint (the default) the model's calls are as short as they can be, so the share is a ceiling for any real
one.
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

from benchmarks.rows import Row, hand_back
from chunkers.ffmpeg import find_ffmpeg
from data.checkpoints import tiny
from pipeline.job import Step
from pipeline.models.gemma.model import Gemma
from pipeline.models.huggingface.generating import end_tokens
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import Settings, load
from pipeline.store import Store

DECIDED = ("gemma.engine=transformers", "gemma.batch=4")
"""What a run would decide by itself: else it loads another model than the one whose clock runs."""


class Clock:
    """Seconds spent inside of a model's `generate`, and seconds that each stage waited for its first call.

    It also puts an answer that every stage accepts in the place of what was generated: a random model babbles, and a
    stage that has failed hands nothing on to the next.
    """

    def __init__(self, gemma: Gemma) -> None:
        self.seconds = 0.0
        self.waited = 0.0
        self._since: float | None = None
        model, tokenizer = gemma.loaded.model, gemma.loaded.processor.tokenizer
        words = tokenizer.encode("SUMMARY: words", add_special_tokens=False)
        self._answer = torch.tensor([*words, min(end_tokens(model))], device=model.device)
        self._generate = model.generate
        model.generate = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        if self._since is not None:
            self.waited, self._since = self.waited + start - self._since, None
        output = self._generate(*args, **kwargs)
        self.seconds += time.perf_counter() - start
        made = output[:, kwargs["input_ids"].shape[1] :]
        length = min(made.shape[1], len(self._answer))
        made[:, :length] = self._answer[:length]
        return output

    def reset(self) -> None:
        """A recording begins."""
        self.seconds = self.waited = 0.0
        self._since = time.perf_counter()

    def watch(self, step: Step) -> None:
        """A `Watch`: a stage begins where none of it is done, and waits until its first part is decoded."""
        if step.total and not step.done:
            self._since = self._since or time.perf_counter()


def make_recording(path: Path, seconds: int, *, picture: bool = False, sound: bool = True) -> Path:
    """A tone in syllables, so that it is not taken for silence, and a moving test picture of 720p."""
    syllables = f"aevalsrc=0.4*sin(440*PI*t)*pow(sin(2*PI*t)\\,2):s=16000:d={seconds}"
    heard = ["-f", "lavfi", "-i", syllables]
    film = ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=25:d={seconds}", "-c:v", "libx264", "-preset", "ultrafast"]
    inputs = [*(heard if sound else []), *(film if picture else [])]
    subprocess.run([str(find_ffmpeg(None)), "-y", "-v", "error", *inputs, str(path)], check=True)
    return path


def measure(path: Path, settings: Settings, store: Store, registry: Registry, clock: Clock) -> dict[str, float]:
    """Hear and describe all of the recording: seconds, and the share of them outside of the model."""
    start = time.perf_counter()
    clock.reset()
    run = process(path, settings, store, registry, only="describe", watch=clock.watch).run
    wall, first = time.perf_counter() - start, clock.waited
    if not clock.seconds:
        raise SystemExit("the run did not use the model whose clock runs: nothing is measured")
    return {
        "chunks": sum(row.status == "processed" for row in run.chunks()),
        "seconds": round(wall, 2),
        "in_model": round(clock.seconds, 2),
        "before_first_calls": round(first, 2),
        "outside_percent": round(100 * (wall - clock.seconds) / wall, 1),
        "outside_after_them_percent": round(100 * (wall - first - clock.seconds) / wall, 1),
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
            *DECIDED,
            "recipe=gemma",
            f"hear.max_tokens={arguments.tokens}",
            f"describe.max_tokens={arguments.tokens}",
        ]
        settings = load(sets=[*sets, f"models.folder={place / 'models'}"])
        registry, store = Registry(keep=True), Store(place / "store")
        gemma = registry.lease().gemma(settings.gemma, settings.video.frame_tokens, settings.models)
        clock = Clock(gemma)
        seconds = 60 * arguments.minutes
        kinds = {
            "audio": lambda: make_recording(place / "sound.wav", seconds),
            "video": lambda: make_recording(place / "film.mp4", seconds, picture=True),
            "mute video": lambda: make_recording(place / "mute.mp4", seconds, picture=True, sound=False),
        }
        for name in arguments.only or kinds:
            figures = measure(kinds[name](), settings, store, registry, clock)
            print(json.dumps({"recording": name, **figures}), flush=True)
            what = f"{arguments.minutes} min of {name}, recipe gemma: outside of a tiny model"
            hand_back(Row(what, figures["outside_percent"], "% of the time"))
            after = f"{what}, once each stage has its first part"
            hand_back(Row(after, figures["outside_after_them_percent"], "% of the time"))


if __name__ == "__main__":
    main()
