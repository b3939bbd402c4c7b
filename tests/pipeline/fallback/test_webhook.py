"""The signed POST of a webhook, against a real server on loopback that drops, fails, waits and redirects."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import EndpointError, SettingsError
from pipeline.fallback.webhook import post, read_secret, signature
from pipeline.settings import Webhook, load
from tests.pipeline.fallback.hook import Behave, Hook, drips, drops, served, silent, status

SECRET = b"0123456789abcdef0123456789abcdef"
BODY = '{"name": "Zoë.mp3"}'.encode()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with served() as hook:
        yield hook


def told(hook: Hook, **rules: object) -> list[float]:
    """Send the body; gives how long it waited between tries."""
    waits: list[float] = []
    settings = Webhook.model_validate({"url": hook.url, "secret": "env:X", "timeout_s": 0.4, **rules})
    post(settings, SECRET, BODY, None, waits.append)
    return waits


def test_the_body_arrives_with_its_signature(hook: Hook) -> None:
    assert told(hook) == []
    ((headers, body),) = hook.got
    assert body == BODY
    stamp = headers["Longmedia-Timestamp"]
    assert abs(int(stamp) - time.time()) < 60
    own = hmac.new(SECRET, stamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert headers["Longmedia-Signature"] == f"sha256={own}"
    assert set(headers) == {
        "Host", "Accept-Encoding", "Content-Length", "Content-Type", "User-Agent", "Longmedia-Timestamp",
        "Longmedia-Signature",
    }  # fmt: skip


def test_a_known_signature() -> None:
    """The expected value is that of `openssl dgst -sha256 -hmac`."""
    assert signature(b"key" * 6, 1_700_000_000, b"{}") == (
        "sha256=65a0e9d022ca8ec7ca7088acbdcd11071eac23328a96c20e3cd0086ea5e012e0"
    )


@pytest.mark.parametrize("bad", [drops, silent, drips, status(500), status(503), status(429), status(408)])
def test_what_may_pass_is_tried_again(hook: Hook, bad: Behave) -> None:
    hook.script = [bad, bad]
    assert told(hook) == [0.5, 1.0]
    assert [body for _, body in hook.got] == [BODY] * 3


def test_it_waits_longer_each_time_and_no_longer_than_it_may(hook: Hook) -> None:
    hook.script = [status(500)] * 5
    assert told(hook, attempts=6, longest_wait_s=3) == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_it_waits_as_long_as_it_is_asked_to(hook: Hook) -> None:
    hook.script = [status(429, Retry_After="7"), status(503, Retry_After="later")]
    assert told(hook) == [7.0, 1.0]
    hook.script = [status(429, Retry_After="3600")]
    with pytest.raises(EndpointError, match="status 429"):
        told(hook)


@pytest.mark.parametrize(("bad", "why"), [(drops, "cut off"), (silent, "time-out"), (drips, "time-out")])
def test_after_the_last_try_it_says_why(hook: Hook, bad: Behave, why: str) -> None:
    hook.script = [bad] * 9
    begun = time.monotonic()
    with pytest.raises(EndpointError, match=f"^127.0.0.1: {why}"):
        told(hook, attempts=2)
    assert len(hook.got) == 2
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("code", [400, 401, 404, 410])
def test_what_will_not_pass_is_not_tried_again(hook: Hook, code: int) -> None:
    hook.script = [status(code)]
    with pytest.raises(EndpointError, match=f"status {code}"):
        told(hook)
    assert len(hook.got) == 1


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirects_are_not_followed(hook: Hook, code: int) -> None:
    with served() as other:
        hook.script = [status(code, Location=other.url)]
        with pytest.raises(EndpointError, match="redirects are not followed"):
            told(hook)
        assert other.got == []


def test_nobody_there(hook: Hook) -> None:
    with served() as gone:
        pass
    with pytest.raises(EndpointError, match="not reached"):
        told(gone)


def test_no_proxy_of_the_environment_is_used(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        told(hook)
        assert proxy.got == []


def test_the_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", f" {SECRET.decode()}\n")
    (tmp_path / "secret").write_bytes(SECRET + b"\n")
    assert read_secret("env:HOOK") == read_secret(f"file:{tmp_path / 'secret'}") == SECRET
    monkeypatch.setenv("HOOK", "short")
    with pytest.raises(SettingsError, match="less than 16 bytes") as short:
        read_secret("env:HOOK")
    assert "short" not in str(short.value)
    for missing in ("env:NOBODY", f"file:{tmp_path / 'nobody'}"):
        with pytest.raises(SettingsError, match=r"webhook\.secret"):
            read_secret(missing)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingsError, match="nothing to sign it with"):
        load(None, ["webhook.url=https://example.org/done"])
    for url in ("ftp://example.org", "https://user:word@example.org/", "example.org"):
        with pytest.raises(SettingsError, match=r"webhook\.url") as refused:
            load(None, [f"webhook.url={url}", "webhook.secret=env:HOOK"])
        assert "word" not in str(refused.value)
    with pytest.raises(SettingsError, match=r"webhook\.secret") as refused:
        load(None, ["webhook.url=https://example.org/done", "webhook.secret=hunter2hunter2hunter2"])
    assert "hunter2" not in str(refused.value)
