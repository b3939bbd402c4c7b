"""Whatever stands in a transcript comes back as it was, or is refused; and in linear time."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chunkers.spans import stamp
from pipeline.errors import MediaError
from pipeline.text.transcript_files import ImportedCue, is_transcript, read_transcript
from tests.pipeline.text.transcripts import TIMES, S, put

MS = S // 1000
FROM_HYPOTHESIS = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


MANY = 100_000


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
    begun = time.thread_time()
    with contextlib.suppress(MediaError):
        read_transcript(path)
    assert time.thread_time() - begun < 8  # quadratic time takes longer than that, and mostly minutes


def test_many_words_take_linear_time(tmp_path: Path) -> None:
    words = [{"word": "a", "start": 0, "end": 1}] + [{"word": "bcd"}] * MANY
    path = put(tmp_path, "a.json", {"segments": [{"start": 0, "end": 1, "text": "a", "words": words}]})
    begun = time.thread_time()
    assert len(read_transcript(path).cues[0].words) == 1
    assert time.thread_time() - begun < 8
