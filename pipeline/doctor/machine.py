"""What this machine has, as far as it decides which models can run on it. Looks; loads nothing."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import WeightsDamagedError, WeightsMissingError
from pipeline.models.hardware import ctranslate2_has_cuda, memory, torch_has_bfloat16
from pipeline.models.llamacpp.server import gpus
from pipeline.models.weights.catalog import find
from pipeline.models.weights.fetch import folder, present
from pipeline.models.weights.names import parse_hub_name
from pipeline.models.weights.places import hub_folder
from pipeline.settings import Models

PACKAGES = (
    "torch",
    "torchvision",
    "transformers",
    "accelerate",
    "bitsandbytes",
    "xllamacpp",
    "faster-whisper",
    "av",
    "prefect",
)

_EXTRA = ("torch", "torchvision", "transformers", "accelerate", "bitsandbytes")


@dataclass(frozen=True, slots=True)
class Device:
    """An accelerator."""

    name: str
    memory: int
    """Bytes in all."""
    bfloat16: bool = True
    """Whether it computes in bfloat16; where it does not, the model takes float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What `examine` saw."""

    python: str
    system: str
    cores: int
    ram: int
    """Bytes that this process may use in all, a container's limit included."""
    free_disk: int
    devices: tuple[Device, ...]
    """What torch computes on: CUDA."""
    llama_devices: tuple[Device, ...] = ()
    """What the installed llama.cpp computes on beside the CPU: CUDA, Metal, Vulkan."""
    hears_on_gpu: bool = False
    """Whether CTranslate2 can use CUDA."""
    vllm: bool = False
    """Whether the program `vllm` is on this machine."""
    versions: dict[str, str]
    """Installed packages of `PACKAGES`."""
    kernels: str
    """What bitsandbytes computes 4 bits with."""
    here: frozenset[str] = field(default_factory=frozenset)
    """Models, of those that were asked about, whose weights are on this machine."""
    offered: frozenset[str] = field(default_factory=frozenset)
    """Models that the hub has, where it was asked."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What the extra `gemma` would bring and is not installed."""
        return tuple(name for name in _EXTRA if name not in self.versions)


def examine(settings: Models, models: Iterable[str] = (), offered: Iterable[str] = ()) -> Machine:
    """This machine; `models` are names whose weights are looked for, `offered` those that the hub is known to have."""
    versions = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    weights = folder(settings)
    existing = next(place for place in (weights, *weights.absolute().parents) if place.exists())
    devices = _devices()
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        ram=memory(),
        free_disk=shutil.disk_usage(existing).free,
        devices=devices,
        llama_devices=tuple(Device(name, size) for name, size in gpus()),
        hears_on_gpu=ctranslate2_has_cuda(),
        vllm=shutil.which("vllm") is not None,
        versions=versions,
        kernels=_kernels("bitsandbytes" in versions, bool(devices), _cpu_flags()),
        here=frozenset(name for name in models if _is_here(name, settings)),
        offered=frozenset(offered),
    )


def _is_here(name: str, settings: Models) -> bool:
    known, hub = find(name), parse_hub_name(name)
    if known is not None:
        return present(known, settings)
    with contextlib.suppress(WeightsMissingError, WeightsDamagedError):
        return hub is not None and hub_folder(hub, folder(settings)) is not None
    return False


def _devices() -> tuple[Device, ...]:
    if importlib.util.find_spec("torch") is None:
        return ()
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    properties = [torch.cuda.get_device_properties(number) for number in range(count)]
    bfloat16 = bool(properties) and torch_has_bfloat16()
    return tuple(Device(one.name, int(one.total_memory), bfloat16) for one in properties)


def _kernels(installed: bool, cuda: bool, flags: frozenset[str]) -> str:
    if not installed:
        return "bitsandbytes is not installed"
    if cuda:
        return "bitsandbytes on CUDA"
    if "avx512_bf16" in flags:
        return "bitsandbytes on this CPU, fused kernels"
    return "bitsandbytes on this CPU without avx512_bf16: every product unpacks its weights first; llama.cpp is faster"


def _cpu_flags() -> frozenset[str]:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("flags"):
                return frozenset(line.split())
    return frozenset()
