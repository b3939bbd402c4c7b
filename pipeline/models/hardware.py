"""What this machine has, as far as engines and memory are decided by it. Looks; loads nothing."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

GIB = 1 << 30


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


def ctranslate2_has_cuda() -> bool:
    """Whether CTranslate2 finds a CUDA device."""
    if not _nvidia():
        return False
    import ctranslate2

    return bool(ctranslate2.get_cuda_device_count())


def _nvidia() -> bool:
    return any(Path("/dev").glob("nvidia[0-9]*"))
