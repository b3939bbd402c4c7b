"""What could hear, and what could describe and merge: engine, model, quantisation, and what each needs.

In order of preference, the best first: a larger model before a smaller one, of one model the faster engine first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.doctor.machine import Machine
from pipeline.doctor.sizes import BASE, TextShape, WhisperShape, hearing_hours, whisper_need, writing_hours
from pipeline.models.gemma.batches import USABLE, batch_size, request_tokens
from pipeline.models.gemma.gguf_memory import gguf_need
from pipeline.models.gemma.memory import CONFIGS, Need, kv_bytes, need, weights
from pipeline.models.hardware import GIB
from pipeline.models.weights.catalog import find
from pipeline.settings import Video

Engine = Literal["whisper", "vllm", "transformers", "llamacpp"]

CONTEXT = 8192
"""Tokens of one request: a segment of 60 frames at 70 tokens is about 4,700, its answer 300."""

TEXT = "qwen2.5-1.5b"
"""The embedded text model that merges properly; see docs/engines.md for what the smaller one does."""

QAT = "google/gemma-4-12B-it-qat-w4a16-ct"
"""The official checkpoint of the 12B in 4 bits for vLLM."""

_QAT_BYTES = 9_000_000_000
_VLLM_WORKING = 3 * GIB
BESIDE_VLLM = 3 * GIB
"""Left of the card for a recogniser: a server lets go of nothing while that one hears."""
_VLLM_REQUESTS = (12, 64)
"""Requests under way at once: below the first vLLM is not worth its setting up; a server takes 64 of us at most."""

_WHISPERS: dict[str, tuple[WhisperShape, str]] = {
    "mobiuslabsgmbh/faster-whisper-large-v3-turbo": (WhisperShape(1280, 32, 4), ""),
    "Systran/faster-distil-whisper-large-v3": (WhisperShape(1280, 32, 2), "English only: name it where all is"),
    "Systran/faster-whisper-small": (WhisperShape(768, 12, 12, vocabulary=51_865, bands=80), ""),
    "whisper-base": (BASE, ""),
}
"""Shape, and why it is never chosen by itself."""

_TEXTS: dict[str, TextShape] = {
    TEXT: TextShape(1_540_000_000, 28, 256),
    "qwen2.5-0.5b": TextShape(494_000_000, 24, 128),
}

_GGUF = {
    "google/gemma-4-12B-it": "unsloth/gemma-4-12b-it-GGUF:Q4_K_M",
    "google/gemma-4-E4B-it": "unsloth/gemma-4-E4B-it-GGUF:Q4_K_M",
    "google/gemma-4-E2B-it": "unsloth/gemma-4-E2B-it-GGUF:Q4_K_M",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to do the work of a role."""

    role: Literal["hear", "write"]
    engine: Engine
    model: str
    quantization: str
    gpu: bool
    parameters: int
    """Weights: how large a choice it is."""
    need: Need
    hours: float | None
    """Hours that an hour of recording takes, estimated; None: nobody has measured anything to estimate it from."""
    requests: int = 1
    """Requests at once."""
    unasked: str = ""
    """Why it is never chosen by itself."""

    @property
    def embedded(self) -> bool:
        """Whether the catalogue has it, so that it comes without a hub, too."""
        return find(self.model) is not None


def model_names() -> list[str]:
    """Every model that is a candidate on some machine."""
    return [*_WHISPERS, QAT, *CONFIGS, *_GGUF.values(), *_TEXTS]


def candidates(machine: Machine, tokens: int) -> Iterator[Candidate]:
    """Those that are of this machine's kind, with `tokens` in the cache, of all requests at once together."""
    for name, (shape, unasked) in _WHISPERS.items():
        on_gpu = (True, False) if machine.hears_on_gpu else (False,)
        for gpu in on_gpu:
            yield Candidate(
                role="hear",
                engine="whisper",
                model=name,
                quantization="float16" if gpu else "int8",
                gpu=gpu,
                parameters=shape.parameters,
                need=whisper_need(shape, 2 if gpu else 1),
                hours=None if gpu else hearing_hours(shape, machine.cores),
                unasked=unasked,
            )
    if machine.devices:
        yield _vllm(max(device.memory for device in machine.devices))
    for name, config in CONFIGS.items():
        yield from _gemma(machine, name, config, tokens)
    for name, text in _TEXTS.items():
        yield Candidate(
            role="write",
            engine="llamacpp",
            model=name,
            quantization="Q4_K_M",
            gpu=False,
            parameters=text.parameters,
            need=text.need(_size_of(name), CONTEXT),
            hours=writing_hours(text.parameters, machine.cores, frames=False),
        )


def _size_of(name: str) -> int:
    """Bytes of a model of the catalogue; 0 of any other."""
    known = find(name)
    return known.size if known is not None else 0


def _gemma(machine: Machine, name: str, config: dict[str, object], tokens: int) -> Iterator[Candidate]:
    slots = max(1, tokens // CONTEXT)
    decoder, whole = weights(config)
    if machine.devices:
        dtype = "bfloat16" if all(device.bfloat16 for device in machine.devices) else "float32"
        yield Candidate(
            role="write",
            engine="transformers",
            model=name,
            quantization="nf4",
            gpu=True,
            parameters=decoder + whole,
            need=need(config, "nf4", tokens, dtype),
            hours=None,
            requests=batch_size(
                config,
                quantization="nf4",
                dtype=dtype,
                tokens=request_tokens(Video()),
                memory=max(device.memory for device in machine.devices),
                ram=machine.ram,
            ),
        )
    on_gpu = (True,) if machine.llama_devices else ()
    on_cpu = (False,) if name != "google/gemma-4-12B-it" else ()  # reads a film in days
    for gpu in (*on_gpu, *on_cpu):
        yield Candidate(
            role="write",
            engine="llamacpp",
            model=_GGUF[name],
            quantization="Q4_K_M",
            gpu=gpu,
            parameters=decoder + whole,
            need=gguf_need(config, "Q4_K_M", context=CONTEXT, slots=slots if gpu else 1),
            hours=None if gpu else writing_hours(decoder, machine.cores, frames=True),
            requests=slots if gpu else 1,
        )


def _vllm(memory: int) -> Candidate:
    """As many requests at once as `memory` bytes hold, between the two bounds."""
    config = CONFIGS["google/gemma-4-12B-it"]
    one = kv_bytes(config["text_config"], CONTEXT, 2)
    least, most = _VLLM_REQUESTS
    room = (int(memory * USABLE) - _QAT_BYTES - _VLLM_WORKING - BESIDE_VLLM) // one
    requests = min(max(room, least), most)
    return Candidate(
        role="write",
        engine="vllm",
        model=QAT,
        quantization="w4a16",
        gpu=True,
        parameters=sum(weights(config)),
        need=Need(_QAT_BYTES, requests * one, 0, _VLLM_WORKING + BESIDE_VLLM),
        hours=None,
        requests=requests,
    )
