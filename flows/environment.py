"""Prefect's environment, set before Prefect is imported: quiet, private and patient.

Nothing leaves the machine: the analytics and telemetry of Prefect are switched off. Without a
configured server Prefect starts one inside this process; its default of 20 s is too short for a busy
machine. What the user has set stays as it is.
"""

from __future__ import annotations

import os

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

    Prefect's client takes those proxies: a server on loopback would be asked through another machine.
    """
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    direct = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")).split(",")
    hosts = ",".join(dict.fromkeys([*filter(None, map(str.strip, direct)), *_LOOPBACK]))
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = hosts
