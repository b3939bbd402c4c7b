"""A LoRA adapter in a GGUF file, read before llama.cpp sees it."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import ModelError, WeightsMissingError
from pipeline.models.weights.gguf_header import read_header

_KIND, _TYPE, _ARCHITECTURE = "general.type", "adapter.type", "general.architecture"


def check_adapter(adapter: Path, model: Path) -> None:
    """Raise `WeightsMissingError` where the file `adapter` is not there or no adapter, `WeightsDamagedError` where
    it is no GGUF, and `ModelError` where it is of another architecture than the GGUF file `model`.
    """
    if not adapter.is_file():
        raise WeightsMissingError(
            f"{adapter}: no such file.",
            cure="llama.cpp takes an adapter as one GGUF file; its `convert_lora_to_gguf.py` makes it of a folder.",
        )
    says = read_header(adapter, (_KIND, _TYPE, _ARCHITECTURE))
    if (says.get(_KIND), says.get(_TYPE)) != ("adapter", "lora"):
        raise WeightsMissingError(f"{adapter}: no LoRA adapter in it.", cure="Name the adapter's GGUF file.")
    own = read_header(model, (_ARCHITECTURE,)).get(_ARCHITECTURE)
    if says.get(_ARCHITECTURE) != own:
        raise ModelError(
            f"{adapter}: an adapter of {says.get(_ARCHITECTURE)}; {model.name} is {own}.",
            cure="Take the adapter that was made for this model.",
        )
