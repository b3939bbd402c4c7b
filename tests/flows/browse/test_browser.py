"""The pages of a store in a real browser: `LONGMEDIA_TEST_CHROMIUM` names a Chromium, and Playwright is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chunkers.identity import content_id
from flows.browse.folder import export
from pipeline.settings import load
from pipeline.store import Store
from tests.flows.browse.running import running
from tests.pipeline.reports.test_html import HOSTILE
from tests.pipeline.search.archive import meeting, recorded

CHROMIUM = os.environ.get("LONGMEDIA_TEST_CHROMIUM", "")
MEETING = Path(__file__).parents[3] / "data" / "meeting.opus"

if not CHROMIUM:
    pytest.skip("LONGMEDIA_TEST_CHROMIUM names no browser", allow_module_level=True)
api = pytest.importorskip("playwright.sync_api")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = meeting(tmp_path / "store")
    lines = [(1.0, "We begin.", "Helen"), (50.0, "The zebra is late.", HOSTILE)]
    recorded(store, content_id(MEETING), lines, name=f"meeting {HOSTILE}", path=str(MEETING), summary=HOSTILE)
    return store


@pytest.fixture
def page() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("dialog", lambda dialog: page.heard.append(dialog.message))
        yield page
        browser.close()


def test_a_search_leads_to_the_second_of_the_recording(store: Store, page: Any) -> None:
    with running(store) as address:
        _search_and_play(page, address)


def _search_and_play(page: Any, address: str) -> None:
    page.goto(address)
    assert page.locator("a.open").count() == 3
    page.fill("input[name=q]", '"zebra is"')
    page.press("input[name=q]", "Enter")
    page.wait_for_selector("mark")
    page.locator("a.open").first.click()
    page.wait_for_selector("#player", state="attached")
    for _ in range(100):  # the page admits no script of ours, so the browser cannot wait by itself
        if page.evaluate("document.getElementById('player').readyState") >= 1:
            break
        page.wait_for_timeout(50)
    assert abs(page.evaluate("document.getElementById('player').currentTime") - 50) < 0.1
    assert page.evaluate("document.getElementById('player').duration") > 200
    assert page.heard == []


def test_filters_narrow_the_list_and_the_search(store: Store, page: Any) -> None:
    with running(store) as address:
        page.goto(address)
        page.locator("summary").click()
        page.fill("input[name=speaker]", "anna")
        page.fill("input[name=until]", "2026-04-01")
        page.select_option("select[name=state]", "complete")
        page.press("input[name=speaker]", "Enter")
        page.wait_for_selector(".filters[open]")
        assert page.locator("a.open").count() == 1
        assert page.input_value("input[name=until]") == "2026-04-01"
        page.fill("input[name=q]", "roof")
        page.click("form > button")
        page.wait_for_selector("mark")
        assert {href.partition("#")[0] for href in hrefs(page)} == {f"r/{'a' * 32}"}
        page.click("text=Clear")
        page.wait_for_selector(".filters:not([open])")
        assert page.locator("a.open").count() == 3
    assert page.heard == []


def hrefs(page: Any) -> list[str]:
    return [link.get_attribute("href") for link in page.locator("a.open").all()]


def test_the_folder_opens_from_a_disk_and_is_narrowed(store: Store, page: Any, tmp_path: Path) -> None:
    export(store, tmp_path / "out", load(None, []), embed=False, watch=lambda done, total: None)
    page.goto((tmp_path / "out" / "index.html").as_uri())
    page.fill("input[name=words]", "ANNA board")
    assert page.locator("#rows > li:visible").count() == 1
    assert page.inner_text("#count") == "1 of 3 recordings"
    page.fill("input[name=words]", "brucke")
    assert "Brücke.mp4" in page.inner_text("#rows > li:visible")
    page.locator("summary").click()
    page.click("text=Clear")
    assert page.inner_text("#count") == "3 recordings"
    page.fill("input[name=speaker]", "BO")
    assert page.locator("#rows > li:visible").count() == 1
    page.fill("input[name=speaker]", "")
    page.fill("input[name=since]", "2026-05-01")
    assert page.inner_text("#count") == "1 of 3 recordings"
    page.select_option("select[name=state]", "gaps")
    assert page.inner_text("#count") == "0 of 3 recordings"
    page.select_option("select[name=state]", "")
    assert page.heard == []
    page.locator("#rows a:visible").click()
    page.wait_for_selector("#transcript")
