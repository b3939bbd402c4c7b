"""The report as a page: what is in it, that it asks for nothing, and that text from a recording stays text."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from chunkers.audio import windows
from chunkers.probing import probe
from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.errors import NoSuchRunError
from pipeline.prompts.severity import SeverityRule
from pipeline.reports import report
from pipeline.reports.media import Media, embedded, linked
from pipeline.reports.stream import blocks
from pipeline.reports.work import work
from pipeline.store import FORMAT, Run, RunDocument, RunKey, Store
from pipeline.store.documents import InputDocument, RecordingDocument, Result
from pipeline.store.structs import Citation, Event, KeyFrame, ScreenDifference, ScreenText
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow
from pipeline.text.cues import Cue

HOSTILE = (
    "</script><script>alert(1)</script></style><img src=x onerror='alert(2)'>\" ' {{ 7*7 }} <!-- https://example.org"
)
KEY = RunKey("r", {"hear": "h", "see": "v", "describe": "d", "merge": "m"})
VOID = {"meta", "input", "img"}


class Page(HTMLParser):
    """The elements of a page, with the text in each."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[list[str]] = []
        self._open: list[int] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])

    def handle_endtag(self, tag: str) -> None:
        at = self._open.pop()
        assert self.elements[at][0] == tag, f"<{self.elements[at][0]}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for at in self._open:
            self.texts[at].append(data)

    def found(self, tag: str, **attributes: str) -> list[tuple[str, dict[str, str]]]:
        """The text and the attributes of every such element; of `class` one name is enough."""
        wanted = {name.strip("_"): value for name, value in attributes.items()}

        def fits(own: dict[str, str]) -> bool:
            return all(
                value in own.get(name, "").split() if name == "class" else own.get(name) == value
                for name, value in wanted.items()
            )

        return [
            (" ".join("".join(text).split()), own)
            for (name, own), text in zip(self.elements, self.texts, strict=True)
            if name == tag and fits(own)
        ]


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (32, 18), "teal").save(data, "JPEG")
    return data.getvalue()


def stored(folder: Path, say: str, name: str = "talk.wav", who: str = "Helen", path: Path | None = None) -> Run:
    """A run of two windows and two segments; all that it says, shows and is called is `say`, `name` and `who`."""
    store = Store(folder)
    run = store.run(KEY)
    run.save(
        RunDocument(
            format=FORMAT, recording="r", run=KEY.run, created="2026-01-01",
            input=InputDocument(name=name, path=str(path or folder / "talk.wav")), stages=dict(KEY.stages),
            severity=(SeverityRule(event="text", text=".", severity="major"),),
            identity={name: name}, versions={"python": say},
            result=Result(state="gaps", finished="2026-01-02", seconds=1, coverage_ticks={"processed": 30 * S}),
        )
    )  # fmt: skip
    store.save_recording(RecordingDocument(recording="r", audio=("track",), pictures=True))
    windows = [
        HearRow(
            recording="r", index=0, start=0, end=30 * S, heard_start=0, status="processed", transcript=say,
            language="en", cues=[Cue(1 * S, 4 * S, say, who), Cue(5 * S, 9 * S, "We agree.", "Bo")],
        ),
        HearRow(recording="r", index=1, start=30 * S, end=60 * S, heard_start=0, status="failed", error=say),
    ]  # fmt: skip
    run.hear.write(0, windows)
    seen = SeeRow(
        recording="r", index=0, start=0, end=60 * S, status="processed", width=32, height=18,
        texts=[ScreenText(say, 0, 9 * S, (0, 0, 9, 9), 0.9)], key_frames=[KeyFrame(2 * S, jpeg())],
    )  # fmt: skip
    run.see.write(0, [seen])
    run.describe.write(
        0,
        [
            DescribeRow(recording="r", index=0, start=0, end=30 * S, kind="segment", inputs="x", status="processed",
                        summary=say, screen_text=say, events=[Event(2 * S, say)]),
            DescribeRow(recording="r", index=1, start=30 * S, end=60 * S, kind="segment", inputs="x", status="failed",
                        error=say),
        ],
    )  # fmt: skip
    sentences = [say, "Nobody said this."]
    run.level(1).write(
        0,
        [NodeRow(recording="r", level=1, index=0, start=0, end=60 * S, children=[0, 1], status="processed",
                 text="\n".join(sentences), sentences=sentences,
                 citations=[Citation(0, 1 * S, 4 * S, True, "aligned")])],
    )  # fmt: skip
    return run


