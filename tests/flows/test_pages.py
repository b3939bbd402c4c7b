"""What a Prefect server is told: names on this machine; on another one what may be told, after the ledger says so."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chunkers.identity import content_id
from flows.archive import run_jobs
from flows.local import run_flow
from flows.pages import dask_elsewhere, prefect_elsewhere, shown
from flows.session import Session
from pipeline.archive import Item, Job
from pipeline.fallback.gate import NO_EGRESS, Place
from pipeline.fallback.ledger import Ledger
from pipeline.settings import Settings
from pipeline.settings.fallback import Fallback
from pipeline.store import Store
from tests.flows.programs import ROOT, environment
from tests.pipeline.quick import QuickRegistry, quick_settings, tones

THERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it; what connects to it stays on this machine
CLUSTER = Place("dask", "tcp://10.0.0.1:8786", "--dask")


@pytest.fixture
def elsewhere(server: None) -> Iterator[str]:
    """The server of the tests by an address that is not one of loopback: it counts as another machine."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    url = PREFECT_API_URL.value()
    assert url is not None
    there = url.replace("127.0.0.1", THERE)
    with temporary_settings({PREFECT_API_URL: there}):
        yield there


def chosen(folder: Path, **rules: Any) -> Settings:
    fallback = Fallback(ledger=folder / "egress.jsonl", **rules)
    return quick_settings(folder / "weights").model_copy(update={"fallback": fallback})


def ledger_of(settings: Settings) -> list[dict[str, Any]]:
    return [one for one in Ledger(settings.fallback.ledger).records() if one["type"] == "request"]


