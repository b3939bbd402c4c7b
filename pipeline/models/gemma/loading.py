"""A Gemma 4 from its weights: `AutoModelForMultimodalLM`, 4 bits, and what hangs on it.

The roles: the model itself, its processor, an optional LoRA adapter, an optional drafter. Torch and
transformers are imported here, and only when a model is loaded.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError, WeightsMissingError
from pipeline.models.gemma.batches import DEFAULT
from pipeline.models.gemma.limits import limits
from pipeline.models.gemma.model import Running
from pipeline.models.huggingface.generating import make_greedy
from pipeline.models.huggingface.quantized import LoadOptions, load, read_config, require, weights_folder
from pipeline.models.weights.content_hash import build
from pipeline.settings import Gemma as GemmaSettings

UNQUANTIZED = (
    "lm_head",
    "model.embed_vision",
    "model.embed_audio",
    "model.vision_tower",
    "model.audio_tower",
)
"""Modules that stay whole: the head, and everything that turns pixels and waveforms into tokens.

They are a few percent of the weights, and what they lose no later layer can restore.
"""

SIZES = {
    "google/gemma-4-12B-it": "about 24 GB",
    "google/gemma-4-E4B-it": "about 16 GB",
    "google/gemma-4-E2B-it": "about 10 GB",
}
"""What a download weighs."""

_DRAFTED_TOKENS = 4


def load_gemma(
    settings: GemmaSettings, folder: Path, *, frame_tokens: int, generating: threading.Lock | None = None
) -> Running:
    """The model that `settings` name, ready to be asked.

    `folder` is where weights live on this machine; quantised copies go to `folder/quantized`. `generating` is the
    lock that all transformers models of a program share. Raises
    `MissingExtraError`, `WeightsMissingError`, `WeightsDamagedError`, or `ModelError` where it is no
    Gemma 4 or does not fit.
    """
    require("torchvision", *(("bitsandbytes",) if settings.quantization != "none" else ()))
    weights = weights_folder(settings.model, folder, size=SIZES.get(settings.model, ""))
    config = read_config(weights)
    what = limits(config)
    from transformers import AutoModelForCausalLM, AutoModelForMultimodalLM, AutoProcessor

    plan = LoadOptions(settings.quantization, settings.device, settings.dtype, UNQUANTIZED)
    cache = folder / "quantized" if settings.keep_quantized else None
    model = load(AutoModelForMultimodalLM, weights, plan, cache)
    make_greedy(model)  # before an adapter is put around it: the model inside it generates
    name = f"{_short(settings.model)} {settings.quantization} {build(weights)}"
    if settings.adapter is not None:
        model, name = _adapted(model, settings.adapter), f"{name} + {settings.adapter.name}"
    drafter = None
    if settings.drafter is not None:
        place = weights_folder(settings.drafter, folder)
        drafter = load(AutoModelForCausalLM, place, LoadOptions("none", settings.device, settings.dtype), None)
        make_greedy(drafter)
        drafter.generation_config.num_assistant_tokens = _DRAFTED_TOKENS
        name = f"{name}, drafted by {_short(settings.drafter)}"
    return Running(
        model=model,
        processor=_processor(AutoProcessor, weights),
        limits=what,
        name=name,
        drafter=drafter,
        batch=settings.batch or DEFAULT,
        frame_tokens=frame_tokens,
        prefill=settings.prefill,
        generating=generating or threading.Lock(),
    )


def _processor(auto: Any, weights: Path) -> Any:
    try:
        return auto.from_pretrained(weights, local_files_only=True)
    except (OSError, ImportError, RuntimeError, ValueError) as error:
        raise WeightsMissingError(
            f"{weights}: no usable processor: {error}",
            cure="Fetch the folder again, whole; torchvision must match torch.",
        ) from error


def _adapted(model: Any, adapter: Path) -> Any:
    require("peft")
    from peft import PeftModel

    if not (adapter / "adapter_config.json").is_file():
        raise WeightsMissingError(
            f"{adapter}: no LoRA adapter in it.", cure="It needs adapter_config.json and weights."
        )
    try:
        return PeftModel.from_pretrained(model, adapter, local_files_only=True).eval()
    except (ValueError, RuntimeError, KeyError) as error:
        raise ModelError(f"{adapter}: does not belong to this model: {error}") from error


def _short(model: str) -> str:
    """A hub id as it is, a folder by its last name."""
    path = Path(model).expanduser()
    return path.name if path.is_dir() else model
