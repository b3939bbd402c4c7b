"""A cloud on loopback, a real model behind it, and a guard: whoever connects to another machine fails the test."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.fallback.client import FallbackClient, open_fallback
from pipeline.fallback.gate import RunGate
from pipeline.fallback.ledger import Ledger
from pipeline.settings.fallback import Fallback
from tests.pipeline.fallback.cloud import MODEL, Cloud, serve

KEY = "sk-test-4f1b0c9e7a2d"
RUN = "c0ffee/0123456789abcdef"


@pytest.fixture(autouse=True)
def nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Forbids every connection and look-up beyond loopback; an attempt fails the test, whoever catches the error."""
    attempts: list[str] = []

    def local(host: Any) -> bool:
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host in ("localhost", None, "")

    def refuse(host: Any) -> OSError:
        attempts.append(str(host))
        return OSError(f"the test forbids {host}")

    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not local(address[0]):
            raise refuse(address[0])
        connect(self, address)

    def looking_up(host: Any, *arguments: Any, **more: Any) -> Any:
        if not local(host):
            raise refuse(host)
        return lookup(host, *arguments, **more)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    yield attempts
    assert attempts == [], "something was to leave the machine"


@pytest.fixture(autouse=True)
def state_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CLOUD_KEY", KEY)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    playing = Cloud()
    server = serve(playing)
    yield playing
    server.shutdown()
    server.server_close()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A path with a name that would give something away."""
    path = tmp_path / "inbox" / "Merger-Talks-Secret.wav"
    path.parent.mkdir()
    path.touch()
    return path


@pytest.fixture
def rules(cloud: Cloud, tmp_path: Path) -> Fallback:
    """Everything allowed, the cloud on loopback."""
    return rules_for(cloud.url, tmp_path / "egress.jsonl")


def rules_for(url: str, ledger: Path, **changes: Any) -> Fallback:
    allowed: dict[str, Any] = {
        "url": url,
        "model": MODEL,
        "key_variable": "CLOUD_KEY",
        "timeout_s": 300,
        "longest_wait_s": 3,
        "enabled": True,
        "hosts": ("127.0.0.1",),
        "allow": ("*",),
        "cap": 1.0,
        "prices": {MODEL: {"input": 1.0, "output": 4.0, "audio": 10.0}},
        "ledger": ledger,
    }
    return Fallback.model_validate({**allowed, **changes})


def gate_for(rules: Fallback, recording: Path, **changes: Any) -> RunGate:
    gate = RunGate(rules, Ledger(rules.ledger), recording, RUN, this_run=changes.pop("this_run", True))
    return gate.at("chunk 3", changes.pop("trigger", "failed"), "summary: loop")


def opened(rules: Fallback, recording: Path) -> FallbackClient:
    """The fallback of a run that was told to use it."""
    fallback = open_fallback(rules, recording, RUN, egress=True)
    assert fallback is not None
    return fallback


def requests(rules: Fallback) -> list[dict[str, Any]]:
    """What the ledger says was sent."""
    return [record for record in Ledger(rules.ledger).records() if record["type"] == "request"]


class Llama:
    """A real tiny model behind llama.cpp's own OpenAI-compatible server."""

    def __init__(self, weights: Path) -> None:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(weights)
        params.model_alias = {MODEL}
        params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 2048, 1, 1
        params.cache_prompt, params.ui, params.warmup, params.verbosity = False, False, False, -1
        params.api_keys = [KEY]
        self._server = xllamacpp.Server(params)
        self.url = f"{self._server.listening_address}/v1"


@pytest.fixture(scope="session")
def llama(smollm2_gguf: Path) -> Llama:
    return Llama(smollm2_gguf)
