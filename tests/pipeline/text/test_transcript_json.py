"""Transcripts as JSON: of Whisper and its relatives, and our own reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.reports import report
from pipeline.store import RunKey, Store
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue
from pipeline.text.transcript_cues import LEAST, spaced
from pipeline.text.transcript_files import ImportedCue, is_transcript, read_transcript
from tests.pipeline.text.transcripts import S, brief, put


def test_whisper(tmp_path: Path) -> None:
    words = [
        {"word": " Hello", "start": 0.5, "end": 0.75, "probability": 0.9},
        {"word": " world", "start": 0.75, "end": 0.75, "probability": 0.9},
        {"word": ".", "start": 1.0, "end": 1.0, "probability": 0.9},
    ]
    segments = [
        {"id": 1, "seek": 0, "start": 2, "end": 2.0, "text": " Later.", "tokens": [1], "avg_logprob": -0.1},
        {"id": 0, "seek": 0, "start": 0.5, "end": 1.1, "text": " Hello world.", "words": words},
        {"id": 2, "seek": 0, "start": 3.0, "end": 2.0, "text": "  ", "words": []},
    ]
    path = put(tmp_path, "a.json", {"text": " Hello world. Later.", "segments": segments, "language": "en"})
    read = read_transcript(path)
    assert (read.form, read.language) == ("json (whisper)", "en")
    assert read.cues == (
        ImportedCue(
            S // 2,
            17600,
            "Hello world.",
            words=((8000, 12000, "Hello"), (12000, 12000 + LEAST, " world"), (S, S + LEAST, ".")),
        ),
        ImportedCue(2 * S, 2 * S + LEAST, "Later."),
    )
    bare = put(tmp_path, "b.json", segments)
    assert read_transcript(bare).cues == read.cues
    assert is_transcript(path)
    assert is_transcript(bare)


def test_whisperx(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "a.json",
        """{"segments": [
        {"start": 1.0, "end": 3.0, "text": " In 2014 it cost £5.", "speaker": "SPEAKER_01", "words": [
          {"word": "In", "start": 1.0, "end": 1.5, "score": NaN, "speaker": "SPEAKER_01"}, {"word": "2014"},
          {"word": "it", "start": 2.0, "end": 2.25}, {"word": "cost", "start": 2.5, "end": 3.0},
          {"word": "£5.", "start": NaN, "end": NaN}]},
        {"start": 4.0, "end": 5.0, "text": "7 字幕", "words": [
          {"word": "7"}, {"word": "字", "start": 4.0, "end": 4.5, "speaker": "SPEAKER_00"},
          {"word": "幕", "start": 4.5, "end": 5.0}]},
        {"start": 6.0, "end": 7.0, "text": "9", "words": [{"word": "9"}]}
        ], "word_segments": [], "language": "en"}""",
    )
    read = read_transcript(path)
    assert (read.form, read.language) == ("json (whisperx)", "en")
    assert [(cue.speaker, cue.text) for cue in read.cues] == [
        ("SPEAKER_01", "In 2014 it cost £5."),
        ("SPEAKER_00", "7 字幕"),
        (None, "9"),
    ]
    assert read.cues[0].words == ((S, 24000, "In 2014"), (2 * S, 36000, " it"), (40000, 3 * S, " cost £5."))
    assert read.cues[1].words == ((4 * S, 72000, "7 字"), (72000, 5 * S, "幕"))
    assert read.cues[2].words == ()
    assert is_transcript(path)


def test_whisper_cpp(tmp_path: Path) -> None:
    times = {"from": "00:00:01,500", "to": "00:00:02,000"}
    document = {
        "systeminfo": "AVX = 1",
        "model": {"type": "base"},
        "params": {"language": "auto"},
        "result": {"language": "de"},
        "transcription": [
            {"timestamps": times, "offsets": {"from": 1500, "to": 2000}, "text": " Hallo.", "speaker": "0"},
            {"timestamps": times, "text": " Ja.", "speaker": "?"},
        ],
    }
    path = put(tmp_path, "a.json", document)
    assert brief(path) == [(1.5, 2.0, "0", "Hallo."), (1.5, 2.0, None, "Ja.")]
    assert (read_transcript(path).form, read_transcript(path).language) == ("json (whisper.cpp)", "de")
    assert is_transcript(path)


def test_our_own_report(tmp_path: Path) -> None:
    cue = {"start": 1.0, "end": 2.0, "text": "Hello.", "speaker": "Anna"}
    chunks = [
        {"language": "en", "cues": [cue]},
        {"language": "", "cues": []},
        {"language": "de", "cues": [{**cue, "start": 0.5, "speaker": None}]},
        {"language": "de", "cues": []},
    ]
    path = put(tmp_path, "a.json", {"run": {}, "result": {}, "summary": [], "tree": [], "chunks": chunks})
    assert brief(path) == [(0.5, 2.0, None, "Hello."), (1.0, 2.0, "Anna", "Hello.")]
    assert (read_transcript(path).form, read_transcript(path).language) == ("json (longmedia)", "de")
    assert is_transcript(path)


@pytest.mark.parametrize("form", ["srt", "vtt", "json"])
def test_what_our_reports_write_is_read_back(tmp_path: Path, form: str) -> None:
    cues = [
        Cue(S, 3 * S, "The pump & the valve cost 412,000."),
        Cue(3661 * S, 3662 * S, "Later."),
    ]
    run = Store(tmp_path).run(RunKey("r", {"hear": "h"}))
    row = HearRow(recording="r", index=0, start=0, end=4000 * S, heard_start=0, status="processed", cues=cues)
    run.hear.write(0, [row])
    path = put(tmp_path, f"report.{form}", "".join(report(run, form)))
    assert is_transcript(path)
    assert [(cue.start, cue.end, cue.text) for cue in read_transcript(path).cues] == [
        (cue.start, cue.end, cue.text) for cue in cues
    ]


def test_words_get_their_spaces_from_the_text() -> None:
    assert spaced(["Hello", "world", "."], "Hello world.") == ["Hello", " world", "."]
    assert spaced(["字", "幕"], "字幕") == ["字", "幕"]
    assert spaced([" other", " words"], "not those") == ["other", " words"]
    assert spaced(["other", "words"], "not those") == ["other", " words"]
    assert spaced(["", "a"], "a") == ["", "a"]
