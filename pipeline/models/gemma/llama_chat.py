"""A `Chat` whose engine is llama.cpp in this process: a GGUF model with its projector hears, sees and writes.

Without torch, on a CPU or on whatever GPU the installed build of llama.cpp computes (Metal, Vulkan, CUDA).
"""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import replace
from pathlib import Path

from pipeline.errors import MissingExtraError
from pipeline.models.gemma.batches import DEFAULT
from pipeline.models.gemma.bodies import body, reply
from pipeline.models.gemma.chat import Message, Reply
from pipeline.models.gemma.chat_gemma import ChatGemma
from pipeline.models.gemma.dialects import DIALECTS, Json
from pipeline.models.gemma.gguf_pair import find_pair, read_pair
from pipeline.models.llamacpp.model import LlamaModel
from pipeline.models.llamacpp.server import LlamaServer
from pipeline.prompts import Prompt
from pipeline.settings import Gemma as GemmaSettings

DIALECT = replace(
    DIALECTS["llamacpp"],
    engine="llama.cpp in this process",
    sound_cure="set gemma.projector to the mmproj file of this very model, in BF16",
    picture_cure="set gemma.projector to the mmproj file of this very model, in BF16",
    thinking_cure="take a GGUF file with the model's own chat template",
)

OLDEST_BUILD = 11_063
"""Of llama.cpp. Before September 2026 it showed pictures to all layers of Gemma 4 in both directions (issue 28318)."""

_TOO_LONG = "Raise gemma.context, or lower merge.budget or video.frame_tokens."


class LlamaChat(LlamaModel):
    """A `Chat` over llama.cpp in this process."""

    def __init__(self, server: LlamaServer, *, name: str, budget: int) -> None:
        """`name` is what rows call the weights, `budget` the largest count of soft tokens of a picture."""
        super().__init__(server, name)
        self._budget = budget

    @property
    def counts_exactly(self) -> bool:
        """Yes: the tokenizer is the model's."""
        return True

    @property
    def concurrency(self) -> int:
        """Requests that are computed at once."""
        return self._server.slots

    def complete(self, message: Message, *, max_tokens: int, temperature: float) -> Reply:
        """The model's answer; see `Chat.complete`."""
        answer = self._server.chat(self._body(message, max_tokens, temperature), max_tokens)
        return reply(DIALECT, json.dumps(answer).encode())

    def prompt_tokens(self, prompt: Prompt) -> int:
        """Tokens of the whole request, chat template included."""
        return self._server.count_chat(self._body(Message((prompt.user,), prompt.system), 1, 0.0))

    def _body(self, message: Message, max_tokens: int, temperature: float) -> dict[str, Json]:
        written = body(
            DIALECT,
            message,
            model="",
            budget=self._budget,
            context=self.context,
            max_tokens=max_tokens,
            temperature=temperature,
        )
        return {**written, "seed": 0}


def load_llama_gemma(settings: GemmaSettings, folder: Path, *, frame_tokens: int, frames: int) -> ChatGemma:
    """The GGUF model that `settings` name, ready to be asked, with its projector.

    `folder` is where weights live on this machine; `frames` the most that a request will hold. Raises
    `MissingExtraError`, `WeightsMissingError`, `WeightsDamagedError` or `ModelError`, before anything is loaded where
    the files are not what they should be.
    """
    require_build()
    text, projector = find_pair(settings.model, settings.projector, folder)
    pair = read_pair(text, projector, context=settings.context)
    server = LlamaServer(
        pair.model,
        context=pair.limits.context,
        slots=settings.batch or DEFAULT,
        threads=settings.threads,
        gpu_layers=settings.gpu_layers,
        projector=pair.projector,
        picture_tokens=frame_tokens,
        adapter=settings.adapter,
        too_long=_TOO_LONG,
    )
    name = f"{pair.name}{f' + {settings.adapter.name}' if settings.adapter else ''}"
    chat = LlamaChat(server, name=name, budget=frame_tokens)
    return ChatGemma(chat, DIALECT, pair.limits, budget=frame_tokens, frames=frames)


def require_build() -> None:
    """Raise `MissingExtraError` where llama.cpp is too old to see with Gemma 4."""
    version = importlib.metadata.version("xllamacpp")
    build = version.split(".")[-1]
    if not build.isdigit() or int(build) < OLDEST_BUILD:
        raise MissingExtraError(
            f"xllamacpp {version} is too old: its llama.cpp shows Gemma 4 pictures in the wrong direction.",
            cure="`pip install -U 'xllamacpp>=2026.10'` brings a newer one.",
        )
