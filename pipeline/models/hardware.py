"""What this machine has, as far as engines and memory are decided by it. Looks; loads nothing."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import logging
import os
import resource
from pathlib import Path

log = logging.getLogger(__name__)

GIB = 1 << 30

CUBLAS = "libcublas.so.12"
"""What CTranslate2 loads by this name when it multiplies on CUDA for the first time."""


def memory() -> int:
    """Bytes that this process may use in all: the machine's, a container's limit and the user's own limits included."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        found = min(found, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        soft, _ = resource.getrlimit(limit)
        if soft != resource.RLIM_INFINITY:
            found = min(found, soft)
    return found


def torch_has_cuda() -> bool:
    """Whether torch finds a CUDA device; without a device node it is not even imported (three seconds)."""
    if not _nvidia():
        return False
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


def torch_has_bfloat16() -> bool:
    """Whether the CUDA device computes in bfloat16 itself."""
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def torch_cuda_memory() -> int:
    """Bytes of the CUDA device that torch computes on, in all; 0 without one."""
    if not torch_has_cuda():
        return 0
    import torch

    return int(torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory)


@functools.cache
def ctranslate2_has_cuda() -> bool:
    """Whether CTranslate2 can compute on a CUDA device; of a device that it cannot use one line says why."""
    if not _nvidia():
        return False
    fault = ctranslate2_cuda_fault()
    if fault:
        log.warning("There is an NVIDIA device, but speech is recognised on the CPU: %s.", fault)
    return not fault


def ctranslate2_cuda_fault() -> str:
    """Why CTranslate2 cannot compute on a CUDA device, empty where it can; without the library it fails only midway."""
    import ctranslate2

    try:
        if not ctranslate2.get_cuda_device_count():
            return "CTranslate2 finds no CUDA device; the driver may be too old for it"
        ctypes.CDLL(CUBLAS)
    except RuntimeError as error:
        return str(error).rstrip(".")
    except OSError:
        return f"{CUBLAS} cannot be loaded (`pip install nvidia-cublas-cu12`, and its folder in LD_LIBRARY_PATH)"
    return ""


def _nvidia() -> bool:
    return any(Path("/dev").glob("nvidia[0-9]*"))
