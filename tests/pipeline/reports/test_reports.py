"""Reports: written from the store alone, in every format, with every gap named."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import SettingsError
from pipeline.reports import FORMATS, report
from pipeline.reports.reading import Sentence, by_time
from pipeline.store import FORMAT, Run, RunDocument, RunKey, Store
from pipeline.store.documents import DecodedDocument, InputDocument, Result, StageDocument
from pipeline.store.structs import Citation, Event
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from pipeline.text.cues import Cue

S = TICKS_PER_SECOND


KEY = RunKey("r", {"hear": "h", "describe": "d", "merge": "m"})
CUES = [
    Cue(1 * S, 3 * S, "The <pump> & the valve cost 412,000 euros, which is more."),
    Cue(3661 * S + 8, 3662 * S, "Later."),
]


def window(index: int, status: str = "processed", **more: object) -> HearRow:
    start = index * 30 * S
    values: dict[str, object] = {"recording": "r", "index": index, "start": start, "end": start + 30 * S}
    return HearRow(**{**values, "heard_start": start, "status": status, **more})  # type: ignore[arg-type]


def chunk(index: int, status: str = "processed", **more: object) -> DescribeRow:
    values: dict[str, object] = {"recording": "r", "index": index, "start": index * 30 * S, "inputs": "x"}
    end = {"end": (index + 1) * 30 * S, "kind": "window", "status": status}
    return DescribeRow(**{**values, **end, **more})  # type: ignore[arg-type]


def begun(folder: Path, key: RunKey = KEY, result: Result | None = None) -> Run:
    """A run without any row."""
    run = Store(folder).run(key)
    run.save(
        RunDocument(
            format=FORMAT,
            recording="r",
            run=key.run,
            created="2026-01-01",
            input=InputDocument(name="a <b> [c].wav", path="/a.wav"),
            duration=120 * S,
            stages=dict(key.stages),
            identity={"hear.hearer": "whisper"},
            versions={"python": "3"},
            result=result,
        )
    )
    return run


def ended(state: str = "complete", **ticks: int) -> Result:
    return Result.model_validate(
        {"state": state, "finished": "2026-01-02", "seconds": 1.0, "coverage_ticks": ticks, "parts": {}}
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = begun(tmp_path)
    notes = DecodedDocument(duration=90 * S, notes=("Damaged: 3 errors",))
    run.save_stage(StageDocument(stage="hear", key="h", decoded=notes))
    run.save_stage(StageDocument(stage="describe", key="d", decoded=notes))
    missing = "missing: the file ends"
    run.hear.write(
        0,
        [
            window(0, transcript="The pump costs 412,000 euros.", language="en", cues=CUES),
            window(1, "silent"),
            window(2, "failed", error="loop", rejected="NEVER SHOWN AS TEXT"),
            window(3, "skipped", error=missing),
        ],
    )
    run.describe.write(
        0,
        [
            chunk(0, summary="Costs.", screen_text="Slide <1>", events=[Event(2 * S, "A price")]),
            chunk(1, "silent"),
            chunk(2, "failed", failed_step="hear", error="hearing: loop", rejected="NEVER SHOWN AS TEXT"),
            chunk(3, "skipped", error=missing),
        ],
    )
    run.level(1).write(
        0,
        [
            NodeRow(
                recording="r",
                level=1,
                index=0,
                start=0,
                end=120 * S,
                children=[0, 1, 2, 3],
                inputs="x",
                status="processed",
                text="The pump costs 412,000 euros. The moon is made of cheese.",
                citations=[Citation(0, 0, 30 * S, True, "cited"), Citation(1, 60 * S, 90 * S, False, "cited")],
            )
        ],
    )
    return run


def text(run: Run, form: str) -> str:
    return "".join(report(run, form))


def test_markdown_leads_from_a_sentence_to_its_moment(run: Run) -> None:
    written = text(run, "md")
    link = re.search(r"412,000 euros\. \[0:00:00\]\(#(t\d+)\)", written)
    assert link
    assert f'<a id="{link[1]}"></a>0:00:00-0:00:30' in written


def test_a_sentence_without_a_valid_moment_says_so(run: Run) -> None:
    written = "".join(report(run, "md", "long"))
    line = next(line for line in written.splitlines() if "cheese" in line)
    assert "no moment found" in line
    assert "[0:01:00]" not in line
    assert "cheese" not in text(run, "md")


def test_markdown_adds_up_and_names_every_gap(run: Run) -> None:
    written = text(run, "md")
    assert written.count("Damaged: 3 errors") == 1
    for expected in (
        "| processed | 00:00:30.000 | 25.0% |",
        "| silent | 00:00:30.000 |",
        "| **all** | 00:02:00.000 |",
        "- 0:01:00-0:01:30: failed: hearing: loop",
        "- 0:01:30-0:02:00: skipped: missing: the file ends",
        "Damaged: 3 errors",
        "0:01:00 of the recording are not in this summary",
        "On screen: Slide &lt;1&gt;",
        "- 0:00:02 A price\n",
    ):
        assert expected in written


HOSTILE = (
    "# heading\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![](http://example.org/p.png) a | b "
    "\x1b[31m\x9b0m\u202e <!-- `c` https://example.org\n\n- item\n\n1. one\n---\n{\\an8}<i>x --> WEBVTT"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Run:
    """A run in which every text that comes from outside is markup."""
    run = Store(tmp_path / "hostile").run(KEY)
    name = HOSTILE.replace("/", "") + ".mp3"
    document = RunDocument(
        format=FORMAT,
        recording="r",
        run=KEY.run,
        created="2026-01-01",
        input=InputDocument(name=name, path=f"/{name}"),
        stages=dict(KEY.stages),
        identity={HOSTILE: HOSTILE},
        versions={"ffmpeg": HOSTILE},
    )
    run.save(document)
    run.save_stage(StageDocument(stage="hear", key="h", decoded=DecodedDocument(duration=1, notes=(HOSTILE,))))
    words = window(0, transcript=HOSTILE, language=HOSTILE, cues=[Cue(0, 5 * S, HOSTILE)])
    run.hear.write(0, [words, window(1, "failed", error=HOSTILE)])
    told = chunk(0, summary=HOSTILE, screen_text=HOSTILE, events=[Event(2 * S, HOSTILE)])
    run.describe.write(0, [told, chunk(1, "failed", failed_step="hear", error=HOSTILE)])
    made = {"recording": "r", "level": 1, "index": 0, "start": 0, "end": 60 * S, "children": [0], "inputs": "x"}
    run.level(1).write(0, [NodeRow(**made, status="processed", text=HOSTILE)])  # type: ignore[arg-type]
    return run


def test_nothing_in_a_run_is_markup_in_its_report(hostile: Run) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text(hostile, "md"))
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    html = [token.content for token in every if token.type.startswith("html")]
    assert all(re.fullmatch(r'<a id="t\d+">|</a>', one) for one in html), html
    assert {str(token.attrs["href"])[:2] for token in every if token.type == "link_open"} <= {"#t"}
    headings = [one.content for before, one in itertools.pairwise(tokens) if before.type == "heading_open"]
    assert headings[1:3] == ["Summary", "Coverage"]
    assert headings[-1] == "How it was made"
    assert len(headings) == 7
    assert {token.type for token in every} & {"image", "fence", "code_block", "hr", "ordered_list_open"} == set()
    assert sum(token.type == "tr_open" for token in every) == 6


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_in_a_report_is_obeyed_by_a_terminal(hostile: Run, form: str) -> None:
    written = text(hostile, form)
    assert ("heading" in written) == (form not in ("rttm", "csv")), "of speakers and of tasks: there are none"
    assert not any(char in written for char in "\x1b\x9b\u202e")


def test_a_transcript_of_lines_is_one_line(hostile: Run) -> None:
    assert len(text(hostile, "txt").splitlines()) == 2


def test_names_cannot_break_the_page(run: Run) -> None:
    assert text(run, "md").startswith("# a &lt;b&gt; \\[c\\].wav\n")


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"json"}))
def test_refused_text_is_in_no_report(run: Run, form: str) -> None:
    assert "NEVER SHOWN" not in text(run, form)


def test_subtitles(run: Run) -> None:
    srt = text(run, "srt")
    assert srt.startswith(
        "1\n00:00:01,000 --> 00:00:03,850\nThe ‹pump› & the valve cost 412,000 euros,\nwhich is more.\n\n"
    )
    assert "2\n01:01:01,000 --> 01:01:02,000\nLater.\n" in srt
    vtt = text(run, "vtt")
    assert vtt.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:03.850\nThe &lt;pump&gt; &amp; the valve")


def test_the_bare_transcript_names_gaps(run: Run) -> None:
    assert text(run, "txt").splitlines() == [
        "The pump costs 412,000 euros.",
        "[0:01:00-0:01:30: failed: loop]",
        "[0:01:30-0:02:00: skipped: missing: the file ends]",
    ]


def test_json_is_one_document_with_times_in_seconds(run: Run) -> None:
    document = json.loads(text(run, "json"))
    assert document["run"]["stages"] == {"hear": "h", "describe": "d", "merge": "m"}
    assert document["run"]["result"] is None
    assert document["summary"][0]["moments"] == [[0.0, 30.0]]
    assert document["summary"][1]["moments"] == []
    for rows in ("chunks", "windows"):
        assert [one["status"] for one in document[rows]] == ["processed", "silent", "failed", "skipped"]
        assert [one["start"] for one in document[rows]] == [0.0, 30.0, 60.0, 90.0]
    assert document["windows"][0]["cues"][0]["start"] == 1.0
    assert document["windows"][1]["heard_start"] == 30.0
    assert document["chunks"][0]["events"] == [{"at": 2.0, "text": "A price"}]
    assert document["tree"][0]["end"] == 120.0


def test_windows_that_share_a_summary_are_read_below_it(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.hear.write(0, [window(n, transcript=f"Words {n}.") for n in range(3)])
    run.describe.write(0, [chunk(0, end=60 * S, summary="First."), chunk(2, summary="Second.")])
    written = text(run, "md")
    assert [line for line in written.splitlines() if line.startswith((">", "Words", "###"))] == [
        '### <a id="t0"></a>0:00:00-0:01:00', "> First.", "Words 0.", "Words 1.",
        f'### <a id="t{60 * S}"></a>0:01:00-0:01:30', "> Second.", "Words 2.",
    ]  # fmt: skip
    assert "| **all** | 00:01:30.000 |" in written


def test_a_run_that_is_still_being_described_shows_what_was_heard(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.hear.write(0, [window(n, transcript=f"Words {n}.", language="en") for n in range(3)])
    assert "| **all** | 00:01:30.000 |" in text(run, "md")
    run.describe.write(0, [chunk(0, summary="First.")])
    written = text(run, "md")
    for expected in ("> First.", "Words 0.", "Words 1.", "Words 2.", "The run is not finished: run it again."):
        assert expected in written
    assert text(run, "txt") == "Words 0.\nWords 1.\nWords 2.\n"


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        (("hear",), ("This run ends before the summary", "it ends with hearing")),
        (("hear", "describe"), ("This run ends before the summary",)),
        (("hear", "describe", "merge"), ("Nothing was said in this recording.",)),
    ],
)
def test_a_run_without_a_summary_says_why(tmp_path: Path, stages: tuple[str, ...], said: tuple[str, ...]) -> None:
    run = begun(tmp_path, RunKey("r", {stage: f"key of {stage}" for stage in stages}), ended(silent=60 * S))
    run.hear.write(0, [window(0, "silent"), window(1, "silent")])
    if "describe" in stages:
        run.describe.write(0, [chunk(0, "silent"), chunk(1, "silent")])
    written = text(run, "md")
    assert "| silent | 00:01:00.000 | 100.0% |" in written
    assert "no speech" in written
    for expected in said:
        assert expected in written
    assert ("it ends with hearing" in written) == (stages == ("hear",))
    assert [text(run, form) for form in ("srt", "vtt", "txt")] == ["", "WEBVTT\n\n", ""]


def test_what_was_only_seen_has_chunks_without_windows(tmp_path: Path) -> None:
    run = begun(tmp_path, RunKey("r", {"describe": "d", "merge": "m"}))
    run.describe.write(0, [chunk(0, kind="segment", summary="A slide.")])
    assert "> A slide." in text(run, "md")
    assert text(run, "srt") == ""
    found = json.loads(text(run, "json"))
    assert ([one["summary"] for one in found["chunks"]], found["windows"]) == (["A slide."], [])


def test_a_chunk_of_which_only_the_words_are_summarised_says_so(tmp_path: Path) -> None:
    run = begun(tmp_path, RunKey("r", {"describe": "d", "merge": "m"}))
    run.describe.write(0, [chunk(0, kind="segment", summary="A talk.", error="the picture is not described: loop")])
    assert "*the picture is not described: loop*\n\n> A talk." in text(run, "md")


def test_a_transcript_that_was_brought_along_is_named(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.hear.write(0, [window(0, transcript="Words.", source="local")])
    assert "brought along" not in text(run, "md")
    run.hear.write(0, [window(0, transcript="Words.", source="imported")])
    assert "the transcript was brought along" in text(run, "md")


@pytest.mark.parametrize("stage", ["hear", "describe"])
def test_what_another_machine_has_made_is_named(tmp_path: Path, stage: str) -> None:
    run = begun(tmp_path)
    sources = {"hear": "local", "describe": "local", stage: "cloud"}
    run.hear.write(0, [window(n, transcript="Words.", source=sources["hear"] if n else "local") for n in range(2)])
    run.describe.write(0, [chunk(n, summary="S.", source=sources["describe"] if n else "local") for n in range(2)])
    written = text(run, "md")
    assert written.count("*made outside this machine: cloud*") == 1
    assert written.index("made outside") > written.index(f"t{30 * S}")


def test_an_unknown_format_is_named(run: Run) -> None:
    with pytest.raises(SettingsError, match=r"pdf.*md, html, srt"):
        report(run, "pdf")


def test_the_summary_is_read_in_the_order_of_time() -> None:
    late, early = Sentence("Late.", (Span(90, 99),)), Sentence("Early.", (Span(0, 9), Span(50, 60)))
    unknown = Sentence("Nowhere.", ())
    assert [one.text for one in by_time([late, unknown, early])] == ["Early.", "Late.", "Nowhere."]


def test_words_without_a_known_language_are_speech(tmp_path: Path) -> None:
    """A transcript that was brought along may not say in which language it is."""
    run = begun(tmp_path, RunKey("r", {"hear": "key of hear"}), ended(processed=60 * S))
    run.hear.write(0, [window(0, transcript="Words 0.", cues=[Cue(0, 30 * S, "Words 0.")])])
    for form in ("md", "html"):
        assert "no speech" not in text(run, form).partition("Coverage")[0]
