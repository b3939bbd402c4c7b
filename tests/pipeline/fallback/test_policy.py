"""The rules, one at a time: each of them alone is enough to keep everything here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.chain import chain
from pipeline.errors import SettingsError
from pipeline.fallback import policy
from pipeline.fallback.gate import forbidding_file
from pipeline.fallback.policy import Case
from pipeline.models.endpoint.egress import Arrival, Departure
from pipeline.models.identity import writer_identity
from pipeline.settings import load
from pipeline.settings.addresses import is_loopback
from pipeline.settings.fallback import Fallback
from pipeline.source import Source

RULES = Fallback.model_validate(
    {
        "enabled": True,
        "hosts": ["api.example"],
        "allow": ["/data/public/*"],
        "deny": ["*secret*"],
        "prices": {"m": {"input": 2, "output": 8, "audio": 20}},
    }
)
CASE = Case(path="/data/public/a.wav", resolved="/data/public/a.wav", this_run=True, installed=True)


def test_the_default_is_no() -> None:
    default = Fallback()
    assert policy.refuses_recording(default, CASE)
    assert policy.refuses_server(default, default.url, default.model)
    assert policy.refuses_kind(default, "audio", "failed")
    assert policy.cap(default) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"forbidden_by": "/data/.no-egress"}, "/data/.no-egress forbids it"),
        ({"this_run": False}, "not switched on for this run"),
        ({"installed": False}, "extra `cloud`"),
        ({"path": "/elsewhere/a.wav", "resolved": "/elsewhere/a.wav"}, "fallback.allow"),
        ({"resolved": "/data/private/a.wav"}, "fallback.allow"),
        ({"resolved": "/data/public/secret/a.wav"}, "fallback.deny"),
        ({"path": "/data/secret-link.wav"}, "fallback.deny"),
    ],
)
def test_each_rule_about_a_recording(change: dict[str, object], why: str) -> None:
    assert policy.refuses_recording(RULES, CASE) == ""
    assert why in policy.refuses_recording(RULES, replace(CASE, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"this_run": False, "installed": False, "path": "/elsewhere/a.wav", "resolved": "/elsewhere/a.wav"}, ""),
        ({"forbidden_by": "/data/.no-egress"}, "/data/.no-egress forbids it"),
        ({"path": "/data/secret-link.wav"}, "fallback.deny"),
    ],
)
def test_what_holds_on_every_road(change: dict[str, object], why: str) -> None:
    """A store, a Prefect server, a cluster: the user has named them, but not for what must stay."""
    assert bool(policy.refuses_every_road(RULES, replace(CASE, **change))) is bool(why)  # type: ignore[arg-type]
    assert why in policy.refuses_every_road(RULES, replace(CASE, **change))  # type: ignore[arg-type]


def test_it_must_be_enabled_in_the_settings() -> None:
    assert "enabled" in policy.refuses_recording(RULES.model_copy(update={"enabled": False}), CASE)


@pytest.mark.parametrize(
    ("url", "model", "why"),
    [
        ("https://api.example/v1", "m", ""),
        ("https://API.example/v1", "m", ""),
        ("https://evil.api.example/v1", "m", "not in fallback.hosts"),
        ("https://api.example.evil/v1", "m", "not in fallback.hosts"),
        ("http://api.example/v1", "m", "not reached over https"),
        ("https://api.example/v1", "n", "no price for n"),
        ("http://127.0.0.1/v1", "m", "not in fallback.hosts"),
    ],
)
def test_each_rule_about_a_server(url: str, model: str, why: str) -> None:
    found = policy.refuses_server(RULES, url, model)
    assert why in found
    assert bool(found) is bool(why)


def test_a_host_of_your_own_network_may_be_plain() -> None:
    assert (
        policy.refuses_server(RULES.model_copy(update={"plain_hosts": ("api.example",)}), "http://api.example", "m")
        == ""
    )


@pytest.mark.parametrize(
    ("kind", "trigger", "refused"),
    [("text-only", "failed", False), ("text-only", "engine", False), ("text-only", "too-long", True),
     ("audio", "failed", True), ("frames", "failed", True), ("audio+frames", "failed", True)],
)  # fmt: skip
def test_each_rule_about_a_kind(kind: str, trigger: policy.Trigger, refused: bool) -> None:
    assert bool(policy.refuses_kind(RULES, kind, trigger)) is refused
    every = RULES.model_copy(update={"kinds": ("text-only", "audio", "frames"), "when": ("failed", "too-long")})
    assert policy.refuses_kind(every, kind, trigger) == ""


DEPARTURE = Departure("https://api.example", "m", "text-only", 1000, 0.0, 0, 100, 1)


def test_the_estimate_is_an_upper_bound_and_the_actual_what_was_counted() -> None:
    assert policy.estimate(RULES, DEPARTURE) == (1000 + 64) * 2 + 100 * 8
    heard = replace(DEPARTURE, kind="audio", audio_s=30.0)
    assert policy.estimate(RULES, heard) == (1000 + 64) * 2 + 30 * 32 * 20 + 100 * 8
    assert policy.estimate(RULES, replace(DEPARTURE, images=2)) == (1000 + 64 + 2 * 2048) * 2 + 100 * 8
    answered = Arrival("answered", True, 200, 9, tokens_in=250, tokens_out=40)
    assert policy.actual(RULES, DEPARTURE, answered) == 250 * 2 + 40 * 8
    assert policy.actual(RULES, heard, answered) == 250 * 20 + 40 * 8
    assert policy.actual(RULES, heard, replace(answered, tokens_audio=200)) == 50 * 2 + 200 * 20 + 40 * 8
    assert policy.actual(RULES, DEPARTURE, Arrival("time-out", True)) == policy.estimate(RULES, DEPARTURE)
    assert policy.actual(RULES, DEPARTURE, Arrival("status 500", False, 500)) == 0


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.0.0.1:8000/v1", True), ("http://[::1]/v1", True), ("http://localhost:1", True),
     ("http://127.9.9.9", True),
     ("http://10.0.0.1", False), ("http://localhost.example", False), ("http://127.0.0.1.example", False),
     ("http://0.0.0.0", False), ("", False)],
)  # fmt: skip
def test_what_is_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def test_the_file_that_forbids_is_found_beside_above_and_behind_links(tmp_path: Path) -> None:
    deep, other = tmp_path / "a" / "b", tmp_path / "c"
    deep.mkdir(parents=True)
    other.mkdir()
    recording = deep / "r.wav"
    recording.touch()
    link = other / "link.wav"
    link.symlink_to(recording)
    assert forbidding_file(recording) == forbidding_file(link) == ""
    (tmp_path / "a" / ".no-egress").touch()
    assert forbidding_file(recording) == forbidding_file(link) == str(tmp_path / "a" / ".no-egress")
    (tmp_path / "a" / ".no-egress").unlink()
    (other / ".no-egress").symlink_to("nowhere")
    assert (forbidding_file(recording), forbidding_file(link)) == ("", str(other / ".no-egress"))


def test_egress_settings_split_no_run_but_the_model_of_an_engine_does() -> None:
    source = Source(Path("a.wav"), "content", track=0)
    changed = load(
        None, ["fallback.enabled=true", "fallback.cap=3", "endpoint.url=http://127.0.0.1:1/v1", "fallback.model=x"]
    )
    assert chain(changed, source).run == chain(load(), source).run
    ours = load(None, ["write.engine=endpoint", "endpoint.model=m"])
    assert writer_identity(ours.write, ours.endpoint, ours.models) == {"model": "endpoint:m"}
    one, two = chain(ours, source).run.stages, chain(load(), source).run.stages
    assert [stage for stage in one if one[stage] != two[stage]] == ["describe", "merge"]


@pytest.mark.parametrize(
    "mistake",
    ["fallback.url=https://me:sk-real-key@api.example/v1", "fallback.key_variable=sk-real-key",
     "fallback.key=sk-real-key",
     "fallback.proxy=http://me:sk-real-key@proxy:1"],
)  # fmt: skip
def test_a_secret_in_the_settings_is_refused_and_not_repeated(mistake: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, [mistake])
    assert "sk-real-key" not in str(caught.value)


def test_lists_on_the_command_line_and_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGMEDIA_FALLBACK__HOSTS", '["a.example", "b.example"]')
    read = load(None, ["fallback.kinds=text-only,audio"]).fallback
    assert (read.hosts, read.kinds) == (("a.example", "b.example"), ("text-only", "audio"))
    monkeypatch.setenv("LONGMEDIA_FALLBACK__HOSTS", "a.example")
    with pytest.raises(SettingsError, match="JSON"):
        load()
