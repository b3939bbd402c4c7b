"""A Prefect server on this machine, where none is configured: a child that ends with us."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

from pipeline.errors import LongmediaError

Child = subprocess.Popen[bytes]
"""A process of ours that ends with us."""

_START_S = 180

_PROGRAM = """\
import os, signal, sys, threading
def watch():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
from prefect.cli import app
app()
"""
"""Prefect's own command line, which is asked to end as soon as its standard input does: that of a parent that is gone,
however it went, is closed by the system."""


@contextlib.contextmanager
def server(children: list[Child] | None = None) -> Iterator[str]:
    """The address of the configured Prefect server; where there is none, one of ours, on this machine only.

    Its database is Prefect's own, in the user's home. It ends with the block, or when whoever holds `children`, to
    which it is added, ends it. Raises `LongmediaError` where it does not start.
    """
    from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

    configured = PREFECT_API_URL.value()
    if configured:
        yield configured
        return
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    words = [sys.executable, "-P", "-c", _PROGRAM, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    null = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=null, stderr=null, start_new_session=True) as child:
        if children is not None:
            children.append(child)
        try:
            _wait(child, url)
            os.environ["PREFECT_API_URL"] = url  # for the processes that the runs start in
            # Log lines are on standard error; sent late, to a server that has ended, they would hold up our end.
            with temporary_settings({PREFECT_API_URL: url, PREFECT_LOGGING_TO_API_ENABLED: False}):
                yield url
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            child.terminate()


def _wait(child: Child, url: str) -> None:
    end = time.monotonic() + _START_S
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end and child.poll() is None:
        with contextlib.suppress(OSError), direct.open(f"{url}/health", timeout=5):
            return
        time.sleep(0.2)
    raise LongmediaError(
        "the Prefect server did not start.",
        cure="Try `prefect server start` and set PREFECT_API_URL to it, or run with --direct.",
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
