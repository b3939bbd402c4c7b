"""Transcripts from elsewhere: what each form holds, what is mended, and what is refused without telling the words."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND, stamp
from pipeline.errors import (
    EmptyFileError,
    MediaError,
    NotAFileError,
    NotFoundError,
    NotMediaError,
)
from pipeline.reports import report
from pipeline.store import RunKey, Store
from pipeline.store.tables import HearRow
from pipeline.text import transcript_files
from pipeline.text.cues import Cue
from pipeline.text.transcript_cues import LEAST, label, spaced
from pipeline.text.transcript_files import ImportedCue, is_transcript, read_transcript

S = TICKS_PER_SECOND
MS = S // 1000
SAID = "marzipan"
FROM_HYPOTHESIS = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def put(folder: Path, name: str, content: str | bytes | object) -> Path:
    path = folder / name
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def brief(path: Path) -> list[tuple[float, float, str | None, str]]:
    return [(cue.start / S, cue.end / S, cue.speaker, cue.text) for cue in read_transcript(path).cues]


SRT = """1
00:00:01,000 --> 00:00:02,500
<i>The pump</i> &amp; the
{\\an8}valve cost <font color="#fff">412,000</font> euros.

2
01:00:00.250 --> 01:00:02
[Speaker 1]: With a dot.
"""
PLAIN = [
    (1.0, 2.5, None, "The pump &amp; the valve cost 412,000 euros."),
    (3600.25, 3602.0, "Speaker 1", "With a dot."),
]


def test_srt(tmp_path: Path) -> None:
    path = put(tmp_path, "a.srt", SRT)
    assert brief(path) == PLAIN
    assert (read_transcript(path).form, read_transcript(path).language) == ("srt", "")


QUIRKS = {
    "bom": SRT.encode("utf-8-sig"),
    "utf16": SRT.encode("utf-16"),
    "utf16le": SRT.encode("utf-16-le"),
    "utf16be": SRT.encode("utf-16-be"),
    "utf32": SRT.encode("utf-32"),
    "crlf": SRT.replace("\n", "\r\n").encode(),
    "cr": SRT.replace("\n", "\r").encode(),
    "crcrlf": SRT.replace("\n", "\r\r\n").encode(),
    "unnumbered": SRT.replace("1\n00:00", "00:00").replace("2\n01:", "01:").encode(),
    "unparted": SRT.replace("\n\n2\n", "\n2\n").encode(),
    "blank": SRT.replace("the\n", "the\n\n").encode(),
    "joined": ("\ufeff\n\n" + SRT.replace("2\n01", "\ufeff2\n01") + "\n\n\n3\n").encode(),
    "coordinates": SRT.replace("500\n", "500 X1:10 X2:20\n").encode(),
}


@pytest.mark.parametrize("content", QUIRKS.values(), ids=QUIRKS)
def test_the_quirks_of_srt_change_nothing(tmp_path: Path, content: bytes) -> None:
    assert brief(put(tmp_path, "a.srt", content)) == PLAIN


def test_old_encodings_and_damaged_utf8(tmp_path: Path) -> None:
    for codec in ("latin-1", "cp1252"):
        assert brief(put(tmp_path, "a.srt", "0:01,0 --> 0:02,0\nFünf «Café»".encode(codec)))[0][3] == "Fünf «Café»"
    assert brief(put(tmp_path, "a.srt", b"0:01,0 --> 0:02,0\nIt\x92s"))[0][3] == "It\u2019s"
    assert brief(put(tmp_path, "a.srt", b"0:01,0 --> 0:02,0\nIt\x81s \xe9"))[0][3] == "Its é"
    cut = "0:01,0 --> 0:02,0\nFünf größere Ä".encode()[:-1]
    assert brief(put(tmp_path, "a.srt", cut))[0][3] == "Fünf größere \ufffd"


def test_numbers_that_were_said_are_kept(tmp_path: Path) -> None:
    numbered = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},500\n{4 - n}\n\n" for n in (1, 2, 3))
    assert [cue[3] for cue in brief(put(tmp_path, "a.srt", numbered))] == ["3", "2", "1"]
    bare = "".join(f"00:00:0{n},000 --> 00:00:0{n},500\n{n}\n\n" for n in (1, 2, 3)).replace("2\n\n", "two\n\n", 1)
    assert [cue[3] for cue in brief(put(tmp_path, "a.srt", bare.replace("1\n\n", "1\n\n\n", 1)))][1:] == ["two", "3"]


def test_words_between_angle_brackets_are_words_in_srt(tmp_path: Path) -> None:
    text = "The <pump> is < 3 {m} & a --> b"
    assert brief(put(tmp_path, "a.srt", f"0:01,000 --> 0:02,000\n{text}")) == [(1.0, 2.0, None, text)]


def test_webvtt(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "a.vtt",
        """WEBVTT - a title
