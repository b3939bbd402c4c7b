"""A multimodal model in a server on another machine: every byte passes the gate and is in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.checkpoints.inputs import noise, pictures, seconds
from pipeline.chain import chain
from pipeline.engines import Engines
from pipeline.errors import EgressRefusedError
from pipeline.fallback.gate import NO_EGRESS
from pipeline.fallback.ledger import Ledger
from pipeline.models.gemma.chat_gemma import ChatGemma
from pipeline.models.gemma.inputs import Request
from pipeline.models.registry import Registry
from pipeline.settings import Settings, load
from pipeline.source import Source
from tests.pipeline.fallback.conftest import requests
from tests.pipeline.models.chat.engines import MODEL, Engine, running

HOST = "gemma.example"
WORDS = "merger-talks-at-noon"


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The engine, reached as a proxy is: whatever is sent to another machine arrives there."""
    with running(Engine("vllm")) as engine:
        yield engine


def settings_for(engine: Engine, tmp_path: Path, **changes: Any) -> Settings:
    """Everything is allowed, for a server on another machine behind a proxy on this one."""
    rules = {
        "enabled": True,
        "hosts": [HOST],
        "plain_hosts": [HOST],
        "allow": ["*"],
        "kinds": ["text-only", "audio", "frames"],
        "cap": 100.0,
        "prices": {MODEL: {"input": 0.0, "output": 0.0}},
        "ledger": str(tmp_path / "egress.jsonl"),
    }
    server = {
        "url": f"http://{HOST}/v1",
        "model": MODEL,
        "dialect": "vllm",
        "proxy": engine.url.removesuffix("/v1"),
        "attempts": 1,
    }
    gemma = {"recipe": "gemma", "gemma": {"engine": "server"}, "video": {"length_s": 30}}
    return load(None, [], **gemma, endpoint=server, fallback={**rules, **changes})


def engines_for(settings: Settings, recording: Path, *, egress: bool = True) -> Engines:
    made = chain(settings, Source(recording, "content", track=0, pictures=True))
    return Engines(made, made.run, Registry(keep=False).lease(), egress=egress)


def test_every_request_is_in_the_ledger_and_names_nothing(engine: Engine, recording: Path, tmp_path: Path) -> None:
    settings = settings_for(engine, tmp_path)
    gemma = engines_for(settings, recording).multimodal()
    sound = Request(text=WORDS, audio=(noise(1),))
    film = Request(text=WORDS, frames=pictures(3, 336, 432), at=seconds(3))
    answers = gemma.ask([sound, film], max_tokens=8)
    assert [answer.error for answer in answers] == [None, None]
    sent = requests(settings.fallback)
    assert len(sent) == len(engine.bodies) > 10, "the handshake is in it, too"
    assert {record["kind"] for record in sent} == {"text-only", "audio", "frames"}
    assert {(record["host"], record["proxy"]) for record in sent} == {(HOST, "127.0.0.1")}
    assert settings.fallback.ledger is not None
    assert Ledger(settings.fallback.ledger).verify().faults == ()
    ledger = settings.fallback.ledger.read_text()
    assert WORDS not in ledger
    assert "Secret" not in ledger + str(engine.bodies)
    assert {record["sha256"] for record in sent} == set(map(_digest, engine.raw))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"enabled": False}, "fallback.enabled is false"),
        ({"kinds": ["text-only"]}, "does not name `audio`, `frames`"),
        ({"kinds": ["text-only", "audio"]}, "does not name `frames`"),
        ({"hosts": []}, "is not in fallback.hosts"),
        ({"deny": ["*Secret*"]}, "fallback.deny"),
        ({"prices": {}}, "no price"),
    ],
)
def test_what_may_not_leave_is_refused_before_anything_is_sent(
    engine: Engine, recording: Path, tmp_path: Path, changes: dict[str, Any], word: str
) -> None:
    with pytest.raises(EgressRefusedError, match=word):
        engines_for(settings_for(engine, tmp_path, **changes), recording).check()
    assert engine.bodies == []


def test_a_run_without_egress_sends_nothing(engine: Engine, recording: Path, tmp_path: Path) -> None:
    with pytest.raises(EgressRefusedError, match="not switched on for this run"):
        engines_for(settings_for(engine, tmp_path), recording, egress=False).check()
    assert engine.bodies == []


def test_a_file_that_forbids_it_stops_the_next_request(engine: Engine, recording: Path, tmp_path: Path) -> None:
    """It is looked for at every request: a run that is under way ends there."""
    gemma = engines_for(settings_for(engine, tmp_path), recording).multimodal()
    gemma.ask([Request(text="Hm", audio=(noise(1),))], max_tokens=8)
    before = len(engine.bodies)
    (recording.parent / NO_EGRESS).touch()
    with pytest.raises(EgressRefusedError, match="forbids it"):
        gemma.ask([Request(text="Hm", audio=(noise(1),))], max_tokens=8)
    assert len(engine.bodies) == before


def test_without_a_gate_nothing_is_sent_elsewhere(engine: Engine, tmp_path: Path) -> None:
    """As `longmedia doctor --engine` asks: no recording is there to ask a gate about."""
    settings = settings_for(engine, tmp_path)
    gemma: ChatGemma = Registry(keep=False).lease().served(settings.gemma, settings.video, settings.endpoint)
    with pytest.raises(EgressRefusedError, match="another machine"):
        gemma.handshake.answers()
    assert engine.bodies == []