def run(paths: list[Path], settings: Settings, folder: Path) -> list[Item]:
    session = Session(QuickRegistry())
    return run_flow([Job(path, settings) for path in paths], settings, Store(folder / "store"), session, [])


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_a_server_elsewhere_is_told_no_more_than_may_be_told(
    elsewhere: str, database: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept, sent = tmp_path / "kept" / "Hushhush.wav", tmp_path / "sent" / "Mergertalks.wav"
    open_ = tmp_path / "open" / "Publicspeech.wav"
    for number, path in enumerate((kept, sent, open_)):
        tones(path, 5, pitch=300 + 50 * number)
    (kept.parent / NO_EGRESS).touch()
    broken = tmp_path / "sent" / "Brokenfile.wav"
    broken.write_text("no sound")
    settings = chosen(tmp_path, allow=("*/open/*",))
    items = run([kept, sent, open_, broken], settings, tmp_path)
    assert [item.state for item in items] == ["complete", "complete", "complete", "unreadable"]
    assert "Hushhush.wav: must stay on this machine" in capfd.readouterr().err
    told = _told(database, [b"Publicspeech.wav", content_id(sent)[:12].encode(), b"4 recordings"])
    for word in ("Hushhush", "Mergertalks", "Brokenfile", content_id(kept)[:12], str(tmp_path), "hearer.bin"):
        assert word.encode() not in told, word
    rows = {row["run"]: row for row in ledger_of(settings)}
    assert set(rows) == {content_id(path) for path in (sent, open_, broken)}
    names = {content_id(sent): content_id(sent)[:12], content_id(open_): "Publicspeech.wav"}
    for recording, name in names.items():
        assert rows[recording]["sha256"] == hashlib.sha256(name.encode()).hexdigest()
        assert (rows[recording]["kind"], rows[recording]["host"]) == ("prefect", THERE)
        assert rows[recording]["reason"] == "PREFECT_API_URL"


@pytest.mark.server
@pytest.mark.filterwarnings("ignore")
def test_a_server_on_this_machine_is_told_the_name_and_no_path(database: Path, tmp_path: Path) -> None:
    """A name that is markup, or looks like a place for a parameter, is shown as it is."""
    from prefect.client.orchestration import get_client

    path = tones(tmp_path / "in" / "{number} [x](javascript:1) |<b>.wav", 5, pitch=777)
    settings = chosen(tmp_path)
    assert [item.state for item in run([path], settings, tmp_path)] == ["complete"]
    assert ledger_of(settings) == []
    _told(database, [path.name.encode()])
    with get_client(sync_client=True) as client:
        tasks = client.request("POST", "/task_runs/filter", json={}).json()
        artifacts = client.request("POST", "/artifacts/filter", json={"limit": 200}).json()
    assert path.name in {one["name"] for one in tasks}
    mine = [one for one in artifacts if "javascript" in str(one)]
    assert {one["type"] for one in mine} == {"progress", "table", "markdown"}
    assert all("[x](" not in str(one["description"]) and "<b>" not in str(one) for one in mine)


def _told(database: Path, expected: list[bytes]) -> bytes:
    """Prefect's database, once everything that is expected is in it."""
    end = time.monotonic() + 60
    while True:
        kept = b"".join(one.read_bytes() for one in database.parent.glob(f"{database.name}*"))
        missing = [one for one in expected if one not in kept]
        if not missing:
            return kept
        assert time.monotonic() < end, f"Prefect was not told {missing}"
        time.sleep(0.5)


def test_a_cluster_elsewhere_is_handed_what_may_leave(tmp_path: Path) -> None:
    kept, sent = tones(tmp_path / "kept" / "a.wav", 5), tones(tmp_path / "sent" / "b.wav", 5, pitch=500)
    (kept.parent / NO_EGRESS).touch()
    settings = chosen(tmp_path)
    assert shown(Job(kept, settings), [CLUSTER]) is None
    assert ledger_of(settings) == []
    called = shown(Job(sent, settings), [CLUSTER])
    assert called is not None
    assert (called.name, called.here) == ("b.wav", True)
    (row,) = ledger_of(settings)
    assert (row["kind"], row["host"], row["run"]) == ("dask", "10.0.0.1", content_id(sent))


def test_without_a_ledger_nothing_is_handed_on(tmp_path: Path) -> None:
    settings = chosen(tmp_path)
    (tmp_path / "egress.jsonl").write_text("not a ledger\n")
    assert shown(Job(tones(tmp_path / "a.wav", 5), settings), [CLUSTER]) is None


def test_what_must_stay_is_run_here_and_what_may_leave_is_submitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every recording to stay, nothing is submitted, and no cluster is needed."""
    path = tones(tmp_path / "a.wav", 5)
    (tmp_path / NO_EGRESS).touch()
    told: list[Item] = []
    settings, session = chosen(tmp_path), Session(QuickRegistry(), done=told.append)

    def submit(*_: object) -> Any:
        raise AssertionError("it was submitted")

    monkeypatch.setattr("flows.archive.show_items", lambda *_, **__: None)
    (item,) = run_jobs([Job(path, settings)], Store(tmp_path / "store"), session, submit, 2, CLUSTER.url)
    assert item.state == "complete"
    assert told == [item]


@pytest.mark.parametrize(
    ("address", "there"),
    [(None, False), ("tcp://127.0.0.1:8786", False), ("inproc://1/2/3", False), ("tcp://scheduler:8786", True),
     ("tls://10.0.0.1:8786", True), ("scheduler:8786", True)],
)  # fmt: skip
def test_which_clusters_are_elsewhere(address: str | None, there: bool) -> None:
    assert (dask_elsewhere(address) is not None) is there


@pytest.mark.parametrize(
    ("url", "database", "there"),
    [("http://127.0.0.1:4200/api", None, False), ("http://[::1]:4200/api", None, False),
     ("https://api.prefect.cloud/api/x", None, True), ("http://prefect.lan:4200/api", None, True),
     ("http://127.0.0.1:4200/api", "postgresql+asyncpg://u:p@db.lan/prefect", True),
     ("http://127.0.0.1:4200/api", "postgresql+asyncpg://u:p@127.0.0.1/prefect", False),
     ("http://127.0.0.1:4200/api", "sqlite+aiosqlite:////tmp/x.db", False)],
)  # fmt: skip
def test_which_prefect_servers_are_elsewhere(url: str, database: str | None, there: bool) -> None:
    from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_DATABASE_CONNECTION_URL, temporary_settings

    more = {} if database is None else {PREFECT_SERVER_DATABASE_CONNECTION_URL: database}
    with temporary_settings({PREFECT_API_URL: url, **more}):
        assert (prefect_elsewhere() is not None) is there


_PROXIED = """
import http.server, os, threading
seen = []
class Proxy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        seen.append(self.path)
        self.send_error(502)
    do_GET = do_CONNECT = do_POST
    def log_message(self, *_): pass
proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
    os.environ[name] = f"http://127.0.0.1:{proxy.server_port}"
os.environ["no_proxy"] = "example.org"
from flows.environment import prepare
prepare()
assert os.environ["NO_PROXY"].startswith("example.org,"), os.environ["NO_PROXY"]
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
answering = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=answering.serve_forever, daemon=True).start()
with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{answering.server_port}/api"}):
    with get_client(sync_client=True) as client:
        client.api_healthcheck()
print("through the proxy:", seen)
"""


def test_prefect_on_this_machine_is_not_asked_through_the_environments_proxy(tmp_path: Path) -> None:
    """Prefect's own client takes the proxies of the environment, which may be other machines."""
    home = environment(tmp_path)
    command = [sys.executable, "-c", _PROXIED]
    done = subprocess.run(command, cwd=ROOT, env=home, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == "through the proxy: []\n", done.stderr
    assert os.environ.get("_LONGMEDIA_SERVED") is None