Kind: captions
Language: de-AT

STYLE
::cue(v) { color: red }

REGION
id:fred

NOTE one line

NOTE
several
lines

an id
00:01.000 --> 00:02.000 align:start position:0%
<v.loud Anna &amp; Co>R&amp;D is &lt;b&gt;&nbsp;<b>bold</b></v>

100:00:03.000 --> 100:00:04.000
<v Bob>Yes.
No.
<v Eve>Maybe<br>not.</v> Noise.

00:05.000 --> 00:06.000 region:fred

00:07.000 --> 00:09.000
<lang en>one <00:07.500><c.red>two</c> <00:08.000>three, &eacute;</lang>
""",
    )
    assert brief(path) == [
        (1.0, 2.0, "Anna & Co", "R&D is <b> bold"),
        (7.0, 9.0, None, "one two three, é"),
        (360003.0, 360004.0, "Bob", "Yes. No."),
        (360003.0, 360004.0, "Eve", "Maybe not."),
        (360003.0, 360004.0, None, "Noise."),
    ]
    read = read_transcript(path)
    assert (read.form, read.language) == ("vtt", "de-AT")
    half = S // 2
    assert read.cues[1].words == (
        (7 * S, 7 * S + half, "one"),
        (7 * S + half, 8 * S, " two"),
        (8 * S, 9 * S, " three, é"),
    )
    assert read.cues[0].words == ()


def test_rolling_captions_say_each_line_once(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "a.vtt",
        """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start position:0%
 
hello<00:00:01.000><c> world</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
hello world
 

00:00:02.010 --> 00:00:04.000 align:start position:0%
hello world
the<00:00:03.000><c> pump</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
the pump
 

