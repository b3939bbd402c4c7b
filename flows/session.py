"""What the recordings of one program share: where their steps are shown, when to end, the loaded models."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from pipeline.archive import Item, Until
from pipeline.job import Watch
from pipeline.models.registry import Registry
from pipeline.process import Stop


def _unseen(_path: Path) -> Watch:
    return lambda _step: None


def _nothing_more(_item: Item) -> None:
    return None


class Session:
    """Made by whoever runs, and handed down to every task; it never leaves its process."""

    def __init__(
        self,
        registry: Registry,
        *,
        watch: Callable[[Path], Watch] = _unseen,
        stop: Stop | None = None,
        until: float | None = None,
        done: Callable[[Item], None] = _nothing_more,
    ) -> None:
        """Everything ends where `stop` is set, and at `until`, in seconds since the epoch.

        `done` is told of each recording as soon as it is.
        """
        self.registry = registry
        self.watch = watch
        self.stop: Stop = Until(stop or threading.Event(), until)
        self.done = done
