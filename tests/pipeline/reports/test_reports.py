"""Reports: written from the store alone, in every format, with every gap named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.errors import SettingsError
from pipeline.reports import FORMATS, report
from pipeline.reports.reading import Sentence, by_time
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import ChunkRow, NodeRow

S = TICKS_PER_SECOND


def chunk(index: int, status: str = "processed", **more: object) -> ChunkRow:
    values: dict[str, object] = {
        "recording": "r",
        "index": index,
        "start": index * 30 * S,
        "end": (index + 1) * 30 * S,
        "kind": "window",
        "status": status,
    }
    return ChunkRow(**{**values, **more})  # type: ignore[arg-type]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Store(tmp_path).run(RunKey("r", "f"))
    run.save(
        "run.json",
        {
            "created": "2026-01-01",
            "input": {"name": "a <b> [c].wav"},
            "probe": {"duration": 120 * S},
            "identity": {"hearer": "whisper"},
            "versions": {"python": "3"},
            "decoded": {"notes": ["Damaged: 3 errors"]},
        },
    )
    cues = [
        {
            "start": 1 * S,
            "end": 3 * S,
            "text": "The <pump> & the valve cost 412,000 euros, which is more.",
            "speaker": None,
        },
        {"start": 3661 * S + 8, "end": 3662 * S, "text": "Later.", "speaker": None},
    ]
    first = chunk(
        0, transcript="The pump costs 412,000 euros.", language="en", summary="Costs.", summary_end=30 * S, cues=cues
    )
    failed = chunk(2, "failed", error="hearing: loop", rejected="NEVER SHOWN AS TEXT")
    rest = [chunk(1, "silent"), failed, chunk(3, "skipped", error="missing: the file ends")]
    run.write_chunks(0, [first, *sorted(rest, key=lambda row: row.index)])
    citation = {"sentence": 0, "start": 0, "end": 30 * S, "valid": True, "how": "cited"}
    wrong = {"sentence": 1, "start": 60 * S, "end": 90 * S, "valid": False, "how": "cited"}
    run.write_nodes(
        1,
        0,
        [
            NodeRow(
                recording="r",
                level=1,
                index=0,
                start=0,
                end=120 * S,
                children=[0, 1, 2, 3],
                inputs_hash="x",
                status="processed",
                text="The pump costs 412,000 euros. The moon is made of cheese.",
                citations=[citation, wrong],
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
    line = next(line for line in text(run, "md").splitlines() if "cheese" in line)
    assert "no moment found" in line
    assert "[0:01:00]" not in line


def test_markdown_adds_up_and_names_every_gap(run: Run) -> None:
    written = text(run, "md")
    for expected in (
        "| processed | 00:00:30.000 | 25.0% |",
        "| silent | 00:00:30.000 |",
        "| **all** | 00:02:00.000 |",
        "- 0:01:00-0:01:30: failed: hearing: loop",
        "- 0:01:30-0:02:00: skipped: missing: the file ends",
        "Damaged: 3 errors",
        "0:01:00 of the recording are not in this summary",
    ):
        assert expected in written


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
        "[0:01:00-0:01:30: failed: hearing: loop]",
        "[0:01:30-0:02:00: skipped: missing: the file ends]",
    ]


def test_json_is_one_document_with_times_in_seconds(run: Run) -> None:
    document = json.loads(text(run, "json"))
    assert document["summary"][0]["moments"] == [[0.0, 30.0]]
    assert document["summary"][1]["moments"] == []
    assert [one["status"] for one in document["chunks"]] == ["processed", "silent", "failed", "skipped"]
    assert document["chunks"][0]["cues"][0]["start"] == 1.0
    assert document["tree"][0]["end"] == 120.0


def test_an_unknown_format_is_named(run: Run) -> None:
    with pytest.raises(SettingsError, match=r"pdf.*md, srt"):
        report(run, "pdf")


def test_the_summary_is_read_in_the_order_of_time() -> None:
    late, early = Sentence("Late.", (Span(90, 99),)), Sentence("Early.", (Span(0, 9), Span(50, 60)))
    unknown = Sentence("Nowhere.", ())
    assert [one.text for one in by_time([late, unknown, early])] == ["Early.", "Late.", "Nowhere."]
