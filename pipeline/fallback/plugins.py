"""A function of the user's own, from the name that the settings give it."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Mapping
from typing import Any

from pipeline.errors import SettingsError


def named(name: str, group: str, known: Mapping[str, Any]) -> Any:
    """What `name` stands for: one of `known`, `module:function`, or an entry point of `group`.

    Raises `SettingsError` where it is nothing that can be called.
    """
    if name in known:
        return known[name]
    try:
        found = _found(name, group)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"{name}: cannot be imported: {error}.") from error
    if not callable(found):
        raise SettingsError(f"{name}: nothing that can be called.", cure=f"Known: {', '.join(known)}.")
    return found


def _found(name: str, group: str) -> Any:
    if ":" in name:
        module, _, attribute = name.partition(":")
        return getattr(importlib.import_module(module), attribute)
    points = importlib.metadata.entry_points(group=group, name=name)
    return next(iter(points)).load() if points else None
