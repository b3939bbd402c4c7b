"""Subtitles are read back by a parser that takes nothing that the formats do not allow."""

from __future__ import annotations

import html
import itertools
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.reports import report
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue
from pipeline.text.scripts import cells

S = TICKS_PER_SECOND
_BLOCK = re.compile(r"(\d\d+):([0-5]\d):([0-5]\d)([.,])(\d{3}) --> (\d\d+):([0-5]\d):([0-5]\d)\4(\d{3})")
Shown = list[tuple[float, float, list[str]]]


def stored(folder: Path, cues: list[tuple[int, int, str]], number: int = 0) -> Run:
    run = Store(folder).run(RunKey("r", {"hear": f"{number}"}))
    rows = [Cue(start, end, text) for start, end, text in cues]
    run.hear.write(
        0, [HearRow(recording="r", index=0, start=0, end=600 * S, heard_start=0, status="processed", cues=rows)]
    )
    return run


def parsed(text: str, form: str) -> Shown:
    """The cues of a file; fails on anything that a strict reader would refuse."""
    assert text.endswith("\n\n") or text == "WEBVTT\n\n" or not text
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    if form == "vtt":
        assert blocks.pop(0) == ["WEBVTT"]
    found: Shown = []
    for number, lines in enumerate(blocks, 1):
        if form == "srt":
            assert lines.pop(0) == str(number)
        times = _BLOCK.fullmatch(lines[0])
        assert times
        assert times[4] == (",."[form == "vtt"])
        start, end = (
            int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000
            for h, m, s, ms in (times.group(1, 2, 3, 5), times.group(6, 7, 8, 9))
        )
        assert all(line.strip() and "-->" not in line for line in lines[1:])
        assert len(lines) > 1
        assert not any(char < " " or char in "\x7f\x85\u2028\u2029" for line in lines for char in line)
        if form == "vtt":
            assert not any(re.search(r"[<>]|&(?!amp;|lt;|gt;)", line) for line in lines[1:])
        else:
            assert not any(re.search(r"[<>{}]|\\(?!\u2060)", line) for line in lines[1:])
        found.append((start, end, [html.unescape(line) if form == "vtt" else line for line in lines[1:]]))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cues=st.lists(
        st.tuples(
            st.integers(0, 500 * S),
            st.integers(0, 60 * S),
            st.text(max_size=200) | st.text("ab <>&{}\\/!-字か。שלم1.\n\r\u202e\u2028", max_size=200),
        ),
        max_size=8,
    )
)
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_any_text_gives_a_file_that_is_read_back(tmp_path: Path, form: str, cues: list[tuple[int, int, str]]) -> None:
    number = len(list(tmp_path.rglob("run.json")))
    run = stored(tmp_path, sorted((start, start + length, text) for start, length, text in cues), number)
    found = parsed("".join(report(run, form)), form)
    assert all(start < end <= start + 7.001 for start, end, _ in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))
    assert all(len(lines) <= 2 and all(cells(line) <= 42 for line in lines) for _, _, lines in found)
    if form == "vtt":
        kept = re.compile(r"[\s\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
        said = "".join(text for _, _, text in sorted((s, s + n, t) for s, n, t in cues))
        assert kept.sub("", "".join(line for _, _, lines in found for line in lines)) == kept.sub("", said)


def lines(folder: Path, text: str, form: str) -> list[str]:
    return parsed("".join(report(stored(folder, [(0, 5 * S, text)]), form)), form)[0][2]


def test_text_that_looks_like_markup_is_text(tmp_path: Path) -> None:
    text = r"<i>no</i> {\an8} a\Nb --> 1 < 2 &amp;"
    assert lines(tmp_path / "vtt", text, "vtt") == [text]
    assert lines(tmp_path / "srt", text, "srt") == ["‹i›no‹/i› (\\\u2060an8) a\\\u2060Nb --› 1 ‹ 2 &amp;"]


def test_a_line_from_right_to_left_says_so(tmp_path: Path) -> None:
    mixed = "הגשר ב-Halden נסגר ב-12 במרץ."
    assert lines(tmp_path / "he", mixed, "srt") == [f"\u200f{mixed}"]
    assert lines(tmp_path / "ar", "متى يفتح الجسر القديم في Halden مرة أخرى؟ لا أحد يعرف ذلك.", "vtt")[1][0] == "\u200f"
    assert lines(tmp_path / "en", "The word שלום means peace.", "srt") == ["The word שלום means peace."]


def test_an_unclosed_change_of_direction_is_left_out(tmp_path: Path) -> None:
    assert lines(tmp_path, "safe\u202egnp.exe", "srt") == ["safegnp.exe"]


def test_a_minute_of_text_without_times_becomes_many_cues(tmp_path: Path) -> None:
    text = "The old bridge is closed for six weeks, and the buses go round by the mill. " * 10
    found = parsed("".join(report(stored(tmp_path, [(0, 60 * S, text)]), "srt")), "srt")
    assert len(found) >= 10
    assert found[-1][1] == pytest.approx(60, abs=0.1)
