"""The endpoint against a real model, and against a server that does everything wrong."""

from __future__ import annotations

import hashlib
import json
import logging
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import EgressRefusedError, EndpointError, LimitError, UnreachedError, WeightsMissingError
from pipeline.fallback.ledger import Ledger
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.endpoint.messages import Ask, retry_after, same_model
from pipeline.models.endpoint.writer import EndpointWriter
from pipeline.prompts import Prompt
from pipeline.settings.fallback import Fallback
from tests.pipeline.fallback import cloud as play
from tests.pipeline.fallback.cloud import GOOD, MODEL, Behave, Cloud
from tests.pipeline.fallback.conftest import KEY, Llama, gate_for, rules_for

ASK = Ask(Prompt("Summarise: the pump costs 412,000 euros. Grüße.", system="Be brief."))


def ledger_of(rules: Fallback) -> list[dict[str, Any]]:
    return list(Ledger(rules.ledger).records())


def test_a_real_model_answers_and_the_ledger_names_the_bytes_of_the_wire(
    cloud: Cloud, llama: Llama, rules: Fallback, recording: Path
) -> None:
    cloud.answer = play.forwards(llama.url, KEY)
    written = Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    assert written.text
    assert 0 < written.tokens_out <= 24
    request, outcome = ledger_of(rules)
    (got,) = cloud.got
    assert request["sha256"] == hashlib.sha256(got.body).hexdigest()
    assert request["bytes"] == len(got.body) == int(got.headers["content-length"])
    assert (request["host"], request["model"], request["kind"]) == ("127.0.0.1", MODEL, "text-only")
    assert (request["chunk"], request["reason"]) == ("chunk 3", "summary: loop")
    assert (outcome["of"], outcome["outcome"], outcome["status"]) == (request["number"], "answered", 200)
    assert outcome["cost"] == outcome["tokens_in"] + 4 * outcome["tokens_out"] < request["cost"]


def test_nothing_but_the_request_leaves(
    cloud: Cloud, rules: Fallback, recording: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ambient")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ambient")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-ambient")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Ambient: yes")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ambient password ambient\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    (got,) = cloud.got
    assert got.path == "/v1/chat/completions"
    assert got.headers.pop("authorization") == f"Bearer {KEY}"
    assert got.headers.pop("host") == f"127.0.0.1:{cloud.port}"
    assert got.headers.pop("content-length") == str(len(got.body))
    assert got.headers == {
        "accept": "application/json",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "user-agent": "longmedia",
    }
    assert set(got.said) == {"model", "messages", "max_tokens", "temperature"}
    assert "Secret" not in str(got.said)


@pytest.fixture
def proxy() -> Iterator[Cloud]:
    """A proxy on loopback, which answers itself instead of passing on."""
    playing = Cloud()
    server = play.serve(playing)
    yield playing
    server.shutdown()
    server.server_close()


def test_what_is_on_this_machine_is_never_asked_through_a_proxy(cloud: Cloud, proxy: Cloud, rules: Fallback) -> None:
    """A proxy may be another machine: it would be sent texts that count as staying here."""
    endpoint = Endpoint(rules.model_copy(update={"proxy": proxy.url}))
    assert endpoint.ask(ASK, max_tokens=24).text == GOOD
    EndpointWriter(endpoint, context=2048)  # asks how it counts
    assert [got.path for got in cloud.got] == ["/v1/chat/completions", "/tokenize"]
    assert proxy.got == []


def test_another_machine_is_asked_through_the_proxy_and_the_ledger_names_it(
    proxy: Cloud, rules: Fallback, recording: Path
) -> None:
    there = {"url": "http://cloud.example/v1", "hosts": ("cloud.example",), "plain_hosts": ("cloud.example",)}
    rules = rules.model_copy(update={**there, "proxy": proxy.url})
    assert Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, recording)).text == GOOD
    request, _ = ledger_of(rules)
    assert (request["host"], request["proxy"]) == ("cloud.example", "127.0.0.1")
    assert [got.headers["host"] for got in proxy.got] == ["cloud.example"]


def test_a_proxy_elsewhere_that_could_read_along_is_refused(proxy: Cloud, rules: Fallback, recording: Path) -> None:
    there = {"url": "http://cloud.example/v1", "hosts": ("cloud.example",), "plain_hosts": ("cloud.example",)}
    elsewhere = rules.model_copy(update={**there, "proxy": f"http://0.0.0.0:{proxy.port}"})
    with pytest.raises(EgressRefusedError, match=r"0\.0\.0\.0 is not reached over https"):
        Endpoint(elsewhere).ask(ASK, max_tokens=24, gate=gate_for(elsewhere, recording))
    assert proxy.got == []
    assert ledger_of(rules) == []


