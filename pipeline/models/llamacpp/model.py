"""What every model that llama.cpp runs in this process has in common: its name, its context, its counting."""

from __future__ import annotations

from pipeline.models.llamacpp.server import LlamaServer


class LlamaModel:
    """A loaded model with a name."""

    def __init__(self, server: LlamaServer, name: str) -> None:
        """`name` is what rows call the weights."""
        self._server = server
        self._name = name

    @property
    def name(self) -> str:
        """Name of the weights and of the engine."""
        return f"{self._name} (llama.cpp)"

    @property
    def context(self) -> int:
        """Tokens of one request, prompt and answer together."""
        return self._server.context

    def count(self, text: str) -> int:
        """Tokens of `text`, without special tokens; those in it count as the plain text that they are."""
        return self._server.count(text)

    def close(self) -> None:
        """Free the model."""
        self._server.close()
