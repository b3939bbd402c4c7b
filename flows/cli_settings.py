"""`longmedia settings`: all that can be set."""

from __future__ import annotations

from flows.terminal import say
from pipeline.settings import table


def list_settings() -> None:
    """Every setting with its default and meaning."""
    for key, kind, default, meaning in table():
        say(f"{key} = {default}")
        say(f"    {meaning}  [{kind}]")
