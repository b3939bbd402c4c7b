"""Weights on this machine, and a transformers model out of them in 4 bits, 8 bits or whole.

Quantising takes minutes and reads every byte of the original; the quantised checkpoint is saved once
and loaded from then on. A saved NF4 checkpoint gives bit for bit the logits of the first load.
"""

from __future__ import annotations

import contextlib
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
from pipeline.models.weights.content_hash import build

log = logging.getLogger(__name__)

Quantization = Literal["nf4", "int8", "none"]
Device = Literal["auto", "cpu", "cuda"]
Dtype = Literal["auto", "float32", "bfloat16"]

_NEEDED = ("torch", "torchvision", "transformers", "accelerate")
_OLDEST_TRANSFORMERS = (5, 24)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How weights go onto the device."""

    quantization: Quantization = "nf4"
    device: Device = "auto"
    dtype: Dtype = "auto"
    skip: tuple[str, ...] = ("lm_head",)
    """Full names of modules that stay unquantised. Short names match nothing, and a list without
    `lm_head` quantises `lm_head`."""


def require(*more: str) -> None:
    """Raise `MissingExtraError` where a library of the extra `gemma` is missing, broken or too old."""
    for name in (*_NEEDED, *more):
        if importlib.util.find_spec(name) is None:
            raise MissingExtraError(
                f"{name} is not installed.",
                cure="pip install 'longmedia[gemma]' brings it; `--recipe cascade` runs without.",
            )
    version = importlib.metadata.version("transformers")
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_TRANSFORMERS:
        raise MissingExtraError(
            f"transformers {version} is too old: audio and vision of the 12B are broken in 4 bits before 5.24.",
            cure="pip install -U 'longmedia[gemma]'",
        )


def weights_folder(model: str, folder: Path, *, size: str = "") -> Path:
    """The folder with the weights of `model`: a path, a name below `folder`, or a hub id (fetched, or from its cache).

    `HF_HUB_OFFLINE=1` keeps it off the network. Raises `WeightsMissingError` saying what to fetch and where to put it.
    """
    own = folder / model.replace("/", "--")
    for place in (Path(model).expanduser(), own):
        if (place / "config.json").is_file():
            return place
    if model.count("/") != 1 or model.startswith((".", "/", "~")):
        raise _missing(model, own, "no such folder, or no config.json in it", size)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, ignore_patterns=["*.gguf", "*.pth", "original/*"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise _missing(model, own, str(error).splitlines()[0], size) from error


def _missing(model: str, own: Path, why: str, size: str) -> WeightsMissingError:
    weighs = f" ({size})" if size else ""
    return WeightsMissingError(
        f"the weights of {model} are not on this machine and cannot be fetched ({why.rstrip('.')}).",
        cure=f"On a machine with a network: `hf download {model} --local-dir {own.name}`{weighs}; "
        f"copy that folder to {own}, or name any other folder with `--model FOLDER`. "
        "Meanwhile `--recipe cascade` runs with the embedded models.",
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