def written(run: Run, media: Media | None = None) -> str:
    return "".join(report(run, "html", "long", media))


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(written(stored(tmp_path, "The pump costs 412,000 euros.")))


def test_a_sentence_leads_to_the_seconds_that_it_rests_on(page: Page) -> None:
    said = dict(reversed(page.found("a", class_="said")))  # the first of those that say the same is the summary's
    assert said["The pump costs 412,000 euros."]["href"] == "#t=1.00,4.00"
    assert "Nobody said this." not in said
    assert any("no moment found" in text for text, _ in page.found("li"))
    cues = {text: own["data-t"] for text, own in page.found("span", class_="c")}
    assert cues["The pump costs 412,000 euros."] == "1.00 4.00"
    assert cues["We agree."] == "5.00 9.00"


def test_everything_of_a_run_has_its_place(page: Page) -> None:
    headings = [text for text, _ in page.found("h2")]
    assert headings == [
        "Summary", "Figures", "In full", "Findings", "Picture", "Speakers", "Coverage",
    ]  # fmt: skip
    assert page.found("title")[0][0] == "talk.wav"
    assert [text for text, _ in page.found("td", class_="who")] == ["Helen", "Bo"]
    lanes = [own["aria-label"] for _, own in page.found("svg", role="img")]
    assert lanes == ["1 finding", "Bo: 57% of the speech", "Helen: 43% of the speech", lanes[-1]]
    assert lanes[-1] == "coverage: processed 50%, failed 50%"
    ((_, picture),) = page.found("img")
    assert base64.b64decode(picture["src"].removeprefix("data:image/jpeg;base64,")) == jpeg()
    assert [text for text, _ in page.found("ul", class_="screen")] == ["The pump costs 412,000 euros."]
    assert any("failed: The pump" in text for text, _ in page.found("div", class_="missing"))


def test_a_speaker_has_one_colour_everywhere(page: Page) -> None:
    table = {text: set(own["class"].split()) - {"who"} for text, own in page.found("td", class_="who")}
    blocks = {text.split()[0]: set(own["class"].split()) for text, own in page.found("div", class_="said-by")}
    assert table["Helen"] != table["Bo"]
    assert all(table[name] <= blocks[name] for name in ("Helen", "Bo"))


def test_a_page_asks_for_nothing_and_runs_nothing_but_its_own(page: Page, tmp_path: Path) -> None:
    ((policy, _),) = [
        (own["content"], own) for _, own in page.found("meta", **{"http-equiv": "Content-Security-Policy"})
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    whole = written(Run(Store(tmp_path).files, KEY))
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        ((own,),) = [re.findall(rf"<{tag}>(.*?)</{tag}>", whole, re.DOTALL)]
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()}'"
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert set(rules["media-src"].split()) == {"'self'", "file:", "data:", "blob:"}
    asked = [
        value for _, own in page.elements for name, value in own.items() if name in ("src", "href", "action", "data")
    ]
    assert all(value.startswith(("#", "data:image/jpeg;base64,", "file:///")) for value in asked)
    assert not re.search(r"https?:", whole)
    assert not [name for _, own in page.elements for name in own if name.startswith("on") or name == "style"]
    assert not {"link", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.elements}


