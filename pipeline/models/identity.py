"""What names a model in the key of a stage: its weights, and the versions of the libraries that run it.

Cheap: no weights are loaded, so that a finished recording is answered at once.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from pipeline.models.diariser.files import NAME as DIARISER
from pipeline.models.diariser.files import SEGMENTATION, VOICE
from pipeline.models.diariser.voices import VERSION as DIARISER_VERSION
from pipeline.models.gemma.chat_gemma import VERSION as CHAT
from pipeline.models.gemma.gguf_pair import find_pair
from pipeline.models.gemma.model import VERSION as DRIVER
from pipeline.models.reader.files import DETECTOR, NAME, RECOGNISER
from pipeline.models.weights.catalog import find
from pipeline.models.weights.content_hash import build
from pipeline.models.weights.fetch import folder, locate
from pipeline.models.weights.names import parse_hub_name
from pipeline.models.weights.used import used_lock
from pipeline.settings import Endpoint, Gemma, Hear, Models, Write
from pipeline.store.documents import ModelLock

_LIBRARIES = {
    "whisper": ("faster-whisper", "ctranslate2"),
    "diariser": ("onnxruntime",),
    "reader": ("rapidocr", "onnxruntime", "opencv-python-headless"),
    "llamacpp": ("xllamacpp",),
    "transformers": ("transformers", "torch", "bitsandbytes"),
    "gemma": ("transformers", "torch", "bitsandbytes"),
    "endpoint": (),
}


def whisper_identity(hear: Hear, models: Models) -> dict[str, str]:
    """The recogniser: its weights, and its libraries."""
    return {"model": _weights(hear.model, models)} | versions("whisper")


def diariser_identity() -> dict[str, str]:
    """The diariser: its weights as they are pinned, the version of the code that runs them, and its library."""
    weights = ":".join(file.sha256[:16] for file in (SEGMENTATION, VOICE))
    return {"model": f"{DIARISER}:{weights}", "driver": str(DIARISER_VERSION)} | versions("diariser")


def reader_identity() -> dict[str, str]:
    """The reader of on-screen text: its weights as they are pinned, and its libraries."""
    weights = ":".join(file.sha256[:16] for file in (DETECTOR, RECOGNISER))
    return {"model": f"{NAME}:{weights}"} | versions("reader")


def writer_identity(write: Write, endpoint: Endpoint, models: Models) -> dict[str, str]:
    """The text model: engine, weights and libraries, or the model of a server."""
    weights = endpoint.model if write.engine == "endpoint" else _weights(write.model, models)
    return {"model": f"{write.engine}:{weights}"} | _adapter(write.adapter) | versions(write.engine)


def gemma_identity(gemma: Gemma, models: Models) -> dict[str, str]:
    """The multimodal model: the files of its folder (of a hub id those of the revision that is here), the version of
    the code that drives it, and libraries.

    Raises `MissingExtraError`, and `WeightsMissingError` where the weights are not here.
    """
    from pipeline.models.huggingface.quantized import require, weights_folder

    require("torchvision", *(() if gemma.quantization == "none" else ("bitsandbytes",)))
    found = {"model": f"{gemma.model}:{build(weights_folder(gemma.model, folder(models)))}", "driver": str(DRIVER)}
    if gemma.drafter is not None:
        found["drafter"] = build(weights_folder(gemma.drafter, folder(models)))
    return found | _adapter(gemma.adapter) | versions("gemma")


def served_identity(endpoint: Endpoint) -> dict[str, str]:
    """The multimodal model of a server: its name there, and the version of the code that asks it."""
    return {"model": f"server:{endpoint.model}", "driver": str(CHAT)}


def gguf_identity(gemma: Gemma, models: Models) -> dict[str, str]:
    """The multimodal model in two GGUF files: both of them, the version of the code that asks it, and its library.

    Raises `WeightsMissingError` where a file is not here.
    """
    model, projector = find_pair(gemma.model, gemma.projector, folder(models))
    files = {"model": f"{model.name}:{build(model)}", "projector": f"{projector.name}:{build(projector)}"}
    return files | _adapter(gemma.adapter) | {"driver": str(CHAT)} | versions("llamacpp")


def whisper_lock(hear: Hear, models: Models) -> dict[str, ModelLock]:
    """Which weights the recogniser is, by the group of settings that names them."""
    return {"hear": used_lock(hear.model, models)}


def writer_lock(write: Write, models: Models) -> dict[str, ModelLock]:
    """Which weights the text model is, and its adapter; nothing of a server's."""
    if write.engine == "endpoint":
        return {}
    names = {"write": write.model} | ({"write.adapter": str(write.adapter)} if write.adapter else {})
    return {key: used_lock(name, models) for key, name in names.items()}


def gemma_lock(gemma: Gemma, models: Models) -> dict[str, ModelLock]:
    """Which weights the multimodal model is, and what hangs on it; nothing of a server's."""
    if gemma.engine == "server":
        return {}
    found = {"gemma": used_lock(gemma.model, models)}
    also = {"gemma.adapter": gemma.adapter and str(gemma.adapter)}
    if gemma.engine == "llamacpp":
        also["gemma.projector"] = gemma.projector and str(gemma.projector)
    else:
        also["gemma.drafter"] = gemma.drafter
    return found | {key: used_lock(name, models) for key, name in also.items() if name}


def _adapter(path: Path | None) -> dict[str, str]:
    """A LoRA adapter by its content, where there is one; loading it says what is wrong with a place that is none."""
    return {"adapter": build(path)} if path is not None and path.exists() else {}


def versions(engine: str) -> dict[str, str]:
    """The installed libraries of an engine that can change its text, by name."""
    found = {}
    for name in _LIBRARIES[engine]:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _weights(name: str, models: Models) -> str:
    """The pinned hash, or a hash of the file or folder that is loaded; see `build` for what is read of it.

    A hub's model is named by its repository: it is the same one wherever it lies.
    """
    known = find(name)
    if known is not None:
        return f"{known.name}:{known.files[0].sha256[:16]}"
    path, hub = locate(name, models), parse_hub_name(name)
    named = hub.repository if hub is not None and not Path(name).expanduser().exists() else path.name
    return f"{named}:{build(path)}"
