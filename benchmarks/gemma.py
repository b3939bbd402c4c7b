"""How fast the multimodal model is at each size of batch: `python -m benchmarks.gemma [--model DIR] [--batches 1,2,4]`.

Sound, segments of 60 frames and long texts go through the engine that `longmedia run` would use, each batch three
times: to warm up, for an answer of one token, which gives the time to the first, and for answers of `--tokens`. A line
of JSON for each work and size: seconds to the first token, audio seconds and frames a second, prompt tokens read and
answer tokens written a second, and the most memory of the GPU. Without `--model` it is the tiny checkpoint: that shows
that it runs, and says nothing of speed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from chunkers.frames import frame_size
from data.checkpoints import tiny
from data.checkpoints.inputs import noise, pictures, seconds
from pipeline.models.gemma.inputs import Request
from pipeline.models.gemma.multimodal import Answer, Multimodal
from pipeline.models.registry import Registry
from pipeline.settings import Settings, load

_WORDS = "The bridge at Millbrook was inspected on the 14th of March by Helen Carter. " * 150


def request(work: str, gemma: Multimodal, settings: Settings) -> Request:
    """One request of a kind: `hear`, `watch` or `write`."""
    if work == "hear":
        return Request(text="Transcribe the following speech segment.", audio=(noise(gemma.limits.hear_s),))
    if work == "watch":
        width, height = frame_size(1280, 720, settings.video.frame_tokens)
        return Request(text="Describe.", frames=pictures(60, height, width), at=seconds(60))
    return Request(text=f"{_WORDS}\nWrite one summary.")


def timed(gemma: Multimodal, requests: Sequence[Request], tokens: int) -> tuple[float, list[Answer]]:
    """Seconds that the answers took, and the answers."""
    start = time.perf_counter()
    answers = gemma.ask(requests, max_tokens=tokens)
    for answer in answers:
        if answer.error is not None:
            raise answer.error
    return time.perf_counter() - start, answers


def measure(gemma: Multimodal, one: Request, size: int, tokens: int) -> dict[str, float]:
    """A batch of `size` times the same request."""
    batch = [one] * size
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    timed(gemma, batch, 1)  # the first call of a size makes what later ones find
    first, _ = timed(gemma, batch, 1)
    whole, answers = timed(gemma, batch, tokens)
    written = sum(answer.written.tokens_out for answer in answers if answer.written)
    proofs = [answer.proof.sent for answer in answers if answer.proof]
    texts = sum(answer.written.tokens_in for answer in answers if answer.written)
    audio = sum(proof.audio_tokens for proof in proofs) / 25
    frames = sum(proof.frames for proof in proofs)
    prompt = texts + sum(proof.audio_tokens + proof.video_tokens for proof in proofs)
    return {
        "first_token_s": round(first, 3),
        "audio_s_per_s": round(audio / whole, 2),
        "frames_per_s": round(frames / whole, 2),
        "read_tokens_per_s": round(prompt / first, 1),
        "written_tokens_per_s": round((written - size) / (whole - first), 1) if whole > first else 0.0,
        "gpu_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2) if cuda else 0.0,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", help="folder or hub id of a checkpoint on this machine; default: a tiny random one")
    parser.add_argument("--quantization", default="nf4")
    parser.add_argument("--batches", default="1,2,4,8,16,32")
    parser.add_argument("--tokens", type=int, default=64, help="tokens of each answer")
    parser.add_argument("--only", action="append", choices=("hear", "watch", "write"), help="works wanted")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.batches.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        model = arguments.model or str(tiny.write(Path(folder) / "tiny"))
        sets = [f"gemma.model={model}", f"gemma.quantization={arguments.quantization}", f"gemma.batch={max(sizes)}"]
        settings = load(sets=[*sets, "gemma.engine=transformers"])
        with Registry(keep=False) as registry:
            gemma = registry.lease().gemma(settings.gemma, settings.video.frame_tokens, settings.models)
            for work in arguments.only or ("hear", "watch", "write"):
                one = request(work, gemma, settings)
                for size in sizes:
                    figures = measure(gemma, one, size, arguments.tokens)
                    print(json.dumps({"model": gemma.name, "work": work, "batch": size, **figures}), flush=True)


if __name__ == "__main__":
    main()
