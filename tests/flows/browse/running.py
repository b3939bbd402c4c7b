"""A store that is served while a test runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from flows.browse.serving import serving
from pipeline.settings import Report
from pipeline.store import Store


@contextlib.contextmanager
def running(store: Store) -> Iterator[str]:
    """The address of its pages."""
    with serving(store, Report()) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()
