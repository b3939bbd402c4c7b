"""What the tests share: the weights, where they can be had."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pipeline.errors import WeightsMissingError
from pipeline.models.weights import fetch as weights
from pipeline.models.weights.catalog import find
from pipeline.settings import Settings, load

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background of a shell ignores Ctrl-C, and so would the children that tests send one to.
    signal.signal(signal.SIGINT, signal.default_int_handler)


_SLOWEST = ("test_killed.py", "test_crashes.py", "test_end_to_end.py", "test_flows.py", "test_schedule.py")
"""Files of few tests that take minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files come first: where they are left to the end, one process works on the last of them alone."""
    items.sort(key=lambda item: item.path.name not in _SLOWEST)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of this machine, a small text model and short answers: tests look at the road, not at the prose.

    One thread: two processes of tests, and two other Pythons beside them, have no core to spare for a second one.
    """
    writer = ["write.model=smollm2-135m", "write.context=2048", "write.threads=1"]
    return load(None, [*writer, "describe.max_tokens=40", "merge.budget=1500", "merge.max_tokens=120"])


def _weights(name: str) -> Path:
    try:
        return weights.locate(name, load().models)
    except WeightsMissingError as error:
        entry = find(name)
        assert entry is not None
        pytest.skip(f"no weights: {error}")


@pytest.fixture(scope="session")
def whisper_base() -> Path:
    """The folder of Whisper base."""
    return _weights("whisper-base")


@pytest.fixture(scope="session")
def diariser_folder() -> Path:
    """The folder of the diariser's weights."""
    return _weights("diariser")


@pytest.fixture(scope="session")
def smollm2_gguf() -> Path:
    """The file of SmolLM2 135M."""
    return _weights("smollm2-135m")
