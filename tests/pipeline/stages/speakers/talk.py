"""A talk of two people, and a run of it with models that answer at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.process import process
from pipeline.store import Run, Store
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

LENGTH = 40
"""Seconds; the pitch passes 400 Hz after 25, where the second person begins."""


def unused() -> Any:
    raise AssertionError("this model is not needed")


def made(
    folder: Path, *sets: str, only: Any = None, transcript: Path | None = None, **models: Callable[[], Any]
) -> Run:
    path = folder / "talk.wav"
    if not path.exists():
        tones(path, LENGTH)
    settings = quick_settings(folder / "weights", ["speakers.enabled=true", *sets])
    with QuickRegistry(**models) as registry:
        return process(path, settings, Store(folder / "store"), registry, only=only, transcript=transcript).run
