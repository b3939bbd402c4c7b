"""`longmedia export site`: a folder that opens from a disk, and is brought up to date by the same command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from pipeline.store import Store
from tests.pipeline.reports.test_html import HOSTILE, Page
from tests.pipeline.search.archive import called, meeting, recorded

A, B = "a" * 32, "b" * 32
MEETING = Path(__file__).parents[3] / "data" / "meeting.opus"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return meeting(tmp_path / "store")


def exported(store: Store, folder: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["export", "site", str(folder), "--store", store.files.url, *more])


def index(folder: Path) -> Page:
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def test_an_index_and_a_report_for_each_recording(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = exported(store, out)
    assert done.exit_code == 0
    assert "2 reports written, 0 as they were, 0 removed" in done.stdout
    rows = index(out).found("a", class_="open")
    assert [own["href"] for _, own in rows] == [f"reports/{B}.html", f"reports/{A}.html"]
    assert all((out / own["href"]).is_file() for _, own in rows)
    assert Page((out / "reports" / f"{A}.html").read_text(encoding="utf-8")).found("title")[0][0] == "Board meeting.mp3"
    ((data, _),) = [(text, own) for text, own in index(out).found("script") if own.get("type") == "application/json"]
    assert json.loads(data)[1]["speakers"] == ["Anna Keller", "Bo Lind"]
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "reports", "site.json"]


def test_the_page_asks_for_nothing(store: Store, tmp_path: Path) -> None:
    exported(store, tmp_path / "out")
    page = index(tmp_path / "out")
    ((_, own),) = page.found("meta", **{"http-equiv": "Content-Security-Policy"})
    assert own["content"].startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src" not in own["content"]
    addresses = [value for _, own in page.elements for name, value in own.items() if name in ("src", "href", "action")]
    assert all(value.startswith("reports/") for value in addresses)


def test_only_what_has_changed_is_made_again(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    exported(store, out)
    before = {path.name: path.stat().st_mtime_ns for path in (out / "reports").iterdir()}
    assert "0 reports written, 2 as they were" in exported(store, out).stdout
    called(store, A, 21, "Bo Adelheid")
    assert "1 reports written, 1 as they were" in exported(store, out).stdout
    after = {path.name: path.stat().st_mtime_ns for path in (out / "reports").iterdir()}
    assert {name for name in before if before[name] != after[name]} == {f"{A}.html"}
    (out / "reports" / f"{B}.html").unlink()
    assert "1 reports written" in exported(store, out).stdout
    shutil.rmtree(store.files.local_path(A))
    assert "1 removed" in exported(store, out).stdout
    assert [path.name for path in (out / "reports").iterdir()] == [f"{B}.html"]
    assert len(index(out).found("a", class_="open")) == 1


def test_a_folder_with_pages_of_others_is_left_alone(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("mine")
    done = exported(store, out)
    assert done.exit_code != 0
    assert "not from" in str(done.exception)
    assert [path.read_text() for path in out.iterdir()] == ["mine"]
    (out / "site.json").write_text("[]")
    assert "damaged" in str(exported(store, out).exception)


def test_site_json_of_others_removes_nothing_outside(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    exported(store, out)
    (tmp_path / "victim.html").write_text("mine")
    (out / "site.json").write_text(json.dumps({"reports": {"../../victim": "x", "..": "x"}}))
    exported(store, out)
    assert (tmp_path / "victim.html").read_text() == "mine"


def test_what_a_recording_says_stays_text(store: Store, tmp_path: Path) -> None:
    recorded(store, "e" * 32, [(1, HOSTILE, HOSTILE)], name=HOSTILE, summary=HOSTILE)
    exported(store, tmp_path / "out")
    page = index(tmp_path / "out")
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert not {"img", "iframe", "b"} & {tag for tag, _ in page.elements}
    data = next(text for text, own in page.found("script") if own.get("type"))
    assert any("</script><script>" in one["words"] for one in json.loads(data))


def test_a_report_that_cannot_be_made_is_told_and_the_others_are_written(store: Store, tmp_path: Path) -> None:
    recorded(store, "f" * 32, [(1, "We begin.", "Helen")], name="meeting.opus", path=str(MEETING))
    done = exported(store, tmp_path / "out", "--embed")  # of two the recording is not there
    assert done.exit_code == 3
    assert "1 reports written" in done.stdout
    assert "Board meeting.mp3" in done.stderr
    assert "data:audio/ogg" in (tmp_path / "out" / "reports" / f"{'f' * 32}.html").read_text(encoding="utf-8")
