"""Which files of a repository a model needs: pure, from what the hub lists."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.errors import WeightsMissingError
from pipeline.models.weights.gguf_names import best_projector, gguf_models, with_quantization
from pipeline.models.weights.names import HubName

_LEFT_OUT = ("*.gguf", "*.pth", "*.h5", "*.msgpack", "*.onnx", "*.onnx_data", "*.ot", "original/*", ".*", "*/.*")
"""The same weights in forms that nothing here loads, and what only the repository itself needs."""
_PICKLED = "pytorch_model*.bin*"
"""Weights that are left out where the same are there as safetensors."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository at one commit."""

    name: str
    """Its path there."""
    size: int
    """Bytes."""
    sha256: str = ""
    """Of a large file."""
    git_sha1: str = ""
    """Of its content as git has it."""


def choose(name: HubName, files: Sequence[HubFile]) -> list[HubFile]:
    """The files of the model `name` among `files`: a model for transformers or CTranslate2 whole, or one of GGUF files.

    Of GGUF files it is one quantisation, every part of it, and the projector beside it. Raises `WeightsMissingError`
    where there is no such model, or where it is not clear which one is meant.
    """
    paths = [one.name for one in files]
    if not name.quantization and is_checkpoint(paths):
        return _whole(files)
    models = gguf_models(paths)
    named = with_quantization(models, name.quantization) if name.quantization else models
    if len(named) != 1 or not named[0].whole:
        raise WeightsMissingError(_why(name, len(named), bool(models)), cure=_cure(name, files))
    wanted = {*named[0].files, best_projector(paths)}
    return [one for one in files if one.name in wanted]


def is_checkpoint(paths: Collection[str]) -> bool:
    """Whether those are the files of a model for transformers or CTranslate2."""
    return "config.json" in paths and any(
        path.endswith(".safetensors") or path == "model.bin" or fnmatch.fnmatchcase(path, _PICKLED) for path in paths
    )


def _whole(files: Sequence[HubFile]) -> list[HubFile]:
    safe = any(one.name.endswith(".safetensors") for one in files)
    left_out = (*_LEFT_OUT, _PICKLED) if safe else _LEFT_OUT
    return [one for one in files if not any(fnmatch.fnmatchcase(one.name, pattern) for pattern in left_out)]


def _why(name: HubName, found: int, any_gguf: bool) -> str:
    if not any_gguf:
        return f"{name}: the repository holds no model that can be run here."
    if not found:
        return f"{name}: the repository has no such quantisation."
    if found == 1:
        return f"{name}: parts of it are missing in the repository."
    return f"{name}: the repository holds several models in GGUF files."


def _cure(name: HubName, files: Sequence[HubFile]) -> str:
    sizes = {one.name: one.size for one in files}
    found = [
        f"{name.repository}:{one.quantization} ({sum(sizes[path] for path in one.files) / 1e9:.1f} GB)"
        for one in gguf_models(sizes)
        if one.quantization
    ]
    if not found:
        return "It takes CTranslate2 weights of Whisper, GGUF files, or a model for transformers."
    return f"Name one: {', '.join(sorted(found))}."
