"""What the tests of whole runs share: a short recording, and a run of it; made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.crashes import command, run_arguments, start
from tests.meeting import beginning


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
