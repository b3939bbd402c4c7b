"""`longmedia` as a program of a user with an empty Prefect home and no network, and what it leaves running."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent

_CUT = """
import os, sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        where = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = where[0] if isinstance(where, tuple) else where
        local = host in (None, "localhost", "::1", "0.0.0.0", "") or str(host).startswith(("127.", "/", "b'/"))
        if not local:
            with open(os.environ["ATTEMPTS"], "a") as file:
                print(event, where, file=file)
            raise OSError("the network is cut")
sys.addaudithook(hook)
"""
"""Cuts the network for a Python process and all its Python children, and notes who tried."""


def environment(home: Path) -> dict[str, str]:
    """A user with an empty Prefect home, no server of their own, and no network."""
    cut = home / "cut"
    cut.mkdir(parents=True, exist_ok=True)
    (cut / "sitecustomize.py").write_text(_CUT)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT", "DO_NOT"))}
    paths = {"PYTHONPATH": f"{cut}:{ROOT}", "PREFECT_HOME": str(home / "prefect"), "ATTEMPTS": str(home / "attempts")}
    return {**kept, **paths, "COLUMNS": "200"}


def longmedia(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from flows.cli import main; main()", *map(str, arguments)]


def left(started: Sequence[psutil.Process], within_s: float = 60) -> list[str]:
    """The command lines of those processes that still run after `within_s`; one that nobody reaps has ended."""
    _, alive = psutil.wait_procs(started, timeout=within_s)
    return [" ".join(one.cmdline()) for one in alive if one.status() != psutil.STATUS_ZOMBIE]
