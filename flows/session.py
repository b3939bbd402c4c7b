"""What the recordings of one program share: where their steps are shown, when to end, the loaded models."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from pipeline.archive import Until
from pipeline.job import Watch
from pipeline.models.registry import Registry
from pipeline.process import Stop


def _unseen(_path: Path) -> Watch:
    return lambda _step: None


class Session:
    """Made by whoever runs, and handed down to every task; it never leaves its process."""

    def __init__(
        self,
        registry: Registry,
        *,
        watch: Callable[[Path], Watch] = _unseen,
        stop: Stop | None = None,
        until: float | None = None,
    ) -> None:
        """Everything ends where `stop` is set, and at `until`, in seconds since the epoch."""
        self.registry = registry
        self.watch = watch
        self.stop: Stop = Until(stop or threading.Event(), until)
