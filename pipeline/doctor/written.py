"""The `longmedia.toml` for what a ranking has chosen, with the reasons as comments."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pipeline.doctor.candidates import BESIDE_VLLM, CONTEXT, Candidate
from pipeline.doctor.lines import to_fetch
from pipeline.doctor.ranking import Ranking, Verdict, gib, memory_for

_URL = "http://127.0.0.1:8000/v1"


def toml(ranking: Ranking) -> str:
    """The file's text."""
    return "\n".join(_lines(ranking)) + "\n"


def _lines(ranking: Ranking) -> Iterator[str]:
    machine, write = ranking.machine, ranking.write.candidate
    gpu = max((*machine.devices, *machine.llama_devices), key=lambda one: one.memory, default=None)
    yield "# What suits this machine, written by `longmedia doctor --write`; `longmedia settings` lists every setting."
    card = f"{gpu.name} with {gib(gpu.memory)}" if gpu else "no GPU"
    yield f"# {machine.cores} cores, {gib(machine.ram)} of memory, {card}."
    fetch = to_fetch(ranking)
    if fetch:
        yield f"# Not here yet: longmedia models get {' '.join(fetch)}"
    if write.engine == "vllm":
        yield "# An address counts only from a file that is named: `longmedia run FILE --config longmedia.toml`."
    yield ""
    cascade = write.embedded
    yield f'recipe = "{"cascade" if cascade else "gemma"}"'
    yield ""
    yield "[hear]"
    if not cascade:
        yield _set("engine", "whisper", "a recogniser hears words better than Gemma does")
    yield _set("model", ranking.hear.candidate.model, _why(ranking, ranking.hear))
    yield _set("device", "cuda" if ranking.hear.candidate.gpu else "cpu")
    yield ""
    yield from _writer(ranking, write)
    if not ranking.fit_together:
        yield ""
        yield f"# {ranking.hear.candidate.model} and {write.model} do not fit beside each other."
        yield "[models]"
        yield _set("keep_loaded", False)
        yield ""
        yield "[media]"
        yield _set("recordings", 1)


def _writer(ranking: Ranking, write: Candidate) -> Iterator[str]:
    why = _why(ranking, ranking.write)
    if write.embedded:
        yield "[write]"
        yield _set("engine", "llamacpp")
        yield _set("model", write.model, why)
        yield _set("context", CONTEXT)
        return
    yield "[gemma]"
    if write.engine == "vllm":
        share = (write.need.total - BESIDE_VLLM) / max(one.memory for one in ranking.machine.devices)
        yield "# Start the server first:"
        yield f"#   vllm serve {write.model} --max-model-len {CONTEXT} --gpu-memory-utilization {share:.2f} \\"
        yield '#     --limit-mm-per-prompt \'{"image":60,"audio":1}\' --trust-request-mm-kwargs'
        yield _set("engine", "server")
        yield _set("context", CONTEXT)
        yield ""
        yield "[endpoint]"
        yield _set("url", _URL)
        yield _set("model", write.model, why)
        yield _set("dialect", "vllm")
        yield _set("concurrency", write.requests, "requests at once that the cache has room for")
        return
    yield _set("engine", write.engine)
    yield _set("model", write.model, why)
    if write.engine == "transformers":
        yield _set("quantization", write.quantization)
        yield f"# batch is decided by the card's memory: about {write.requests} requests at once."
    else:
        yield _set("context", CONTEXT, "tokens of one request: 60 frames of 70 tokens are about 4,700")
        yield _set("gpu_layers", -1 if write.gpu else 0)
        yield _set("batch", write.requests)


def _why(ranking: Ranking, verdict: Verdict) -> str:
    """What the choice needs, and why the one before it was not taken."""
    one = verdict.candidate
    here = memory_for(ranking.machine, one)
    needs = f"needs {gib(one.need.total)} of {gib(here)} that can be used"
    asked = [other for other in ranking.verdicts if other.candidate.role == one.role and not other.candidate.unasked]
    larger = [other for other in asked if other.fault and other.candidate.parameters > one.parameters]
    if verdict.fault:
        return f"{needs}; {verdict.fault}"
    return f"{needs}; {larger[-1].candidate.model}: {larger[-1].fault}" if larger else needs


def _set(name: str, value: str | int | bool, why: str = "") -> str:
    return f"{name} = {json.dumps(value)}{f'  # {why}' if why else ''}"
