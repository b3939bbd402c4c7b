"""What each speaker said that says most."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.reports import report
from pipeline.reports.by_speaker import told_by_speaker
from pipeline.reports.kept_outline import outline
from pipeline.stages.speakers.spoken import Spoken
from pipeline.text.said import spoken
from tests.pipeline.reports.test_outline import LINES, ROOT, stored

PEOPLE = ("Helen Carter", "Daniel Hughes")


def test_each_line_was_said_by_the_speaker_it_stands_under(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES * 3, ROOT, speakers=PEOPLE)
    heard = Spoken(run)
    said = [(one.speaker, one.text) for one in spoken(cue for row in heard.heard() for cue in row.cues)]
    found = told_by_speaker(heard, outline(run), "short")
    assert [one.name for one in found] == list(PEOPLE)
    assert all(0 < len(one.lines) <= 2 for one in found)
    assert all((one.name, line.text) in said for one in found for line in one.lines)
    assert all(task.who == one.name for one in found for task in one.tasks)
    assert [task.what for one in found for task in one.tasks], "somebody is to do something"
    lines = [line.text for one in found for line in one.lines]
    assert not any("Good morning" in line or "goodbye" in line for line in lines)


def test_a_talk_of_one_has_none(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES, ROOT)
    assert told_by_speaker(Spoken(run), outline(run)) == ()


def test_the_reports_show_it_where_it_is_asked_for(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES, ROOT, speakers=("<b>Eve</b>", "Daniel Hughes"))
    line = told_by_speaker(Spoken(run), outline(run))[0].lines[0].text
    for form in ("md", "html"):
        without, shown = "".join(report(run, form)), "".join(report(run, form, by_speaker=True))
        assert shown.count(line) == without.count(line) + 1
        assert "<b>Eve" not in shown
    assert "by_speaker" not in json.loads("".join(report(run, "json")))
    whole = json.loads("".join(report(run, "json", by_speaker=True)))
    assert whole["by_speaker"][0]["lines"][0]["text"] == line
