"""The page as people meet it: on a desk, on a phone, in the dark, from the right, on paper, twelve hours long."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from pipeline.reports import report
from pipeline.store import FORMAT, Run, RunDocument, RunKey, Store
from pipeline.store.documents import InputDocument, RecordingDocument, Result
from pipeline.store.structs import Citation
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from pipeline.text.cues import Cue
from tests.pipeline.reports.test_html import HOSTILE, stored

CHROMIUM, AXE = os.environ.get("LONGMEDIA_TEST_CHROMIUM", ""), os.environ.get("LONGMEDIA_TEST_AXE", "")
MEETING = Path(__file__).parents[3] / "data" / "meeting.opus"

if not CHROMIUM:
    pytest.skip("LONGMEDIA_TEST_CHROMIUM names no browser", allow_module_level=True)
api = pytest.importorskip("playwright.sync_api")

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
VIEWS = {
    "desk": DESK, "dark": {**DESK, "color_scheme": "dark"}, "phone": PHONE,
    "phone, dark": {**PHONE, "color_scheme": "dark"},
}  # fmt: skip

ENGLISH = [
    "The north pier of the Millbrook bridge has a crack of 3.2 metres.",
    "The budget of the bridge is 640,000 euros.",
    "Then we agree, the footpath stays open.",
    "Daniel sends the written offer by Friday.",
    "We still have to decide who pays for the walkway.",
]
HEBREW = ["הגשר הצפוני נסגר לתנועה ביום שני.", "התקציב המאושר הוא 640,000 אירו.", "אנחנו מסכימים שהמדרכה נשארת פתוחה."]
CUES = 12
"""A window."""


def talk(folder: Path, lines: list[str], people: tuple[str, ...], windows: int, language: str = "en") -> Run:
    """A run of so many windows of 30 s, twelve cues in each."""
    store = Store(folder)
    run = store.run(RunKey("r", {"hear": "h", "describe": "d", "merge": "m"}))
    result = Result(state="complete", finished="2026-01-02", seconds=1, coverage_ticks={"processed": windows * 30 * S})
    run.save(
        RunDocument(
            format=FORMAT, recording="r", run=run.key.run, created="2026-01-01",
            input=InputDocument(name=MEETING.name, path=str(MEETING)), stages=dict(run.key.stages),
            settings={"profile": "meeting"}, result=result,
        )
    )  # fmt: skip
    store.save_recording(RecordingDocument(recording="r", audio=("track",)))
    said, who = itertools.cycle(lines), itertools.cycle(name for name in people for _ in range(9))
    rows = []
    for number in range(windows):
        start = number * 30 * S
        ticks = range(start, start + 30 * S, 30 * S // CUES)
        cues = [Cue(tick, tick + 30 * S // CUES, next(said), next(who)) for tick in ticks]
        rows.append(
            HearRow(recording="r", index=number, start=start, end=start + 30 * S, heard_start=start, status="processed",
                    transcript=" ".join(cue.text for cue in cues), language=language, cues=cues)
        )  # fmt: skip
    run.hear.write(0, rows)
    run.describe.write(
        0,
        [
            DescribeRow(recording="r", index=row.index, start=row.start, end=row.end, kind="window", inputs="x",
                        status="processed", summary=row.cues[0].text)
            for row in rows
        ],
    )  # fmt: skip
    step = max(1, windows // len(lines)) * 30 * S
    run.level(1).write(
        0,
        [
            NodeRow(recording="r", level=1, index=0, start=0, end=windows * 30 * S, children=list(range(windows)),
                    status="processed", text="\n".join(lines), sentences=lines,
                    citations=[Citation(n, n * step, n * step + 9 * S, True, "aligned") for n in range(len(lines))])
        ],
    )  # fmt: skip
    return run


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages by what is special about them."""
    folder = tmp_path_factory.mktemp("pages")
    runs = {
        "english": talk(folder / "en", ENGLISH, ("Anna", "Bo", "Cem"), 24),
        "hebrew": talk(folder / "he", HEBREW, ("הלנה", "דניאל"), 8, "he"),
        "hostile": stored(folder / "hostile", HOSTILE, HOSTILE.replace("/", ""), f"{HOSTILE} Helen", MEETING),
    }
    for name, run in runs.items():
        (folder / f"{name}.html").write_text("".join(report(run, "html", "long")), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in runs}


