"""llama.cpp's own server inside this process, with the weights of one GGUF file in it.

It batches the requests that are under way at once. Its HTTP side listens on loopback under a random key and is used to
count tokens with the model's tokenizer, and to ask several prompts at the same instant. With a projector, the file that
llama.cpp calls `mmproj`, it takes sound and pictures, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pipeline.errors import LimitError, ModelError, WeightsDamagedError, WeightsMissingError
from pipeline.models.llamacpp.adapter import check_adapter

_GGUF = b"GGUF"
_TIMEOUT_S = 30
_BATCH = 512
"""Tokens that llama.cpp computes at once by its own default."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote; `complete` is false where it ran into its cap of tokens."""

    text: str
    tokens_in: int
    tokens_out: int
    complete: bool


class LlamaServer:
    """A loaded GGUF file.

    `chat` may be asked from several threads; with one slot it is deterministic, on one machine.
    """

    def __init__(
        self,
        path: Path,
        *,
        context: int,
        slots: int = 1,
        threads: int = 0,
        gpu_layers: int = 0,
        projector: Path | None = None,
        picture_tokens: int = 0,
        adapter: Path | None = None,
        openings: Path | None = None,
        too_long: str = "",
    ) -> None:
        """Load the weights.

        Args:
            path: the GGUF file.
            context: tokens of one request, prompt and answer; every slot has its own, but with `openings` all share it.
            slots: requests computed at once.
            threads: CPU threads, 0 for one a core.
            gpu_layers: layers on a GPU, -1 for all; with any, the projector is there, too.
            projector: the GGUF file that turns sound and pictures into embeddings.
            picture_tokens: soft tokens of a picture, at most. A smaller picture stays as it is.
            adapter: the GGUF file of a LoRA adapter of this model.
            openings: an empty folder of its own for `answers`, which keeps there what the beginnings of prompts became.
            too_long: the cure where a prompt does not fit.

        Raises `WeightsMissingError`, `WeightsDamagedError` and `ModelError`.
        """
        for file in filter(None, (path, projector)):
            check(file)
        if adapter is not None:
            check_adapter(adapter, path)
        _wait_asleep()
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context if openings is not None else context * slots
        params.kv_unified = openings is not None
        params.n_parallel = slots
        params.cpuparams.n_threads = threads or os.cpu_count() or 1
        params.n_gpu_layers = gpu_layers
        if not gpu_layers:
            # A file that is mapped stays in memory beside the weights as they are laid out anew for the CPU.
            params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
        params.cache_prompt = False
        params.cache_ram_mib = 0  # else every finished prompt is kept, up to 8 GiB
        if openings is not None:
            params.slot_save_path = f"{openings}{os.sep}"
            # A slot that holds the opening is taken for a prompt of any length, never the one that was used last.
            params.slot_prompt_similarity = 1e-6
        params.ui = False
        params.verbosity = -1
        params.warmup = False
        if projector is not None:
            params.mmproj.path = str(projector)
            params.mmproj_use_gpu = gpu_layers != 0
            params.image_min_tokens, params.image_max_tokens = 1, picture_tokens
            # All tokens of a picture see each other: they must be computed at once, or llama.cpp ends the process.
            params.n_ubatch = max(_BATCH, picture_tokens)
            params.n_batch = max(params.n_batch, params.n_ubatch)
        if adapter is not None:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
        self._key = secrets.token_urlsafe(16)
        params.api_keys = [self._key]
        try:
            self._server: Any = xllamacpp.Server(params)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{path}: llama.cpp cannot load it: {error}") from error
        self.context = context
        self.slots = slots
        self._too_long = too_long
        self._opened: dict[str, str] = {}

    def chat(self, body: Mapping[str, Any], max_tokens: int) -> dict[str, Any]:
        """The answer to a chat request, as OpenAI's protocol has it; `max_tokens` is what `body` allows the answer.

        Raises `LimitError` where both do not fit the context, `ModelError` where there is no answer.
        """
        answer = cast("dict[str, Any]", self._server.handle_chat_completions(dict(body)))
        if "error" in answer:
            fault = answer["error"]
            if fault.get("type") == "exceed_context_size_error":
                raise LimitError(
                    f"a prompt of {fault.get('n_prompt_tokens')} tokens is over the context of {self.context}.",
                    cure=self._too_long,
                )
            # Its message may repeat what it was sent; its kind does not.
            raise ModelError(f"llama.cpp: {fault.get('type', 'an error')} (code {fault.get('code')}).")
        tokens = int(answer["usage"]["prompt_tokens"])
        if tokens + max_tokens > self.context:
            raise LimitError(
                f"a prompt of {tokens} tokens leaves no room for {max_tokens} more in {self.context}.",
                cure=self._too_long,
            )
        return answer

    def answers(self, prompts: Sequence[str], opening: str, *, max_tokens: int, temperature: float) -> list[Answer]:
        """The answers to prompts, in order, all computed together; each prompt is text with the chat template in it.

        `opening` is how all of them begin, and is computed once: every slot starts from what it became. So an answer
        rests on the prompts beside it, whose sums are rounded together, and on nothing that was asked before. All
        prompts and answers together must fit the context, and there may be no more of them than slots.

        Raises `ModelError` where there is no answer.
        """
        for slot in range(self.slots):
            self._post(f"/slots/{slot}?action=erase", {})
        if opening:
            saved = self._opened.get(opening) or self._open(opening)
            for slot in range(len(prompts)):
                self._post(f"/slots/{slot}?action=restore", {"filename": saved})
        asked = {"prompt": list(prompts), "n_predict": max_tokens, "temperature": temperature, "seed": 0}
        found = self._post("/completion", {**asked, "cache_prompt": bool(opening)}, timeout_s=None)
        return [
            Answer(
                str(one["content"]),
                int(one["tokens_evaluated"]),
                int(one["tokens_predicted"]),
                one["stop_type"] != "limit",
            )
            for one in (found if isinstance(found, list) else [found])
        ]

    def _open(self, opening: str) -> str:
        """Compute how prompts begin and keep it in a file, whose name is returned; all slots must be empty."""
        alone = {"prompt": opening, "n_predict": 0, "cache_prompt": False, "id_slot": 0}
        self._post("/completion", alone, timeout_s=None)
        name = f"{len(self._opened)}.bin"
        self._post("/slots/0?action=save", {"filename": name})
        self._post("/slots/0?action=erase", {})
        self._opened[opening] = name
        return name

    def prompt(self, body: Mapping[str, Any]) -> str:
        """The text that a chat request of text becomes, by the chat template of the model."""
        return str(self._post("/apply-template", body)["prompt"])

    def count_prompt(self, prompt: str) -> int:
        """Tokens of a text with the chat template in it."""
        return self._tokens({"content": prompt, "add_special": True})  # the mark of a beginning is not in the template

    def count(self, text: str) -> int:
        """Tokens of `text`, without special tokens: what looks like one counts as the plain text that it is."""
        return self._tokens({"content": text, "parse_special": False})

    def count_chat(self, body: Mapping[str, Any]) -> int:
        """Tokens of the prompt that a chat request of text becomes, chat template included."""
        return self.count_prompt(self.prompt(body))

    def close(self) -> None:
        """Free the model."""
        with contextlib.suppress(AttributeError):
            del self._server

    def _tokens(self, asked: Mapping[str, Any]) -> int:
        return len(self._post("/tokenize", asked)["tokens"])

    def _post(self, route: str, body: Mapping[str, Any], timeout_s: float | None = _TIMEOUT_S) -> Any:
        request = urllib.request.Request(  # noqa: S310 - always http on loopback, given by the engine
            f"{self._server.listening_address}{route}",
            json.dumps(dict(body)).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout_s) as reply:
                return json.load(reply)
        except (OSError, ValueError) as error:
            raise ModelError(f"llama.cpp does not answer on loopback: {error}") from error


