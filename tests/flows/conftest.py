"""What the tests of flows share: one Prefect server with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """Prefect's own temporary server and database; it takes seconds to start, so all flow tests share it."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def database(server: None) -> Path:
    """The file of that database; what was written last is in the file beside it, `-wal`."""
    from prefect.settings import get_current_settings

    url = get_current_settings().server.database.connection_url
    assert url is not None
    return Path(url.get_secret_value().partition("///")[2])