class Seen:
    """A page in a view, and all that it said and asked for."""

    def __init__(self, browser: Any, file: Path, view: dict[str, Any], **more: Any) -> None:
        self.context = browser.new_context(**view, **more)
        self.page = self.context.new_page()
        self.heard: list[str] = []
        self.asked: list[str] = []
        for event in ("console", "pageerror", "dialog"):
            self.page.on(event, lambda said: self.heard.append(str(said)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.counters = self.context.new_cdp_session(self.page)
        self.counters.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.goto(file.as_uri(), wait_until="domcontentloaded")
        self.get("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def get(self, what: str) -> Any:
        return self.page.evaluate(what)

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["english", "hebrew", "hostile"])
def test_it_fits_every_view_and_asks_for_nothing_else(
    browser: Any, pages: dict[str, Path], name: str, view: str
) -> None:
    with Seen(browser, pages[name], VIEWS[view]) as seen:
        width = VIEWS[view]["viewport"]["width"]
        assert seen.get("document.documentElement.scrollWidth") <= width, "nothing has to be scrolled sideways"
        for part in ("h1", "#toggle", "#transcript", "main a.said", "#find"):
            box = seen.page.locator(part).first.bounding_box()
            assert box, part
            assert box["x"] >= 0, part
            assert box["x"] + box["width"] <= width + 1, part
        seen.page.locator("main a.said").first.click()
        seen.page.wait_for_timeout(200)
        assert seen.heard == []
        assert {Path(url).name for url in seen.asked if not url.startswith("data:image/jpeg")} <= {
            pages[name].name,
            MEETING.name,
        }


def test_what_runs_from_the_right_begins_there(browser: Any, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["hebrew"], DESK) as seen:
        for part in ("main .lines li", "#transcript .item"):
            assert seen.get(f"getComputedStyle(document.querySelector('{part}')).direction") == "rtl", part
        assert seen.get("getComputedStyle(document.documentElement).direction") == "ltr"


def test_dark_is_dark_and_light_is_light(browser: Any, pages: dict[str, Path]) -> None:
    def brightness(view: str) -> tuple[int, int]:
        with Seen(browser, pages["english"], VIEWS[view]) as seen:
            style = "getComputedStyle(document.body)"
            colours = seen.get(f"[{style}.backgroundColor, {style}.color]")
            paper, ink = (sum(map(int, colour[4:-1].split(","))) for colour in colours)
            return paper, ink

    (light, dark_ink), (dark, light_ink) = brightness("desk"), brightness("dark")
    assert min(light, light_ink) > 600
    assert max(dark, dark_ink) < 150


def test_on_paper_all_of_the_transcript_is_there_and_no_controls(browser: Any, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["english"], DESK) as seen:
        seen.page.emulate_media(media="print")
        for part in (".bar", ".find", "#cursor"):
            assert seen.get(f"getComputedStyle(document.querySelector('{part}')).display") == "none", part
        transcript = seen.get("(({scrollHeight, clientHeight}) => [scrollHeight, clientHeight])(transcript)")
        assert transcript[0] == transcript[1], "nothing is cut off"
        assert seen.page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.skipif(not AXE, reason="LONGMEDIA_TEST_AXE names no axe.min.js")
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["english", "hebrew", "hostile"])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, view: str) -> None:
    with Seen(browser, pages[name], VIEWS[view], bypass_csp=True) as seen:
        seen.page.add_script_tag(content=Path(AXE).read_text(encoding="utf-8"))
        seen.get("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        seen.page.locator("main a.said").first.click()
        found = seen.get("axe.run()")["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []


def test_twelve_hours_open_in_less_than_two_seconds(browser: Any, tmp_path: Path) -> None:
    windows = 30_000 // CUES
    file = tmp_path / "day.html"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(report(talk(tmp_path / "day", ENGLISH, ("Anna", "Bo", "Cem", "Dina"), windows), "html"))
    with Seen(browser, file, DESK) as seen:
        counted = {one["name"]: one["value"] for one in seen.counters.send("Performance.getMetrics")["metrics"]}
        assert counted["TaskDuration"] < 2, "seconds of CPU of the page's thread: others may be using the machine"
        assert seen.get("document.querySelectorAll('.c').length") == windows * CUES
        frames = seen.get(
            """(async () => {
              const times = [];
              let last = performance.now();
              for (let n = 0; n < 60; n++) {
                transcript.scrollTop += 400;
                await new Promise(requestAnimationFrame);
                times.push(performance.now() - last);
                last = performance.now();
              }
              return times.sort((a, b) => a - b);
            })()"""
        )
        assert frames[len(frames) // 2] < 250, "it scrolls, also while others use the machine"
        link = seen.page.locator("main .gist a.said").last
        link.click()
        start = float(link.get_attribute("href").removeprefix("#t=").partition(",")[0])
        lit = seen.page.locator(".c.lit").first.get_attribute("data-t")
        assert float(lit.partition(" ")[0]) == pytest.approx(start, abs=3)
        assert seen.heard == []