def gpus() -> list[tuple[str, int]]:
    """Name and bytes of every GPU that the installed build of llama.cpp computes on; none for a build for CPUs."""
    _wait_asleep()
    import xllamacpp

    cpu = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    devices = xllamacpp.get_device_info()
    return [(str(one["description"]), int(one["memory_total"])) for one in devices if one["type"] != cpu]


def check(path: Path) -> None:
    """Refuse what is not a GGUF file before native code sees it."""
    if path.is_dir():
        raise WeightsMissingError(
            f"{path}: no GGUF file in it.", cure="llama.cpp takes GGUF files; `write.engine=transformers` takes others."
        )
    if not path.is_file():
        raise WeightsMissingError(f"{path}: no such file.", cure="`longmedia models get starter` brings the weights.")
    with path.open("rb") as stream:
        if stream.read(4) != _GGUF:
            raise WeightsDamagedError(f"{path}: not a GGUF file.", cure="`longmedia models verify` checks all weights.")


def _wait_asleep() -> None:
    """Let threads that wait for each other sleep instead of spin, unless the user has said how they shall wait.

    Spinning threads hold the cores that the others need: beside another busy program two of them took 56 to 74 s
    for what two that sleep, or one alone, do in 1.3 s. OpenMP reads this once, when its library is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
