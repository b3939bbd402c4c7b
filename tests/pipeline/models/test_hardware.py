"""What this machine has, seen from a process whose limits are lower than the machine."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

from pipeline.models.hardware import GIB, memory

_SAY = """
import resource, sys
kind, size = getattr(resource, sys.argv[1]), int(sys.argv[2])
resource.setrlimit(kind, (size, resource.getrlimit(kind)[1]))
from pipeline.models.hardware import memory
print(memory())
"""


def _said(limit: str, size: int) -> int:
    done = subprocess.run([sys.executable, "-c", _SAY, limit, str(size)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_it_is_never_more_than_the_machine_has() -> None:
    assert GIB // 4 < memory() <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize("limit", ["RLIMIT_DATA", "RLIMIT_AS"])
def test_a_limit_of_the_users_own_counts(limit: str) -> None:
    lower = memory() // 2
    assert _said(limit, lower) == lower


def test_a_limit_above_the_machine_changes_nothing() -> None:
    if resource.getrlimit(resource.RLIMIT_DATA)[1] != resource.RLIM_INFINITY:
        pytest.skip("this process has a hard limit of its own")
    assert _said("RLIMIT_DATA", 1 << 50) == memory()
