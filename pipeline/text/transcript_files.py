"""Transcripts that other tools, or we, have written: SubRip, WebVTT and JSON, told apart by their content."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from chunkers.probing import check_file
from pipeline.encodings import decode, encoding_of
from pipeline.errors import MediaError, NotMediaError, UnreadableError
from pipeline.text import transcript_json, transcript_subtitles
from pipeline.text.transcript_cues import FORMS, FormError, ImportedCue, ImportedTranscript, Word

__all__ = ["ImportedCue", "ImportedTranscript", "Word", "is_transcript", "read_transcript"]

LIMIT = 200_000_000
"""Bytes a transcript may have: days of speech with a time for every word, and what fits into memory."""

_LOOK = 64 * 1024
"""Bytes of a JSON file that are looked at."""
_LONG_LOOK = 16 * 1024 * 1024
"""The same where the whole text, or the summary of our own report, stands before the list of cues."""

_FIRST = re.compile(r"\s*(\S{0,7})")
_TEXT_FIRST = re.compile(r'(?<!\\)"(?:text|run)"\s*:')


def read_transcript(path: Path) -> ImportedTranscript:
    """The cues of a transcript, in the order of their start.

    Cues may overlap, as two speakers do; one without a length gets a millisecond.

    Raises `NotFoundError`, `NotAFileError`, `UnreadableError`, `EmptyFileError`; `NotMediaError` where the file is no
    transcript at all; `MediaError` where it is over `LIMIT` or damaged, with the line or item that is wrong. None of
    them tells what was said.
    """
    text = _decoded(_content(path))
    if "\0" in text:
        raise NotMediaError(path, "is no transcript: it is not text.", cure=FORMS)
    language = ""
    try:
        if _is_vtt(text):
            form = "vtt"
            cues, language = transcript_subtitles.read(text, vtt=True)
        elif transcript_json.begins(text):
            cues, language, form = transcript_json.read(text)
        elif transcript_subtitles.has_times(text):
            form = "srt"
            cues, language = transcript_subtitles.read(text, vtt=False)
        else:
            raise NotMediaError(path, "is no transcript: no line has the times of a cue.", cure=FORMS)
    except FormError as fault:
        # Not chained, so that no frame of the reader shows what was said.
        raise fault.kind(path, f"cannot be read as a transcript: {fault}", cure=fault.cure) from None
    return ImportedTranscript(tuple(sorted(cues, key=lambda cue: cue.start)), language, form)


def is_transcript(path: Path) -> bool:
    """Whether `path` is named as a subtitle file, or is a JSON file that begins as a transcript does."""
    suffix = path.suffix.lower()
    if suffix != ".json":
        return suffix in {".srt", ".vtt"}
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        head = _head(path, _LOOK)
        if _TEXT_FIRST.search(head) and not transcript_json.looks_like(head):
            head = _head(path, _LONG_LOOK)
    except (OSError, ValueError):
        return False
    return transcript_json.begins(head) and transcript_json.looks_like(head)


def _head(path: Path, size: int) -> str:
    with path.open("rb") as file:
        return _decoded(file.read(size))


def _is_vtt(text: str) -> bool:
    found = _FIRST.match(text)
    return found is not None and found[1] == "WEBVTT"


def _content(path: Path) -> bytes:
    size = check_file(path).st_size
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT + 1) if size <= LIMIT else b""
    except OSError as error:
        raise UnreadableError(path, f"may not be read ({error.strerror}).", cure="Check its rights.") from error
    if size > LIMIT or len(raw) > LIMIT:
        raise MediaError(
            path,
            f"is too large for a transcript: over {LIMIT // 1_000_000} MB.",
            cure="Split it, or export it without tokens and words.",
        )
    return raw


def _decoded(raw: bytes) -> str:
    """The text of a file that does not say in which letters it is written, without marks."""
    try:
        return decode(raw, "strict" if encoding_of(raw) == "utf-8" else "replace")
    except UnicodeDecodeError:
        return _mended(raw).replace("\ufeff", "")


def _mended(raw: bytes) -> str:
    """UTF-8 with damage, or one of the encodings of old Windows programs.

    In those a valid sequence of UTF-8 is all but impossible, while a cut file and the split letters that
    whisper.cpp writes leave many.
    """
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if bad <= 4 * good:
        return text
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
