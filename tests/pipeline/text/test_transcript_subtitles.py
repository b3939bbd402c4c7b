"""SRT and WebVTT: what they hold, their quirks, and whose words are whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.text.transcript_cues import LEAST, label
from pipeline.text.transcript_files import read_transcript
from tests.pipeline.text.transcripts import SRT, S, brief, put

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


def test_a_label_is_bounded() -> None:
    assert label("[" + "a" * 81 + "]: text") is None
    assert label("") is None
