"""`longmedia browse`: what is served, to whom, and that nothing else is."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chunkers.identity import content_id
from flows.browse import answers
from flows.browse.answers import Site
from flows.browse.serving import serving
from pipeline.errors import SettingsError
from pipeline.process import process
from pipeline.settings import Report
from pipeline.store import Store
from tests.flows.browse.running import running
from tests.flows.programs import ROOT, environment
from tests.pipeline.quick import QuickRegistry, quick_settings, tones
from tests.pipeline.reports.test_html import HOSTILE, Page
from tests.pipeline.search.archive import meeting, recorded

A = "a" * 32


class Served:
    """A store that is served, as a client sees it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.root = parts.netloc, parts.path

    def get(
        self, path: str = "", *, method: str = "GET", root: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, (self.root if root is None else root) + path, headers=given)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def page(self, path: str = "") -> Page:
        status, _, body = self.get(path)
        assert status == 200, body
        return Page(body.decode())


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "talk.wav"
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)) * 4)
    return path


@pytest.fixture
def store(tmp_path: Path, sound: Path) -> Store:
    store = meeting(tmp_path / "store")
    recorded(store, content_id(sound), [(3, "A zebra.", "Zoë")], name="zoo.wav", path=str(sound))
    return store


@pytest.fixture
def served(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(answers, "_FOLLOW_S", 0.0)
    with running(store) as address:
        yield Served(address)


def test_the_list_shows_every_recording(served: Served, store: Store) -> None:
    page = served.page()
    shown = [text for text, _ in page.found("a", class_="open")]
    assert len(shown) == 3
    assert any("Board meeting.mp3" in text and "2026-03-24 · 0:01:00" in text for text in shown)
    assert {own["href"] for _, own in page.found("a", class_="open")} == {f"r/{one}" for one in store.recordings()}
    recorded(store, "c" * 32, [(3, "A lion.", None)], done=False)
    assert any("not finished" in text for text, _ in served.page().found("li"))


def test_a_search_leads_into_the_report_at_the_second(served: Served) -> None:
    page = served.page("?q=%22new+tile%22")
    (hit,) = page.found("a", class_="open")
    assert hit[1]["href"] == f"r/{A}#t=5.00,8.00"
    assert hit[0].startswith("0:00:05 · Board meeting.mp3 · transcript · Anna Keller")
    assert [text for text, _ in page.found("mark")] == ["new tiles"]
    assert served.page(f"r/{A}").found("title")[0][0] == "Board meeting.mp3"
    assert [text for text, _ in served.page("?q=roof&kind=summary").found("mark")] == ["roof"] * 2
    assert served.page("?q=lighthouse").found("p", class_="count")[0][0] == "Nothing found"
    assert "quote" in served.page("?q=%22open").found("p", class_="note")[0][0]


def test_a_report_plays_the_recording_through_the_page(served: Served, sound: Path) -> None:
    page = served.page(f"r/{content_id(sound)}")
    ((_, player),) = page.found("audio") + page.found("video")
    assert player["src"] == f"../m/{content_id(sound)}"
    status, headers, body = served.get(f"m/{content_id(sound)}")
    assert (status, body, headers["accept-ranges"]) == (200, sound.read_bytes(), "bytes")
    assert headers["content-type"].startswith("audio/")


def test_bytes_of_the_recording(served: Served, sound: Path) -> None:
    place, whole = f"m/{content_id(sound)}", sound.read_bytes()
    status, headers, body = served.get(place, Range="bytes=10-19")
    assert (status, body, headers["content-range"]) == (206, whole[10:20], "bytes 10-19/1024")
    assert served.get(place, Range="bytes=1000-")[2] == whole[1000:]
    assert served.get(place, Range="bytes=-24")[2] == whole[1000:]
    status, headers, body = served.get(place, Range="bytes=1024-")
    assert (status, headers["content-range"], body) == (416, "bytes */1024", b"")
    status, headers, body = served.get(place, method="HEAD")
    assert (status, headers["content-length"], body) == (200, "1024", b"")


def test_a_file_that_is_not_the_recording_is_not_given_away(served: Served, store: Store, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hush")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (secret, fifo, tmp_path, tmp_path / "none", Path("/etc/passwd")):
        recorded(store, "d" * 32, [(1, "Words.", None)], path=str(path))
        status, _, body = served.get("m/" + "d" * 32)
        assert (status, body) == (404, b"The recording is not where it was.")


def test_a_recording_that_was_changed_is_no_longer_played(served: Served, sound: Path) -> None:
    place = f"m/{content_id(sound)}"
    assert served.get(place)[0] == 200
    sound.write_bytes(b"another")
    assert served.get(place)[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "../", "..%2f..%2fetc%2fpasswd", "r/..", "r/../.search", "r/.search", "m/..%2F..%2Fsecret", "m/.search",
        ".search/index.sqlite", "r/none", "static/page.js", f"{A}/hear=h/part-000000.parquet", "r/%00", "r/a%0d%0ab",
    ],
)  # fmt: skip
def test_nothing_else_is_there(served: Served, path: str) -> None:
    status, headers, body = served.get(path)
    assert status == 404
    assert headers["content-type"].startswith("text/plain")
    assert body in (b"There is no such page.", b"There is no such recording.")


def test_without_the_secret_nothing_is_shown(served: Served) -> None:
    for root in ("/", "/x/", f"{served.root[:-2]}/"):
        assert served.get(root=root)[0] == 404
    assert len(served.root) > 20


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost"},
        {"Origin": "http://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_other_sites_may_not_ask(served: Served, headers: dict[str, str]) -> None:
    for path in ("", f"r/{A}", "progress.json"):
        status, _, body = served.get(path, **headers)
        assert status == 403
        assert b"Board" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT"])
def test_nothing_can_be_changed(served: Served, method: str) -> None:
    assert served.get(method=method)[0] == 501


def test_every_answer_has_a_policy(served: Served, sound: Path) -> None:
    for path in ("", "?q=roof", f"r/{A}", f"m/{content_id(sound)}", "progress.json", "none"):
        _, headers, _ = served.get(path)
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "unsafe" not in headers["content-security-policy"]
        assert "Python" not in headers["server"]


def test_what_a_recording_says_stays_text(served: Served, store: Store) -> None:
    hostile = f"zebra {HOSTILE}"
    recorded(store, "e" * 32, [(1, hostile, HOSTILE)], name=HOSTILE, summary=hostile, screen=hostile)
    plain, page = served.page("?q=roof"), served.page("?q=zebra")
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements}
    assert not [name for _, own in page.elements for name in own if name.startswith("on")]
    assert any("<script>alert(1)</script>" in text for text, _ in page.found("span", class_="words"))
    for path in ("", "?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E&kind=%22%3E%3Cb%3E", f"r/{'e' * 32}"):
        assert [tag for tag, _ in served.page(path).elements].count("script") == 1


def test_progress_of_what_is_at_work(served: Served, store: Store) -> None:
    run = recorded(store, "f" * 32, [(3, "A lion.", None)], done=False)
    assert json.loads(served.get("progress.json")[2]) == []
    with run.writing():
        (row,) = json.loads(served.get("progress.json")[2])
        assert row == {"recording": "f" * 32, "stage": "merge", "share": 1.0}
        ((_, shown),) = served.page().found("span", class_="running")
        assert shown["data-recording"] == "f" * 32


def test_pages_of_a_long_list(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_A_PAGE", 2)
    first, last = served.page(), served.page("?page=2")
    assert [len(page.found("a", class_="open")) for page in (first, last)] == [2, 1]
    assert first.found("a", rel="next")[0][1]["href"] == "./?page=2"
    for odd in ("0", "-1", "99999999999999", "x", "%C2%B2"):
        assert served.page(f"?page={odd}").found("a", class_="open")


def test_a_store_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    site = Site(meeting(tmp_path / "store"), Report())
    site.follow()
    (tmp_path / "store" / A / "runs" / "m.json").write_text("{")
    answer = site.answer(f"/{site.secret}/r/{A}")
    assert answer.status == 500
    assert b"damaged" in answer.body
    site.close()


def test_a_port_that_is_taken_is_wrong_use(served: Served, store: Store) -> None:
    with pytest.raises(SettingsError, match="--port"), serving(store, Report(), int(served.host.partition(":")[2])):
        pass


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_its_address_and_ends_with_ctrl_c(tmp_path: Path, signum: signal.Signals) -> None:
    settings = quick_settings(tmp_path / "weights")
    path = tones(tmp_path / "talk.wav", 8)
    process(path, settings, Store(tmp_path / "store"), QuickRegistry())
    child = subprocess.Popen(
        [sys.executable, "-c", "from flows.start import main; main()", "browse", "--store", str(tmp_path / "store")],
        cwd=ROOT, env=environment(tmp_path / "home"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout
    served = Served(child.stdout.readline().strip())
    assert served.host.startswith("127.0.0.1:")
    assert b"talk.wav" in served.get()[2]
    assert served.get(f"m/{content_id(path)}", Range="bytes=0-3")[2] == b"RIFF"
    child.send_signal(signum)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out, err) == (130, "", "Ctrl-C ends it.\n")