def test_what_comes_from_a_recording_stays_text(tmp_path: Path) -> None:
    name = HOSTILE.replace("/", "")
    run = stored(tmp_path, HOSTILE, name, f"{HOSTILE} Helen", tmp_path / f"{name}.wav")
    page, plain = Page(written(run)), Page(written(stored(tmp_path / "plain", "Words.")))
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert [tag for tag, _ in page.elements].count("img") == 1
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements} | {"small"}
    assert not [name for _, own in page.elements for name in own if name.startswith("on")]
    shown = " ".join(HOSTILE.split())
    for where in (
        page.found("span", class_="c"), page.found("a", class_="said"), page.found("td", class_="who"),
        page.found("ul", class_="screen"), page.found("div", class_="missing"), page.found("dd"),
        page.found("p", class_="event"),
    ):  # fmt: skip
        assert any(shown in text for text, _ in where)
    assert page.found("title")[0][0] == " ".join(name.split())
    ((_, player),) = page.found("video")
    assert player["src"].startswith("file:///")
    assert not set("<>\"' {") & set(player["src"])


def test_a_page_plays_the_original_from_where_it_is(tmp_path: Path) -> None:
    sound = tmp_path / "in" / "a:b #1%.wav"
    run = stored(tmp_path / "store", "Words.", path=sound)
    here = linked(run, tmp_path / "in" / "talk.html")
    beside = linked(run, tmp_path / "out" / "talk.html")
    far = linked(run)
    assert here
    assert beside
    assert far
    assert here.address == "./a%3Ab%20%231%25.wav"
    assert beside.address == "../in/a%3Ab%20%231%25.wav"
    assert far.address == sound.as_uri()
    assert here.kind == "video"


def test_a_transcript_alone_has_no_player(tmp_path: Path) -> None:
    run = stored(tmp_path, "Words.")
    Store(tmp_path).save_recording(RecordingDocument(recording="r"))
    page = Page(written(run))
    assert not page.found("audio")
    assert not page.found("video")
    ((_, toggle),) = page.found("button", id="toggle")
    assert "disabled" in toggle


def test_a_copy_of_the_sound_is_in_the_page_and_on_the_clock(tmp_path: Path) -> None:
    meeting = Path(__file__).parents[3] / "data" / "meeting.opus"
    run = stored(tmp_path, "Words.", path=meeting)
    copy = tmp_path / "sound.ogg"
    media = embedded(run, copy)
    assert abs(probe(copy).duration - probe(meeting).duration) < S // 50
    assert 16_000 / 8 * 202 * 0.8 < media.size < 16_000 / 8 * 202 * 1.2
    with windows(probe(copy)) as one, windows(probe(meeting)) as other:
        assert abs(next(iter(one)).span.end - next(iter(other)).span.end) < S // 10, "the first pause is where it was"
    ((_, player),) = Page(written(run, media)).found("audio")
    assert base64.b64decode(player["src"].removeprefix("data:audio/ogg;base64,")) == copy.read_bytes()
    assert "sound inside this page, 0.4 MB" in written(run, media)
    with pytest.raises(NoSuchRunError):
        embedded(Store(tmp_path / "empty").run(KEY), copy)


def test_a_number_that_runs_is_shown_by_its_ends(tmp_path: Path) -> None:
    run = stored(tmp_path, "Words.")
    texts = [ScreenText(f"Depth {n}.5 m", n * S, (n + 1) * S, (0, 0, 90, 9), 0.9) for n in range(2, 40)]
    rows = [
        SeeRow(recording="r", index=n, start=n * 30 * S, end=(n + 1) * 30 * S, status="processed", width=99, height=99,
               texts=[one for one in texts if n * 30 * S <= one.start < (n + 1) * 30 * S])
        for n in range(2)
    ]  # fmt: skip
    run.see.write(0, rows)
    page = Page(written(run))
    assert [text for text, _ in page.found("li", class_="value")] == ["Depth 2.5 → 29.5 m", "Depth 30.5 → 39.5 m"]
    curves = [own["aria-label"] for _, own in page.found("svg", class_="curve")]
    assert curves == ["Depth: from 2.5 to 39.5 m, lowest 2.5, highest 39.5"]


