"""The words that were to be expected are listed with where they were heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from pipeline.reports import report
from pipeline.reports.expected import expected_words
from pipeline.store import Run, Store
from pipeline.store.documents import CorrectionsDocument
from pipeline.text.corrections import Correction
from tests.pipeline.reports.test_outline import LINES, ROOT, stored


def told(run: Run, *hotwords: str) -> Run:
    """The run as one that was made with these."""
    document = run.document()
    assert document is not None
    run.save(document.model_copy(update={"settings": {**document.settings, "hear": {"hotwords": list(hotwords)}}}))
    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return told(stored(tmp_path, LINES, ROOT), "millbrook", "Daniel Hughes", "Okafor", "pie", "<b>")


def test_each_word_is_told_with_its_cues(run: Run) -> None:
    found = {word.text: [moment.start // S for moment in word.moments] for word in expected_words(run, run.heard())}
    assert found == {"millbrook": [10], "Daniel Hughes": [30], "Okafor": [], "pie": [], "<b>": []}, "`pie` is no `pier`"


def test_reports_list_them(run: Run) -> None:
    text = "".join(report(run, "md"))
    assert "- millbrook: heard once [0:00:10](#t160000)\n" in text
    assert "- Okafor: not heard\n" in text
    assert "- &lt;b&gt;: not heard\n" in text
    page = "".join(report(run, "html"))
    assert (
        '<bdi>millbrook</bdi>: heard once <span class="stamps"><a class="at" href="#t=10.00,19.00">0:00:10</a>' in page
    )
    assert "<bdi>&lt;b&gt;</bdi>: not heard" in page
    listed = json.loads("".join(report(run, "json")))["expected_words"]
    assert listed[0] == {"text": "millbrook", "moments": [{"start": 10.0, "end": 19.0}]}


def test_the_vocabulary_of_the_archive_is_among_them(run: Run) -> None:
    corrections = (Correction("Hughes", "Hewes"), Correction("a", "b", at=0))
    Store(run.files.url).save_corrections(CorrectionsDocument(corrections=corrections))
    assert [(word.text, word.count) for word in expected_words(run, run.heard())][-1] == ("Hewes", "heard once")


def test_nothing_is_listed_where_nothing_was_to_be_expected(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES, ROOT)
    assert expected_words(run, run.heard()) == ()
    assert not any("Expected words" in "".join(report(run, form)) for form in ("md", "html"))
