"""The page in a real browser: `LONGMEDIA_TEST_CHROMIUM` names a Chromium, and Playwright is there beside the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.reports import report
from pipeline.reports.media import embedded
from tests.pipeline.reports.test_html import HOSTILE, stored

CHROMIUM = os.environ.get("LONGMEDIA_TEST_CHROMIUM", "")
MEETING = Path(__file__).parents[3] / "data" / "meeting.opus"
SENTENCE = "The pump costs 412,000 euros."
"""It rests on the seconds from 1 to 4."""

if not CHROMIUM:
    pytest.skip("LONGMEDIA_TEST_CHROMIUM names no browser", allow_module_level=True)
api = pytest.importorskip("playwright.sync_api")


class Opened:
    """A page in the browser, and what it said and asked for."""

    def __init__(self, page: Any, file: Path) -> None:
        self.page = page
        self.heard: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("dialog", lambda dialog: self.heard.append(dialog.message))
        page.on("request", lambda request: self.asked.append(request.url.partition(",")[0]))
        page.goto(file.as_uri())
        self.until("player.readyState >= 1")

    def get(self, what: str) -> Any:
        return self.page.evaluate(f"(() => {{ const player = document.getElementById('player'); return {what} }})()")

    def until(self, what: str) -> None:
        for _ in range(100):
            if self.get(what):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never: {what}")

    @property
    def now(self) -> float:
        return float(self.get("player.currentTime"))

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Opened]:
    run = stored(tmp_path / "store", SENTENCE, path=MEETING)
    file = tmp_path / "talk.html"
    file.write_text("".join(report(run, "html")), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    yield Opened(page, file)
    page.close()


def test_a_click_on_a_sentence_plays_its_seconds_and_stops(opened: Opened) -> None:
    opened.page.locator("main a.said").first.click()
    assert 1.0 <= opened.now <= 1.1
    lit = opened.page.locator(".said-by .c.lit").all_text_contents()
    assert lit == [SENTENCE]
    opened.until("!player.paused")
    opened.until("player.paused")
    assert 4.0 <= opened.now <= 4.1
    assert opened.heard == []
    assert {Path(address).name for address in opened.asked} == {"talk.html", MEETING.name}


def test_keys(opened: Opened) -> None:
    opened.press("Space")
    opened.until("!player.paused")
    opened.press("Space")
    opened.until("player.paused")
    before = opened.now
    opened.press("ArrowRight")
    assert opened.now == pytest.approx(before + 5, abs=0.1)
    opened.press("ArrowLeft")
    assert opened.now == pytest.approx(before, abs=0.1)
    opened.press("ArrowRight")
    opened.press("j")
    assert opened.now == pytest.approx(30, abs=0.1), "what is missing comes after the last words"
    opened.press("k")
    assert opened.now == pytest.approx(5, abs=0.1)
    assert opened.heard == []


def test_search_finds_and_leaves(opened: Opened) -> None:
    opened.press("/")
    opened.page.keyboard.type("AGRÉE")
    opened.until("document.getElementById('found').textContent === '1 of 1'")
    assert opened.get("CSS.highlights.get('hits').size") == 1
    assert opened.page.locator("#hits rect").count() == 1
    opened.press("Escape")
    opened.until("document.getElementById('found').textContent === ''")
    assert opened.get("document.activeElement.tagName") == "BODY"
    assert opened.heard == []


def test_what_comes_from_a_recording_runs_nothing(browser: Any, tmp_path: Path) -> None:
    run = stored(tmp_path / "store", HOSTILE, HOSTILE.replace("/", ""), f"{HOSTILE} Helen", MEETING)
    file = tmp_path / "talk.html"
    file.write_text("".join(report(run, "html", "long", embedded(run, tmp_path / "sound.ogg"))), encoding="utf-8")
    opened = Opened(browser.new_page(), file)
    opened.page.locator("main a.said").first.click()
    opened.until("!player.paused")
    assert opened.heard == []
    assert opened.asked[0] == file.as_uri()
    assert set(opened.asked[1:]) <= {"data:audio/ogg;base64", "data:image/jpeg;base64"}
    opened.page.close()
