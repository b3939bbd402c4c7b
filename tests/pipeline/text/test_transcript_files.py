"""Which files are transcripts, which form they have, and what is refused without telling the words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.errors import EmptyFileError, MediaError, NotAFileError, NotFoundError, NotMediaError
from pipeline.text import transcript_files
from pipeline.text.transcript_files import is_transcript, read_transcript
from tests.pipeline.text.transcripts import SAID, SRT, TIMES, put


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.vtt", "WEBVTT"),
        ("a.vtt", "\ufeffWEBVTT a title\n\nNOTE nothing\n"),
        ("a.json", '{"text": "", "segments": [], "language": "en"}'),
        ("a.json", '{"transcription": []}'),
        ("a.json", '{"run": {}, "chunks": []}'),
    ],
)
def test_an_empty_transcript_is_one(tmp_path: Path, name: str, content: str) -> None:
    assert read_transcript(put(tmp_path, name, content)).cues == ()
    assert is_transcript(tmp_path / name)


def test_the_content_tells_the_form(tmp_path: Path) -> None:
    assert read_transcript(put(tmp_path, "a.srt", "WEBVTT\n\n00:01.000 --> 00:02.000\na")).form == "vtt"
    assert read_transcript(put(tmp_path, "a.vtt", SRT)).form == "srt"
    assert read_transcript(put(tmp_path, "a.srt", '{"segments": []}')).form == "json (whisper)"


def segment(**changes: object) -> dict[str, object]:
    one = {"start": 0.0, "end": 1.0, "text": SAID, **changes}
    return {"segments": [{"start": 0.0, "end": 1.0, "text": SAID}, one]}


@pytest.mark.parametrize(
    ("content", "error", "where"),
    [
        ("", EmptyFileError, "empty"),
        (" \n\n", NotMediaError, "no line has the times"),
        (SAID, NotMediaError, "no line has the times"),
        (f"[Script Info]\nDialogue: {SAID}", NotMediaError, "no line has the times"),
        (f"{TIMES}\n\n", MediaError, "no cue holds text"),
        (f"{SAID}\n\n1\n{TIMES}\n{SAID}", MediaError, "above the times of the first cue"),
        (f"{TIMES}\n{SAID}\n\n00:00:03,000 --> 00:0", MediaError, "line 4:"),
        (f"{TIMES}\n{SAID}\n\n-00:00:03,000 --> 00:00:04,000\n", MediaError, "line 4:"),
        (f"{TIMES}\n{SAID}\n\nNaN:NaN:NaN,NaN --> 00:00:04,000\n", MediaError, "line 4:"),
        (f"{TIMES}\n{SAID}\n\n00:00:03,000 --> 401:00:04,000\n", MediaError, "line 4: .*400 hours"),
        (f"{TIMES}\n{SAID}\n\n00:00:03,000 --> 00:00:61,000\n", MediaError, "line 4: .*60"),
        (f"{TIMES}\n{SAID}\n\n00:00:03,000 --> 999999999999:00:00,000\n", MediaError, "line 4:"),
        (f"WEBVTT\n\n00:01.000 --> 00:02.000\n{SAID} <900:00:01.000>{SAID}", MediaError, "cue of line 3: .*400"),
        (f"WEBVTT\n\n{SAID}", MediaError, "no line with the times"),
        (f'{{"segments": [{{"text": "{SAID}', MediaError, "damaged at line 1, column 24"),
        ({"words": [SAID]}, NotMediaError, "no list segments"),
        ([SAID], NotMediaError, "no list segments"),
        ([{"text": SAID}], NotMediaError, "no list segments"),
        ([1, SAID], NotMediaError, "no line has the times"),
        (segment(start=None), MediaError, r"segments\[1\]\.start is missing"),
        (segment(start=SAID), MediaError, r"segments\[1\]\.start is missing or is no number"),
        (segment(start=True), MediaError, r"segments\[1\]\.start is missing or is no number"),
        (segment(start=-0.1), MediaError, r"segments\[1\]\.start is no time between"),
        (segment(end=float("nan")), MediaError, r"segments\[1\]\.end is no time between"),
        (segment(end=float("inf")), MediaError, r"segments\[1\]\.end is no time between"),
        (segment(end=400.1 * 3600), MediaError, r"segments\[1\]\.end is no time between"),
        (segment(end=10**400), MediaError, r"segments\[1\]\.end is no time between"),
        (segment(text=None), MediaError, r"segments\[1\]\.text is missing"),
        (segment(words=SAID), MediaError, r"segments\[1\]\.words is no list"),
        (segment(words=[SAID]), MediaError, r"segments\[1\]\.words\[0\] is no object"),
        (segment(words=[{"start": 0, "end": 1}]), MediaError, r"segments\[1\]\.words\[0\]\.text is missing"),
        (segment(words=[{"word": SAID, "start": -1, "end": 1}]), MediaError, r"words\[0\]\.start is no time"),
        ({"segments": [SAID]}, MediaError, r"segments\[0\] is no object"),
        ({"transcription": [{"text": SAID}]}, MediaError, r"transcription\[0\] has neither"),
        ({"transcription": [{"text": SAID, "offsets": {"from": 0}}]}, MediaError, r"\[0\]\.offsets\.to"),
        ({"transcription": [{"text": SAID, "timestamps": {"from": SAID}}]}, MediaError, r"timestamps\.from"),
        ({"run": {}, "chunks": [{"cues": SAID}]}, MediaError, r"chunks\[0\]\.cues"),
        ('{"segments": ' + "[" * 200_000, MediaError, "nested too deeply"),
        ('{"segments": [' + "9" * 5000 + "]}", MediaError, "thousands of digits"),
        (b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + SAID.encode(), NotMediaError, "no transcript"),
    ],
)
def test_what_is_refused_and_where(tmp_path: Path, content: object, error: type[MediaError], where: str) -> None:
    path = put(tmp_path, "a.srt", content)
    with pytest.raises(error, match=where) as caught:
        read_transcript(path)
    assert type(caught.value) is error
    assert str(path) in str(caught.value)
    assert caught.value.cure
    assert SAID not in str(caught.value)


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFoundError):
        read_transcript(tmp_path / "none.srt")
    with pytest.raises(NotFoundError):
        read_transcript(tmp_path / "a\0b.srt")
    with pytest.raises(NotAFileError):
        read_transcript(tmp_path)
    os.mkfifo(tmp_path / "fifo.json")
    with pytest.raises(NotAFileError):
        read_transcript(tmp_path / "fifo.json")
    assert not is_transcript(tmp_path / "fifo.json")
    huge = tmp_path / "huge.srt"
    with huge.open("wb") as file:
        file.truncate(transcript_files.LIMIT + 1)
    with pytest.raises(MediaError, match="over 200 MB"):
        read_transcript(huge)
    monkeypatch.setattr(transcript_files, "LIMIT", len(SRT))
    assert read_transcript(put(tmp_path, "a.srt", SRT)).cues
    with pytest.raises(MediaError, match="too large"):
        read_transcript(put(tmp_path, "a.srt", SRT + " "))


def test_is_transcript(tmp_path: Path) -> None:
    for name in ("a.srt", "A.SRT", "a.vtt"):
        assert is_transcript(tmp_path / name)
    for name in ("a.txt", "a.mp4", "srt", "none.json"):
        assert not is_transcript(tmp_path / name)
    for content in ("", "{}", "[]", '{"name": "x"}', '{"text": "\\"segments\\": []"}', '{"run": {}}', "[1]", SRT):
        assert not is_transcript(put(tmp_path, "a.json", content)), content
    late = {"task": "transcribe", "text": "word " * 100_000, "segments": []}
    assert is_transcript(put(tmp_path, "a.json", late))
    assert is_transcript(put(tmp_path, "a.json", json.dumps(late).encode("utf-16")))
