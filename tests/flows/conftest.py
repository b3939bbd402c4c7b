"""What the tests of flows share: Prefect's server, and made once a session a used home of it, a recording, a run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.crashes import command, run_arguments, start
from tests.flows.programs import environment
from tests.meeting import beginning


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """Prefect's own temporary server and database.

    It takes seconds to start, so the tests of a file share it; it takes as much in minutes in which nobody asks it.
    """
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
    """The first 24 seconds of the meeting: four windows."""
    return beginning(tmp_path_factory.mktemp("media") / "short.opus", 24)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, media: Path) -> Path:
    """The store of a run of it that nothing disturbed; who changes it works on a copy."""
    store = tmp_path_factory.mktemp("whole") / "store"
    done = start(command(*run_arguments(media, store)))
    assert done.returncode == 0, done.stderr
    return store


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Prefect home whose database is there: making it takes as long as starting a server."""
    home = tmp_path_factory.mktemp("used")
    words = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    subprocess.run(words, env=environment(home), check=True, capture_output=True, timeout=300)
    assert (home / "prefect" / "prefect.db").is_file()
    return home / "prefect"


@pytest.fixture
def used_home(used: Path, tmp_path: Path) -> Path:
    """The home of a user who has run a flow before."""
    shutil.copytree(used, tmp_path / "prefect")
    return tmp_path
