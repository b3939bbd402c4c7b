"""The archive flow, run inside this process for the command line."""

from __future__ import annotations

import threading
from pathlib import Path

from flows.archive import archive_flow
from flows.progress import WatchOf
from flows.recording import Here
from pipeline.archive import Item
from pipeline.settings import Settings
from pipeline.store import Store


def run_flow(files: list[Path], settings: Settings, store: Store, watch: WatchOf, stop: threading.Event) -> list[Item]:
    """Run the flow on `files`; with a configured server it shows there, without one Prefect starts its own."""
    Here.watch, Here.stop = watch, stop
    return archive_flow([str(path) for path in files], settings.model_dump(mode="json"), store.files.url)
