"""The document for word processors opens again, and holds what the report says as text."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import MissingExtraError
from pipeline.reports import docx
from pipeline.store import Run
from pipeline.text.cues import Cue
from tests.pipeline.reports.test_html import HOSTILE, stored
from tests.pipeline.reports.test_outline import LINES, ROOT
from tests.pipeline.reports.test_outline import stored as told
from tests.pipeline.reports.test_reports import begun, window

opens = pytest.importorskip("docx", reason="python-docx is not installed")


def opened(run: Run, **more: Any) -> Any:
    return opens.Document(io.BytesIO(docx(run, **more)))


def paragraphs(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return told(tmp_path, LINES, ROOT, speakers=("Helen Carter", "Daniel Hughes"))


def test_it_opens_again_with_everything_in_it(run: Run) -> None:
    document = opened(run)
    found = paragraphs(document)
    headings = [one.text for one in document.paragraphs if one.style.name.startswith(("Heading", "Title"))]
    assert headings == ["a.wav", "Summary", "Decisions", "Tasks", "Open questions", "Figures", "Transcript"]
    assert document.core_properties.title == "a.wav"
    assert document.core_properties.author == "longmedia"
    assert found[1] == "0:01:10 · en"
    assert "The north pier of the bridge has a crack of 3.2 metres. [0:00:10]" in found
    assert [line for line in found if line.startswith("0:00:30")] == [f"0:00:30  Daniel Hughes: {LINES[3]}"]
    for line in LINES:
        assert any(line in one for one in found[found.index("Transcript") :])


def test_tasks_are_a_table(run: Run) -> None:
    (table,) = opened(run).tables
    rows = [[cell.text.strip() for cell in row.cells] for row in table.rows]
    assert rows[0] == ["Who", "What", "When", "Said at"]
    assert [row[0] for row in rows[1:]] == ["Daniel Hughes", "Daniel"]
    assert rows[2][2:] == ["by Friday", "[0:00:40] by Helen Carter"]


def test_every_stamp_leads_to_its_passage(run: Run) -> None:
    document = opened(run)
    marks = [mark for mark in document.element.iter() if mark.tag.endswith("}bookmarkStart")]
    places = {mark.get(f"{{{mark.nsmap['w']}}}name") for mark in marks}
    links = [(link.fragment, link.text) for one in document.paragraphs for link in one.hyperlinks]
    assert len(links) == 6
    assert {place for place, _ in links} <= places
    assert ("passage_3", " [0:00:30]") in links


def test_what_comes_from_a_recording_stays_text(tmp_path: Path) -> None:
    bad = f"{HOSTILE} <w:br/> &amp; \x00\x1b[31m \u202e"
    run = stored(tmp_path, bad, bad, bad)
    file = docx(run, length="long", by_speaker=True)
    document = opens.Document(io.BytesIO(file))
    assert any("<script>alert(1)</script>" in text and "<w:br/> &amp;" in text for text in paragraphs(document))
    assert document.core_properties.title.startswith("</script>")
    assert not re.search("[\x00-\x08\x1b\u202e]", "".join(paragraphs(document)))
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        outside = [name for name in parts.namelist() if b'TargetMode="External"' in parts.read(name)]
    assert outside == []


def test_what_runs_from_the_right_does_so(tmp_path: Path) -> None:
    hebrew = "הגשר הצפוני נסגר לתנועה ביום שני."
    run = begun(tmp_path)
    run.hear.write(0, [window(0, transcript=hebrew, cues=[Cue(0, 16_000, hebrew)])])
    (said,) = [one for one in opened(run).paragraphs if hebrew in one.text]
    assert said._p.pPr.find(f"{{{said._p.nsmap['w']}}}bidi") is not None
    assert [part.font.rtl for part in said.runs] == [None, True]


def test_a_run_that_is_not_finished_says_so(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.hear.write(0, [window(0, transcript="Words.", cues=[Cue(0, 16_000, "Words.")])])
    found = paragraphs(opened(run))
    assert "The run is not finished: run it again." in found
    assert found[-1] == "0:00:00  Words."


def test_without_the_library_the_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtraError, match="docx"):
        docx(run)
