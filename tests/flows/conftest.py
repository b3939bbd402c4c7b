"""What the tests of flows share, made once a session: Prefect's server, a short recording, and a run of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.crashes import command, run_arguments, start
from tests.meeting import beginning


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


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory, whisper_base: Path, smollm2_gguf: Path) -> Path:
    """The first half minute of the meeting."""
    return beginning(tmp_path_factory.mktemp("media") / "short.opus")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, media: Path) -> Path:
    """The store of a run of it that nothing disturbed; who changes it works on a copy."""
    store = tmp_path_factory.mktemp("whole") / "store"
    done = start(command(*run_arguments(media, store)))
    assert done.returncode == 0, done.stderr
    return store