def test_the_timeline_marks_what_was_refused_and_what_was_made_elsewhere(tmp_path: Path) -> None:
    run = stored(tmp_path, "Words.")
    rows = [
        HearRow(recording="r", index=n, start=n * 30 * S, end=(n + 1) * 30 * S, heard_start=0, status="processed",
                rejected="loop" * (n == 0), source="cloud" if n else "local")
        for n in range(2)
    ]  # fmt: skip
    run.hear.write(0, rows)
    page = Page(written(run))
    lanes = {own["aria-label"] for _, own in page.found("svg", role="img")}
    assert {"what a model gave was refused: 1 stretch", "made outside this machine: 1 stretch"} <= lanes
    marks = [(own["x"], own["width"]) for _, own in page.found("rect", class_="marked")]
    assert marks == [("0.0", "500.0"), ("500.0", "500.0")]


def test_what_a_multimodal_model_saw_is_among_the_notes(tmp_path: Path) -> None:
    run = stored(tmp_path, "Words.")
    chunk = DescribeRow(
        recording="r", index=0, start=0, end=60 * S, kind="segment", inputs="x", status="processed", summary="A slide.",
        events=[Event(2 * S, "A hand <moves>.")], screen_differences=[ScreenDifference("V4LVE", "model")],
        error="the words are not described: loop",
    )  # fmt: skip
    run.describe.write(0, [chunk])
    shown = [text for text, _ in Page(written(run)).found("p")]
    for expected in ("0:00:02 A hand <moves>.", "Read by the model alone: V4LVE", "the words are not described: loop"):
        assert expected in shown


def test_what_a_run_took_is_added_up(tmp_path: Path) -> None:
    run = stored(tmp_path, "Words.")
    (chunk, other), (node,) = list(run.chunks()), list(run.nodes(1))
    took = {"seconds": 1.5, "tokens_in": 100, "tokens_out": 7}
    run.describe.write(0, [dataclasses.replace(one, **took) for one in (chunk, other)])
    run.level(1).write(0, [dataclasses.replace(node, seconds=6.0, fidelity='{"share": 0.75}')])
    found = work(run)
    assert [(one.stage, one.rows) for one in found] == [("hear", 2), ("see", 1), ("describe", 2), ("merge, level 1", 1)]
    assert (found[2].seconds, found[2].tokens_in, found[2].tokens_out, found[2].kept) == (3.0, 200, 14, None)
    assert (found[3].seconds, found[3].kept) == (6.0, 0.75)
    cells = [text for text, _ in Page(written(run)).found("td")]
    assert cells[cells.index("merge, level 1") :][:6] == ["merge, level 1", "1", "6.0 s", "", "", "75%"]
    assert work(Store(tmp_path / "empty").run(KEY)) == []


def test_blocks_are_of_one_speaker_and_not_too_long() -> None:
    cues = [Cue(n * 5 * S, (n + 1) * 5 * S, f"Sentence {n}.", "A" if n < 30 else "B") for n in range(40)]
    row = HearRow(recording="r", index=0, start=0, end=200 * S, heard_start=0, status="processed", cues=cues)
    found = list(blocks([row]))
    assert [cue for block in found for cue in block.cues] == cues
    assert all(len({cue.speaker for cue in block.cues}) == 1 for block in found)
    assert all(block.span.seconds <= 45 for block in found)
    assert [block.begins for block in found].count(True) == 2
    words = [Cue(n * 5 * S, (n + 1) * 5 * S, "no end") for n in range(40)]
    row = HearRow(recording="r", index=0, start=0, end=200 * S, heard_start=0, status="processed", cues=words)
    assert max(block.span.seconds for block in blocks([row])) == 90
    bare = HearRow(recording="r", index=0, start=0, end=30 * S, heard_start=0, status="processed", transcript="Words.")
    assert [block.span for block in blocks([bare])] == [Span(0, 30 * S)]
