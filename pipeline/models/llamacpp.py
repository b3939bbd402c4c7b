"""A text model in a GGUF file, run by llama.cpp inside this process.

The engine for CPUs: it computes on the 4-bit weights as they are, where bitsandbytes without AVX-512
unpacks them at every call. llama.cpp's own server does the batching; its HTTP side listens on
loopback under a random key and is used to count tokens with the model's tokenizer.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from pipeline.errors import LimitError, ModelError, WeightsDamagedError, WeightsMissingError
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt

_GGUF = b"GGUF"
_TIMEOUT_S = 30


class LlamaCpp:
    """A `Writer` over llama.cpp; deterministic with one slot, on one machine."""

    def __init__(
        self, path: Path, *, context: int = 8192, slots: int = 1, threads: int = 0, gpu_layers: int = 0, name: str = ""
    ) -> None:
        """Load the weights.

        Args:
            path: the GGUF file.
            context: tokens of one request, prompt and answer; every slot has its own.
            slots: requests computed at once.
            threads: CPU threads, 0 for one a core.
            gpu_layers: layers on a GPU, -1 for all.
            name: what the fingerprint calls the weights; the file's name where empty.
        """
        _check(path)
        _wait_asleep()
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context * slots
        params.n_parallel = slots
        params.cpuparams.n_threads = threads or os.cpu_count() or 1
        params.n_gpu_layers = gpu_layers
        params.cache_prompt = False
        params.cache_ram_mib = 0  # else every finished prompt is kept, up to 8 GiB: no two of ours begin alike
        params.ui = False
        params.verbosity = -1
        params.warmup = False
        self._key = secrets.token_urlsafe(16)
        params.api_keys = [self._key]
        try:
            self._server: Any = xllamacpp.Server(params)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{path}: llama.cpp cannot load it: {error}") from error
        self._name = name or path.name
        self._context = context
        self._slots = slots
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="llamacpp")

    @property
    def name(self) -> str:
        """Name of the weights and of the engine."""
        return f"{self._name} (llama.cpp)"

    @property
    def context(self) -> int:
        """Tokens of one request, prompt and answer together."""
        return self._context

    @property
    def batch(self) -> int:
        """Requests computed at once."""
        return self._slots

    def count(self, text: str) -> int:
        """Tokens of `text`, without special tokens."""
        return len(self._post("/tokenize", {"content": text})["tokens"])

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        return self.count(str(self._post("/apply-template", {"messages": _messages(prompt)})["prompt"]))

    def write(self, prompts: Sequence[Prompt], *, max_tokens: int, temperature: float = 0.0) -> list[Written]:
        """Answer each prompt, in order; see `Writer.write`."""
        return list(self._pool.map(lambda prompt: self._answer(prompt, max_tokens, temperature), prompts))

    def close(self) -> None:
        """Free the model."""
        self._pool.shutdown()
        with contextlib.suppress(AttributeError):
            del self._server

    def _answer(self, prompt: Prompt, max_tokens: int, temperature: float) -> Written:
        started = time.perf_counter()
        answer = cast(
            "dict[str, Any]",
            self._server.handle_chat_completions(
                {
                    "messages": _messages(prompt),
                    "max_tokens": max_tokens,
                    "temperature": temperature,
                    "seed": 0,
                    "cache_prompt": False,
                }
            ),
        )
        if "error" in answer:
            fault = answer["error"]
            if fault.get("type") == "exceed_context_size_error":
                raise LimitError(
                    f"a prompt of {fault.get('n_prompt_tokens')} tokens is over the context of {self._context}.",
                    cure="Raise write.context, or lower merge.budget.",
                )
            # Its message may repeat what it was sent; its kind does not.
            raise ModelError(f"llama.cpp: {fault.get('type', 'an error')} (code {fault.get('code')}).")
        tokens_in = int(answer["usage"]["prompt_tokens"])
        if tokens_in + max_tokens > self._context:
            raise LimitError(
                f"a prompt of {tokens_in} tokens leaves no room for {max_tokens} more in {self._context}.",
                cure="Raise write.context, or lower merge.budget.",
            )
        choice = answer["choices"][0]
        return Written(
            text=str(choice["message"]["content"] or "").strip(),
            tokens_in=tokens_in,
            tokens_out=int(answer["usage"]["completion_tokens"]),
            seconds=time.perf_counter() - started,
            complete=choice["finish_reason"] != "length",
        )

    def _post(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - always http on loopback, given by the engine
            f"{self._server.listening_address}{route}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as reply:
                return cast("dict[str, Any]", json.load(reply))
        except (OSError, ValueError) as error:
            raise ModelError(f"llama.cpp does not answer on loopback: {error}") from error


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    system = [{"role": "system", "content": prompt.system}] if prompt.system else []
    return [*system, {"role": "user", "content": prompt.user}]


def _wait_asleep() -> None:
    """Let threads that wait for each other sleep instead of spin, unless the user has said how they shall wait.

    Spinning threads hold the cores that the others need: beside another busy program two of them took 56 to 74 s
    for what two that sleep, or one alone, do in 1.3 s. OpenMP reads this once, when its library is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def _check(path: Path) -> None:
    """Refuse what is not a GGUF file before native code sees it."""
    if not path.is_file():
        raise WeightsMissingError(f"{path}: no such file.", cure="`longmedia models get starter` brings the weights.")
    with path.open("rb") as stream:
        if stream.read(4) != _GGUF:
            raise WeightsDamagedError(f"{path}: not a GGUF file.", cure="`longmedia models verify` checks all weights.")