def test_audio_and_frames_go_as_the_protocol_wants_them(cloud: Cloud, rules: Fallback) -> None:
    samples = np.linspace(-1, 1, 16_000, dtype=np.float32)
    Endpoint(rules).ask(Ask(Prompt("Listen."), (samples,), (b"\xff\xd8jpeg",)), max_tokens=24)
    image, audio, text = cloud.got[0].said["messages"][0]["content"]
    assert image["image_url"]["url"] == "data:image/jpeg;base64,/9hqcGVn"
    assert audio["input_audio"]["format"] == "wav"
    assert audio["input_audio"]["data"].startswith("UklGR")
    assert text == {"type": "text", "text": "Listen."}


def test_retry_after_is_honoured(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.fails(429, Retry_After="1")]
    assert Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, recording)).text == GOOD
    assert cloud.times[1] - cloud.times[0] >= 1
    first, limited, second, answered = ledger_of(rules)
    assert (first["attempt"], second["attempt"]) == (1, 2)
    assert (limited["outcome"], limited["cost"]) == ("status 429", 0)
    assert answered["outcome"] == "answered"
    assert [entry["sha256"] for entry in (first, second)] == [hashlib.sha256(g.body).hexdigest() for g in cloud.got]


def test_a_wait_that_is_too_long_is_not_waited(cloud: Cloud, rules: Fallback) -> None:
    cloud.script = [play.fails(429, Retry_After="3600")]
    started = time.monotonic()
    with pytest.raises(EndpointError, match="429; it asks to wait 3600 s"):
        Endpoint(rules).ask(ASK, max_tokens=24)
    assert time.monotonic() - started < 10
    assert len(cloud.got) == 1