00:00:09.000 --> 00:00:10.000 align:start position:0%
the pump
""",  # noqa: W293 (such files have lines of one space)
    )
    assert [cue[3] for cue in brief(path)] == ["hello world", "the pump", "the pump"]
    assert [word[2] for cue in read_transcript(path).cues for word in cue.words] == ["hello", " world", "the", " pump"]


def test_inline_times_stay_inside_of_their_cue(tmp_path: Path) -> None:
    path = put(
        tmp_path, "a.vtt", "WEBVTT\n\n00:05.000 --> 00:06.000\na <00:01.000>b <00:05.500>c <00:05.200>d <00:59.000>e"
    )
    (cue,) = read_transcript(path).cues
    assert cue.words == ((5 * S, 5 * S + S // 2, "a b"), (5 * S + S // 2, 6 * S, " c d"), (6 * S, 6 * S + LEAST, " e"))


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("SPEAKER_00: text", "SPEAKER_00", "text"),
        ("[SPEAKER_01]: text", "SPEAKER_01", "text"),
        ("[SPEAKER_01] text", "SPEAKER_01", "text"),
        ("(speaker 0) text", "speaker 0", "text"),
        ("Speaker 2:text", "Speaker 2", "text"),
        ("[Dr. Anna Smith]: text", "Dr. Anna Smith", "text"),
        ("SPEAKER_00:\ntext", "SPEAKER_00", "text"),
        ("Note: text", None, "Note: text"),
        ("Anna: text", None, "Anna: text"),
        ("[Music] text", None, "[Music] text"),
        ("[12]: text", None, "[12]: text"),
        ("Speaker 10:30 text", None, "Speaker 10:30 text"),
        ("the speaker 1: text", None, "the speaker 1: text"),
    ],
)
def test_only_clear_names_are_speakers(tmp_path: Path, text: str, speaker: str | None, said: str) -> None:
    assert brief(put(tmp_path, "a.srt", f"0:01,0 --> 0:02,0\n{text}")) == [(1.0, 2.0, speaker, said)]


def test_two_speakers_in_one_cue_are_two_cues(tmp_path: Path) -> None:
    path = put(tmp_path, "a.srt", "0:01,0 --> 0:02,0\nSPEAKER_00: Yes.\nSPEAKER_01: No,\nnever.")
    assert brief(path) == [(1.0, 2.0, "SPEAKER_00", "Yes."), (1.0, 2.0, "SPEAKER_01", "No, never.")]


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


TIMES = "00:00:01,000 --> 00:00:02,000"


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


ALPHABET = st.sampled_from(
    ["a", "B", "é", "字", "😀", "7", ".", "<", ">", "&", "&amp;", "<i", "{", "}", "-", "\n", " "]
)
CUES = st.lists(
    st.tuples(
        st.integers(0, 399 * 3_600_000),
        st.integers(1, 10_000),
        st.lists(ALPHABET, min_size=1, max_size=12).map(lambda parts: " ".join("".join(parts).split())),
    ).filter(lambda one: bool(one[2])),
    min_size=1,
    max_size=8,
)


def made(raw: list[tuple[int, int, str]]) -> tuple[ImportedCue, ...]:
    cues = [ImportedCue(start * MS, (start + length) * MS, text) for start, length, text in raw]
    return tuple(sorted(cues, key=lambda cue: cue.start))


@FROM_HYPOTHESIS
@given(
    CUES,
    st.booleans(),
    st.sampled_from([".", ","]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_srt_comes_back_as_it_was(
    tmp_path: Path, raw: list[tuple[int, int, str]], numbered: bool, separator: str, newline: str, codec: str
) -> None:
    raw = [(start, length, text.replace("<", "(").replace("{", "(")) for start, length, text in raw]
    blocks = [
        (f"{count}\n" if numbered else "")
        + f"{stamp(start * MS, millis=True, separator=separator)} --> "
        + f"{stamp((start + length) * MS, millis=True, separator=separator)}\n{text}\n\n"
        for count, (start, length, text) in enumerate(raw, 1)
    ]
    path = put(tmp_path, "a.srt", "".join(blocks).replace("\n", newline).encode(codec))
    assert read_transcript(path).cues == made(raw)


@FROM_HYPOTHESIS
@given(CUES, st.booleans())
def test_webvtt_comes_back_as_it_was(tmp_path: Path, raw: list[tuple[int, int, str]], named: bool) -> None:
    blocks = ["WEBVTT\n\n"]
    for count, (start, length, text) in enumerate(raw):
        safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        times = f"{stamp(start * MS, millis=True)} --> {stamp((start + length) * MS, millis=True)}"
        blocks.append((f"cue {count}\n" if named else "") + f"{times} line:0\n{safe}\n\n")
    assert read_transcript(put(tmp_path, "a.vtt", "".join(blocks))).cues == made(raw)


@FROM_HYPOTHESIS
@given(st.lists(st.tuples(st.integers(0, 400 * 3600 * S), st.integers(1, S), st.text(min_size=1)), max_size=8))
def test_our_times_come_back_to_the_tick(tmp_path: Path, raw: list[tuple[int, int, str]]) -> None:
    cues = [
        {"start": a / S, "end": min(a + n, 400 * 3600 * S) / S, "text": f"x{t}", "speaker": None} for a, n, t in raw
    ]
    read = read_transcript(put(tmp_path, "a.json", {"run": {}, "chunks": [{"cues": cues, "language": ""}]})).cues
    assert [cue.start for cue in read] == sorted(start for start, _, _ in raw)
    for cue in read:
        assert cue.end > cue.start
        cue.text.encode()  # half of a surrogate pair could not be stored


HEADS = [b"", b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b'{"segments": [', b"\xff\xfe", b"\xfe\xff", b"{"]


@FROM_HYPOTHESIS
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path: Path, head: bytes, rest: bytes) -> None:
    path = put(tmp_path, "a.json", head + rest)
    is_transcript(path)
    try:
        cues = read_transcript(path).cues
    except MediaError:
        return
    assert all(0 <= cue.start < cue.end and cue.text for cue in cues)


MANY = 200_000
# fmt: off
HOSTILE = [
    "<", "<v ", "<v\n", "{\\", "<{\\", "</", "<c.", "<i", "<br ", "&", "&#1", "<00:00:01.500>a", "<v a>b",
    "\n", " ", "\r\r\n", "[", "[a", "1\n", "a\n\n1\n", "SPEAKER_00: a\n", "-->", "0:", "NOTE\n\n",
]
# fmt: on


@pytest.mark.parametrize("head", ["WEBVTT\n\n00:01.000 --> 00:02.000\n", f"{TIMES}\n"], ids=["vtt", "srt"])
@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_text_takes_linear_time(tmp_path: Path, head: str, part: str) -> None:
    path = put(tmp_path, "a.srt", head + part * MANY)
    begun = time.process_time()
    with contextlib.suppress(MediaError):
        read_transcript(path)
    assert time.process_time() - begun < 10  # quadratic time takes hours


def test_many_words_take_linear_time(tmp_path: Path) -> None:
    words = [{"word": "a", "start": 0, "end": 1}] + [{"word": "bcd"}] * MANY
    path = put(tmp_path, "a.json", {"segments": [{"start": 0, "end": 1, "text": "a", "words": words}]})
    begun = time.process_time()
    assert len(read_transcript(path).cues[0].words) == 1
    assert time.process_time() - begun < 10


def test_words_get_their_spaces_from_the_text() -> None:
    assert spaced(["Hello", "world", "."], "Hello world.") == ["Hello", " world", "."]
    assert spaced(["字", "幕"], "字幕") == ["字", "幕"]
    assert spaced([" other", " words"], "not those") == ["other", " words"]
    assert spaced(["other", "words"], "not those") == ["other", " words"]
    assert spaced(["", "a"], "a") == ["", "a"]


def test_a_label_is_bounded() -> None:
    assert label("[" + "a" * 81 + "]: text") is None
    assert label("") is None
