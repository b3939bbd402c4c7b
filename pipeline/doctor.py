"""What this machine is, what fits on it, and which recipe it should run.

`examine` looks; everything else is arithmetic on what it saw, so that a report on a machine with
8 GB can be made on any other.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import SettingsError
from pipeline.models.gemma.memory import CONFIGS, Need, need
from pipeline.models.hardware import GIB, memory, torch_has_bfloat16
from pipeline.models.registry import Lease
from pipeline.settings import Settings

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
CASCADE = int(2.5 * GIB)
"""What the recipe `cascade` needs, estimated: Whisper base, a 1.5B text model in 4 bits, its cache, Python."""

USABLE = 0.92
"""The share of a device's memory that the driver and the desktop leave."""

_PARTS = "weights + cache + what attention repeats of it + an allowance"

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
    versions: dict[str, str]
    """Installed packages of `PACKAGES`."""
    kernels: str
    """What bitsandbytes computes 4 bits with."""
    weights: tuple[str, ...]
    """Models of `CONFIGS` that are on this machine."""

    @property
    def complete(self) -> bool:
        """Whether the extra `gemma` is installed."""
        return all(name in self.versions for name in _EXTRA)


@dataclass(frozen=True, slots=True)
class Fit:
    """One model in one quantisation, and what it needs."""

    model: str
    quantization: str
    need: Need

    def fits(self, memory: int) -> bool:
        """Whether a device of so many bytes holds it."""
        return self.need.total <= memory * USABLE


@dataclass(frozen=True, slots=True)
class Report:
    """The machine, what each model needs, and what to run."""

    machine: Machine
    tokens: int
    dtype: str
    fits: tuple[Fit, ...]
    recipe: Literal["gemma", "cascade"]
    reason: str

    def lines(self) -> list[str]:
        """The report for people."""
        machine = self.machine
        versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
        devices = "; ".join(f"{one.name}, {_gib(one.memory)}" for one in machine.devices) or "none"
        return [
            f"Python {machine.python} on {machine.system}, {machine.cores} cores",
            f"Memory: {_gib(machine.ram)}; disk free: {_gib(machine.free_disk)}",
            f"Packages: {versions}",
            f"GPU: {devices}",
            f"4 bits: {machine.kernels}",
            f"Gemma 4 with {self.tokens:,} tokens in its cache needs, in {self.dtype} ({_PARTS}):",
            *(_fit_line(fit) for fit in self.fits),
            f"The recipe cascade needs about {_gib(CASCADE)} of memory and no GPU; there are {_gib(machine.ram)}.",
            f"Recipe: {self.recipe}. {self.reason}",
        ]


def report(machine: Machine, tokens: int) -> Report:
    """What fits with `tokens` of context in use (of all requests of a batch), and the recipe for it."""
    largest = max(machine.devices, key=lambda device: device.memory, default=None)
    dtype = "bfloat16" if largest is None or largest.bfloat16 else "float32"
    fits = tuple(
        Fit(model, quantization, need(config, quantization, tokens, dtype))
        for model, config in CONFIGS.items()
        for quantization in ("nf4", "int8", "none")
    )
    recipe, reason = recommend(machine, fits)
    return Report(machine, tokens, dtype, fits, recipe, reason)


def recommend(machine: Machine, fits: Sequence[Fit]) -> tuple[Literal["gemma", "cascade"], str]:
    """The recipe, and why."""
    if not machine.devices:
        return "cascade", f"No CUDA device: Gemma in 4 bits would crawl here ({machine.kernels})."
    memory = max(device.memory for device in machine.devices)
    fitting = [fit for fit in fits if fit.quantization == "nf4" and fit.fits(memory)]
    if not fitting:
        return "cascade", f"No Gemma 4 fits {_gib(memory)} of device memory."
    if not machine.complete:
        missing = ", ".join(name for name in _EXTRA if name not in machine.versions)
        return "cascade", f"Missing: {missing}. pip install 'longmedia[gemma]' brings what Gemma needs."
    here = [fit for fit in fitting if fit.model in machine.weights]
    if not here:
        return "cascade", (
            f"{fitting[0].model} would fit, but its weights are not here: longmedia models get {fitting[0].model}"
        )
    return "gemma", f"{here[0].model} in nf4 needs {_gib(here[0].need.total)} and fits."


def examine(folder: Path) -> Machine:
    """This machine; `folder` is where weights live."""
    versions = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    devices = _devices()
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        ram=memory(),
        free_disk=shutil.disk_usage(existing).free,
        devices=devices,
        versions=versions,
        kernels=_kernels("bitsandbytes" in versions, bool(devices), _cpu_flags()),
        weights=tuple(model for model in CONFIGS if _has(model, folder)),
    )


def examine_engine(settings: Settings, lease: Lease) -> Iterator[str]:
    """Prove the engine that answers Gemma's chat requests, and say line by line what it heard and saw.

    It is sent a question, a tone and pictures of three colours: nothing of a recording. Raises `SettingsError` where
    the settings name no such engine, and what `Handshake` raises.
    """
    gemma = settings.gemma
    if gemma.engine == "server":
        found = lease.served(gemma, settings.video, settings.endpoint)
    elif gemma.engine == "llamacpp":
        found = lease.llama(gemma, settings.video, settings.models)
    else:
        raise SettingsError(
            f"gemma.engine={gemma.engine}: only `server` and `llamacpp` are proved by a handshake.",
            cure="transformers in this process is proved before every call.",
        )
    yield f"{found.name}: {found.batch} requests at once, {found.context:,} tokens each"
    yield f"It answers: {_said(found.handshake.answers())}"
    if found.limits.hears:
        sound = found.handshake.hears()
        yield f"It hears every token of sound, and {sound.beside} more a clip. Of a tone it says: {_said(sound.heard)}"
    if found.limits.sees:
        seen = found.handshake.sees()
        yield (
            f"It sees every token of frames, and {seen.further} more each, their stamps included. "
            f"Of red, green and blue it says: {_said(seen.seen)}"
        )


def _said(text: str) -> str:
    return " ".join(text.split()) or "(nothing)"


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


def _has(model: str, folder: Path) -> bool:
    """Whether the weights are below `folder` or in the hub's cache; the network is never asked."""
    if (folder / model.replace("/", "--") / "config.json").is_file():
        return True
    if importlib.util.find_spec("huggingface_hub") is None:
        return False
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(model, "config.json"), str)


def _fit_line(fit: Fit) -> str:
    needed = fit.need
    parts = " + ".join(_gib(part) for part in (needed.weights, needed.cache, needed.repeated, needed.working))
    sizes = [size for size in (8, 12, 16, 24, 48, 80) if fit.fits(size * GIB)]
    where = f"fits a device of {sizes[0]} GiB" if sizes else "fits no single device"
    return f"  {fit.model} {fit.quantization}: {_gib(fit.need.total)} ({parts}), {where}"


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"