def test_one_owner_of_retries(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    cloud.script = [play.fails(500), play.fails(503), play.fails(502), play.fails(500)]
    three = rules.model_copy(update={"attempts": 3})
    with pytest.raises(EndpointError, match="status 502"):
        Endpoint(three).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    assert len(cloud.got) == 3
    assert [record["cost"] for record in ledger_of(rules) if record["type"] == "outcome"] == [0, 0, 0]


BAD: dict[str, tuple[Behave, str]] = {
    "time-out": (play.hangs, "time-out"),
    "drip": (play.drips, "time-out: the answer drips"),
    "garbage": (play.raw(b"<html>\xff\xfe"), "not JSON"),
    "array": (play.raw(b"[1]"), "not an object"),
    "truncated": (play.truncates, "cut off"),
    "flood": (play.floods, "larger than asked for"),
    "empty": (play.says("  "), "no text"),
    "null": (play.says(None), "no text"),
    "filtered": (play.says("x", finish_reason="content_filter"), "ended by content_filter"),
    "other model": (play.says("x", model="cheaper-0"), "another model answered: cheaper-0"),
    "no choice": (play.says("x", choices=[]), "not exactly one choice"),
    "too much": (play.says("x", usage={"prompt_tokens": 1, "completion_tokens": 999}), "999 tokens where 24"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_an_answer_is_refused_and_counts_as_spent(
    cloud: Cloud, rules: Fallback, recording: Path, name: str
) -> None:
    behave, why = BAD[name]
    cloud.script = [behave]
    once = rules.model_copy(update={"attempts": 1, "timeout_s": 1.0})
    with pytest.raises(EndpointError, match=why):
        Endpoint(once).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    request, outcome = ledger_of(rules)
    assert why in outcome["outcome"]
    assert outcome["cost"] > 0
    if outcome["tokens_in"] < 0:
        assert outcome["cost"] == request["cost"]


def test_a_good_answer_after_bad_ones(cloud: Cloud, rules: Fallback) -> None:
    cloud.script = [play.truncates, play.raw(b"?"), play.fails(500)]
    written = Endpoint(rules).ask(ASK, max_tokens=24)
    assert (written.text, written.details["attempts"]) == (GOOD, 4)


def test_a_redirect_is_not_followed(cloud: Cloud, rules: Fallback) -> None:
    elsewhere = play.Cloud()
    server = play.serve(elsewhere)
    cloud.script = [
        play.fails(307, Location=f"{elsewhere.url}/chat/completions"),
        play.fails(302, Location="//192.0.2.7/"),
    ]
    for _ in range(2):
        with pytest.raises(EndpointError, match="redirects are not followed"):
            Endpoint(rules).ask(ASK, max_tokens=24)
    server.shutdown()
    server.server_close()
    assert elsewhere.got == []
    assert len(cloud.got) == 2


def test_nobody_there(cloud: Cloud, rules: Fallback, recording: Path) -> None:
    nobody = rules.model_copy(update={"url": "http://127.0.0.1:9/v1", "attempts": 2})
    with pytest.raises(UnreachedError, match="not reached"):
        Endpoint(nobody).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    assert [record["cost"] for record in ledger_of(rules) if record["type"] == "outcome"] == [0, 0]


def test_without_a_gate_nothing_goes_to_another_machine(rules: Fallback) -> None:
    with pytest.raises(EgressRefusedError, match="another machine"):
        Endpoint(rules.model_copy(update={"url": "https://cloud.example/v1"})).ask(ASK, max_tokens=24)


@pytest.mark.parametrize("value", ["", "two words", "sk-\x00bad", "sk-ü"])
def test_a_key_that_is_none_is_named_by_its_variable_only(
    rules: Fallback, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    if "\x00" in value:
        value = "sk-\x07bad"
    monkeypatch.setenv("CLOUD_KEY", value)
    with pytest.raises(EgressRefusedError, match="CLOUD_KEY holds no key") as caught:
        Endpoint(rules)
    assert not value or value not in str(caught.value)


def test_the_key_is_in_no_error_and_no_log(
    cloud: Cloud, rules: Fallback, recording: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.script = [play.echoes_headers]
    with pytest.raises(EndpointError) as caught:
        Endpoint(rules).ask(ASK, max_tokens=24, gate=gate_for(rules, recording))
    told = "".join(traceback.format_exception(caught.value))
    told += repr(caught.value.__context__) + repr(caught.value.__cause__) + caplog.text
    assert "status 401" in told
    assert KEY not in told
    assert "412,000" not in caplog.text
    assert rules.ledger is not None
    assert KEY.encode() not in rules.ledger.read_bytes()


def test_the_limit_of_requests_at_once(cloud: Cloud, rules: Fallback) -> None:
    def slowly(playing: Cloud, handler: Any, body: bytes) -> None:
        time.sleep(0.2)
        play.says(GOOD)(playing, handler, body)

    cloud.answer = slowly
    two = rules.model_copy(update={"concurrency": 2})
    both = [Endpoint(two), Endpoint(two)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: both[n % 2].ask(ASK, max_tokens=24), range(8)))
    assert cloud.most_at_once == 2


@pytest.mark.parametrize(
    ("asked", "named", "same"),
    [("gpt-x", "gpt-x", True), ("gpt-x", "gpt-x-2026-07-18", True), ("gpt-x", "gpt-x-mini", False),
     ("gemini-y", "models/gemini-y", True), ("org/Model", "model", True), ("gpt-x", "gpt", False)],
)  # fmt: skip
def test_which_names_are_the_same_model(asked: str, named: str, same: bool) -> None:
    assert same_model(asked, named) is same


def test_retry_after_as_number_or_date() -> None:
    import datetime

    now = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
    wanted = {"7": 7, "0.5": 0.5, "Tue, 24 Nov 2026 12:01:00 GMT": 60, "Tue, 24 Nov 2020 12:01:00 GMT": 0, "soon": 0}
    assert {value: retry_after({"retry-after": value}, now) for value in wanted} == wanted
    assert retry_after({}, now) == 0


# -- as the writer -----------------------------------------------------------------------------------------


def test_the_writer_over_a_local_server(llama: Llama, tmp_path: Path) -> None:
    rules = rules_for(llama.url, tmp_path / "egress.jsonl")
    writer = EndpointWriter(Endpoint(rules), context=2048)
    assert 3 <= writer.count("The pump costs money.") <= 8
    prompts = [Prompt("Say yes."), Prompt("Say no.", system="You are brief.")]
    answers = writer.write(prompts, max_tokens=8)
    assert all(answer.text for answer in answers)
    assert [answer.tokens_in <= writer.prompt_tokens(prompt) for answer, prompt in zip(answers, prompts, strict=True)]
    with pytest.raises(LimitError, match="leaves no room"):
        writer.write([Prompt("word " * 3000)], max_tokens=8)
    assert not (tmp_path / "egress.jsonl").exists()


def test_a_server_that_holds_less_than_it_should_says_so(llama: Llama, tmp_path: Path) -> None:
    writer = EndpointWriter(Endpoint(rules_for(llama.url, tmp_path / "x")), context=100_000)
    with pytest.raises(LimitError, match="too long for the model"):
        writer.write([Prompt("word " * 3000)], max_tokens=8)


def test_without_a_tokenizer_bytes_are_counted(cloud: Cloud, rules: Fallback) -> None:
    cloud.script = [play.fails(404)]
    assert EndpointWriter(Endpoint(rules), context=2048).count("Grüße") == 7


def test_a_remote_server_is_not_asked_to_count(rules: Fallback) -> None:
    remote = Endpoint(rules.model_copy(update={"url": "https://cloud.example/v1"}))
    assert EndpointWriter(remote, context=2048).count("Grüße") == 7


def test_a_tokenizer_file_that_is_not_there(rules: Fallback, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="tokenizer"):
        EndpointWriter(Endpoint(rules), context=2048, tokenizer=tmp_path / "none.json")


def test_bodies_are_json_in_utf8(cloud: Cloud, rules: Fallback) -> None:
    Endpoint(rules).ask(ASK, max_tokens=24)
    assert json.loads(cloud.got[0].body.decode("utf-8"))["messages"][1]["content"].endswith("Grüße.")
