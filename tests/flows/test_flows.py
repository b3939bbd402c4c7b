"""The Prefect flows on a real, local Prefect server: one task a recording, failures kept apart, nothing sent out."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.archive import archive_flow
from flows.environment import prepare
from flows.recording import recording_flow
from pipeline.settings import load

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """Prefect's own temporary server and database; it takes seconds to start, so all flow tests share it."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


def silence(path: Path, seconds: int) -> Path:
    """A recording in which nothing is said: the whole road without a word for the models."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(32_000 * seconds))
    return path


@pytest.fixture
def flow_settings(whisper_base: Path, smollm2_gguf: Path) -> dict[str, object]:
    return load(None, ["write.model=smollm2-135m", "write.context=1024"]).model_dump(mode="json")


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")  # Prefect and its database driver warn of their own matters
def test_the_archive_flow_keeps_failures_apart(server: None, tmp_path: Path, flow_settings: dict[str, object]) -> None:
    good = [silence(tmp_path / f"{n}.wav", n + 1) for n in range(3)]
    bad = tmp_path / "bad.wav"
    bad.write_text("not sound")
    paths = [str(path) for path in (good[0], bad, *good[1:])]
    items = archive_flow(paths, flow_settings, str(tmp_path / "store"))
    assert [item.state for item in items] == ["complete", "unreadable", "complete", "complete"]
    assert [str(item.path) for item in items] == paths
    assert "bad.wav" in items[1].error
    again = archive_flow(paths, flow_settings, str(tmp_path / "store"))
    assert [item.fresh for item in again if item.state == "complete"] == [False, False, False]


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_the_recording_flow(server: None, tmp_path: Path, flow_settings: dict[str, object]) -> None:
    item = recording_flow(str(silence(tmp_path / "a.wav", 2)), flow_settings, str(tmp_path / "store"))
    assert (item.state, item.media_seconds) == ("complete", 2)


def test_telemetry_is_off_and_the_users_own_settings_stay() -> None:
    code = (
        "import os; os.environ['PREFECT_LOGGING_LEVEL'] = 'DEBUG'\n"
        "from flows.environment import prepare; prepare()\n"
        "print(os.environ['DO_NOT_TRACK'], os.environ['PREFECT_SERVER_ANALYTICS_ENABLED'],"
        " os.environ['PREFECT_LOGGING_LEVEL'])\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT", "DO_NOT"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["1", "false", "DEBUG"]
    prepare()
    from prefect.settings import get_current_settings

    assert get_current_settings().server.analytics_enabled is False
