"""Prefect's environment, set before Prefect is imported: quiet, private and patient.

Nothing leaves the machine: the analytics and telemetry of Prefect are switched off. Without a
configured server Prefect starts one inside this process; its default of 20 s is too short for a busy
machine. What the user has set stays as it is.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "pipeline",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def prepare() -> None:
    """Set every default that the user has not set, and keep what is for this machine from the environment's proxies.

    Prefect's client takes those proxies: a server on loopback would be asked through another machine. Where the home
    is of no use, Prefect is given one of our own.
    """
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    direct = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")).split(",")
    hosts = ",".join(dict.fromkeys([*filter(None, map(str.strip, direct)), *_LOOPBACK]))
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = hosts
    if "PREFECT_HOME" not in os.environ and not _writable(Path("~").expanduser() / ".prefect"):
        home = tempfile.mkdtemp(prefix="longmedia-prefect-")
        os.environ["PREFECT_HOME"] = home  # for the server and the processes of runs as well
        atexit.register(shutil.rmtree, home, ignore_errors=True)


def find_home() -> None:
    """Give a user without a home an empty one: libraries look for it as soon as they are imported.

    A user whose number has no name, as in a container, and no HOME.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = tempfile.mkdtemp(prefix="longmedia-home-")
        atexit.register(shutil.rmtree, os.environ["HOME"], ignore_errors=True)


def _writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, which is made where it is missing."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
