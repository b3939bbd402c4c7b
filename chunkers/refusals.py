"""Why a file is not opened, in words: a playlist, a text, an archive, or a format that is not opened here.

Only in the process of `chunkers.probe_child`.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import av.format

from chunkers.errors import NotMediaError
from chunkers.ffmpeg import FORMATS

_HEAD_BYTES = 4096
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"[playlist]")
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\x00", b"BZh")
_UNOPENED = {
    b"NIST_1A": "NIST SPHERE",
    b"MThd": "MIDI, notes and no sound",
    b"DSD ": "DSF",
    b"FRM8": "DSDIFF",
    b"ajkg": "Shorten",
    b"%PDF": "PDF",
}
"""How files begin whose format is not opened; of others, only their name tells."""


def refusal(path: Path, reason: str) -> NotMediaError:
    """What is wrong with `path`, which no demuxer opened for `reason`, and what cures it."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PLAYLISTS):
        return NotMediaError(path, "is a playlist.", cure="Name the media files that it lists.")
    if head.startswith(_ARCHIVES):
        return NotMediaError(path, "is an archive.", cure="Unpack it, and name the files that it holds.")
    if head[4:8] in {b"ftyp", b"mdat", b"wide", b"free", b"moov"}:
        cure = (
            "The recorder was interrupted before it wrote the index (moov); recovery tools such as untrunc rebuild it."
        )
        return NotMediaError(path, f"an MP4/MOV without a usable index ({reason}).", cure=cure)
    found = next((name for magic, name in _UNOPENED.items() if head.startswith(magic)), None)
    if found is None and _is_text(head):
        return NotMediaError(path, "is a text file.", cure="Name an audio or video file.")
    if found is None and (named := _format_of(path.suffix)):
        found = f"{named}, by its name"
    if found is not None:
        what = f"is not in a format that is opened here ({found})."
        return NotMediaError(path, what, cure=f"Convert it: {_conversion(path)}.")
    cure = f"It is damaged, or in a format that is not opened here: then convert it, {_conversion(path)}."
    return NotMediaError(path, f"is no audio or video that can be opened ({reason}).", cure=cure)


def _conversion(path: Path) -> str:
    return f"`ffmpeg -i {path.name} NEW.mkv`"


def _is_text(head: bytes) -> bool:
    """Whether these are the first bytes of a text: in Unicode, or in any other encoding mostly letters of ASCII."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"", "utf-8")):
        if head.startswith(mark):
            try:
                text = codecs.getincrementaldecoder(encoding)().decode(head)
            except UnicodeDecodeError:
                break
            return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text)
    plain = sum(byte in b"\t\r\n" or 32 <= byte < 127 for byte in head)
    return not any(byte < 9 for byte in head) and plain > 0.7 * len(head)


def _format_of(suffix: str) -> str | None:
    """The format that a name like this stands for, where ffmpeg knows it and it is not opened here."""
    opened = set(FORMATS.split(","))
    wanted = suffix.lower().removeprefix(".")
    if wanted in {"", "txt"}:  # the latter would be subtitles
        return None
    found = None
    for name in sorted(av.format.formats_available):
        try:
            known = av.format.ContainerFormat(name, "r")
        except ValueError:  # it can only be written
            continue
        if wanted in known.extensions:
            if opened & set(known.name.split(",")):
                return None
            found = found or known.long_name
    return found
