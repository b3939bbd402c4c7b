"""Weights on this machine, and a transformers model out of them in 4 bits, 8 bits or whole.

Quantising takes minutes and reads every byte of the original; the quantised checkpoint is saved once
and loaded from then on. A saved NF4 checkpoint gives bit for bit the logits of the first load.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import MissingExtraError, ModelError, WeightsDamagedError, WeightsMissingError
from pipeline.faults import explain
from pipeline.models.hardware import torch_has_cuda
from pipeline.models.weights.content_hash import build
from pipeline.models.weights.names import parse_hub_name
from pipeline.models.weights.places import home_of, hub_folder

log = logging.getLogger(__name__)

Quantization = Literal["nf4", "int8", "none"]
Device = Literal["auto", "cpu", "cuda"]
Dtype = Literal["auto", "float32", "bfloat16"]

log = logging.getLogger(__name__)

_NEEDED = ("torch", "transformers", "accelerate")
_OLDEST_TRANSFORMERS = (5, 24)
_MEANWHILE = "Meanwhile `--recipe cascade` runs with the embedded models."


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How weights go onto the device."""

    quantization: Quantization = "nf4"
    device: Device = "auto"
    dtype: Dtype = "auto"
    skip: tuple[str, ...] = ("lm_head",)
    """Full names of modules that stay unquantised. Short names match nothing, and a list without
    `lm_head` quantises `lm_head`."""


def lacking(*more: str) -> str:
    """Which library of the extra `gemma` is missing or too old, empty where none is; `more` are needed beside torch,
    transformers and accelerate.
    """
    for name in (*_NEEDED, *more):
        if importlib.util.find_spec(name) is None:
            return f"{name} is not installed"
    version = importlib.metadata.version("transformers")
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_TRANSFORMERS:
        return f"transformers {version} is too old: audio and vision of the 12B are broken in 4 bits before 5.24"
    return ""


def require(*more: str) -> None:
    """Raise `MissingExtraError` where a library is `lacking`."""
    why = lacking(*more)
    if why:
        raise MissingExtraError(
            f"{why}.", cure="`pip install -U 'longmedia[gemma]'` brings it; `--recipe cascade` runs without."
        )


@functools.cache
def text_on_cuda() -> bool:
    """Whether a text model runs through transformers on CUDA; where only a library is lacking, one line says which."""
    if not torch_has_cuda():
        return False
    why = lacking("bitsandbytes", "gguf")
    if why:
        log.warning("There is a CUDA device, but llama.cpp writes on the CPU: %s.", why)
    return not why


def weights_folder(model: str, folder: Path, *, size: str = "") -> Path:
    """The folder with the weights of `model`: a path, or for a hub id the folder below `folder` or the hub's cache.

    The network is never asked. Raises `WeightsMissingError` saying how to bring them, `size` being what that weighs.
    """
    place = Path(model).expanduser()
    if (place / "config.json").is_file():
        return place
    name = parse_hub_name(model)
    if name is None:
        raise WeightsMissingError(
            f"{model}: no such folder, or no config.json in it.",
            cure="Name a folder with weights for transformers, or a model of the hub such as google/gemma-4-12B-it. "
            f"{_MEANWHILE}",
        )
    own, found = home_of(name, folder), hub_folder(name, folder)
    if found is not None and (found / "config.json").is_file():
        return found
    weighs = f" ({size})" if size else ""
    raise WeightsMissingError(
        f"the weights of {model} are not on this machine.",
        cure=f"`longmedia models get {model}` brings them once{weighs}. Without a network, run that on a machine with "
        f"one, then `longmedia models export` there and `longmedia models import` here; or copy the folder to "
        f"{own}, or name any other folder with `--model FOLDER`. {_MEANWHILE}",
    )


def read_config(folder: Path) -> dict[str, Any]:
    """`config.json` of a checkpoint; raises `WeightsDamagedError` where it is not JSON."""
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise WeightsDamagedError(f"{folder}/config.json: {error}.", cure="Fetch the folder again.") from error
    return config


def compute_dtype(plan: LoadOptions) -> Any:
    """The torch dtype to compute in: bfloat16 where the hardware has it, else float32.

    Never float16: Gemma's activations leave its range.
    """
    import torch

    if plan.dtype != "auto":
        return getattr(torch, plan.dtype)
    if plan.device != "cpu" and torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float32


def _quiet() -> None:
    """No bars of transformers: ours show the state, and a log is for lines."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()


def load(auto: Any, folder: Path, plan: LoadOptions, cache: Path | None) -> Any:
    """A model in evaluation mode, by `auto.from_pretrained`, quantised as `plan` says.

    With `cache` the quantised checkpoint is kept below it and taken from there the next time. Weights
    that are already quantised are loaded as they are. Raises `WeightsMissingError`,
    `WeightsDamagedError`, or `ModelError` where they do not fit the device.
    """
    _quiet()
    dtype = compute_dtype(plan)
    done = plan.quantization == "none" or "quantization_config" in read_config(folder)
    if done:
        return _from_pretrained(auto, folder, plan, dtype)
    require("bitsandbytes")
    if plan.quantization == "int8":
        # It warns at every single product that it computes in float16.
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    if cache is None:
        return _from_pretrained(auto, folder, plan, dtype, quantization_config=_recipe(plan, dtype))
    # The compute dtype is part of what is saved, and cannot be changed at load.
    kept = cache / f"{folder.name}-{plan.quantization}-{str(dtype).removeprefix('torch.')}-{build(folder)}"
    if not kept.is_dir():
        model = _from_pretrained(auto, folder, plan, dtype, quantization_config=_recipe(plan, dtype))
        _keep(model, kept)
        return model
    return _from_pretrained(auto, kept, plan, dtype)


def _keep(model: Any, folder: Path) -> None:
    """Save a model for a faster second start; where there is no room or no right to, the next start is a slow one."""
    from safetensors import SafetensorError

    try:
        with whole_folder(folder) as temporary:
            model.save_pretrained(temporary)
    except OSError as error:
        log.warning("the quantised weights are not kept: %s", explain(error))
    except SafetensorError as error:  # what it raises where the disk is full
        log.warning("the quantised weights are not kept: %s: %s", folder, error)


def _recipe(plan: LoadOptions, dtype: Any) -> Any:
    from transformers import BitsAndBytesConfig

    if plan.quantization == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=list(plan.skip))
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=list(plan.skip),
    )


def _from_pretrained(auto: Any, folder: Path, plan: LoadOptions, dtype: Any, **options: Any) -> Any:
    from safetensors import SafetensorError

    device_map = "auto" if plan.device == "auto" else {"": plan.device}
    try:
        model = auto.from_pretrained(folder, dtype=dtype, device_map=device_map, local_files_only=True, **options)
    except SafetensorError as error:
        raise WeightsDamagedError(f"{folder}: {error}.", cure="Fetch the folder again.") from error
    except OSError as error:
        raise WeightsMissingError(f"{folder}: {error}", cure="Fetch the folder again, whole.") from error
    except ValueError as error:
        if "dispatched on the CPU" not in str(error):
            raise
        raise ModelError(
            f"{folder.name} in {plan.quantization} does not fit this GPU.",
            cure="`longmedia doctor` lists what fits; `--set gemma.device=cpu` runs it slowly.",
        ) from error
    return model.eval()


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` when the block ends well; otherwise nothing is left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=target.parent))
    try:
        yield temporary
        try:
            temporary.replace(target)
        except OSError:
            # Another process was faster: its folder is as good as ours.
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
