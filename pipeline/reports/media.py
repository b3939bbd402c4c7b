"""Where a page finds the sound or film that it plays: the original file, or a small copy of the sound inside it."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from chunkers.audio import windows
from chunkers.ffmpeg import find_ffmpeg
from chunkers.names import from_text
from chunkers.probing import probe
from chunkers.spans import TICKS_PER_SECOND
from chunkers.tracks import Choice
from pipeline.errors import DecodeError, NoSuchRunError
from pipeline.store import SEE, Run

RATE = 16
"""kbit/s of the copy of the sound: speech in Opus is clear at that, an hour takes 7 MB."""

_BLOCK = 3 << 16
"""Bytes that are written at once; a multiple of three, so that Base64 has no padding between."""


@dataclass(frozen=True, slots=True)
class Media:
    """What is played."""

    kind: Literal["audio", "video"]
    name: str
    """For people."""
    address: str = ""
    """Relative to the page or a `file:` URL; empty where the sound is in the page."""
    copy: Path | None = None
    """The file with the copy of the sound."""

    @property
    def size(self) -> int:
        """Bytes of the copy."""
        return self.copy.stat().st_size if self.copy is not None else 0

    def pieces(self) -> Iterator[str]:
        """The copy as a `data:` URL, piece by piece."""
        if self.copy is None:
            return
        yield "data:audio/ogg;base64,"
        with self.copy.open("rb") as file:
            while data := file.read(_BLOCK):
                yield base64.b64encode(data).decode()


def linked(run: Run, page: Path | None = None) -> Media | None:
    """The original of a run, relative to the file `page` where there is one; None where it is no sound and no film."""
    document, about = run.document(), run.about()
    if document is None or (about is not None and not about.audio and not about.pictures):
        return None
    path = from_text(document.input.path).absolute()
    film = run.has(SEE) or (about is not None and about.pictures)
    address = path.as_uri() if page is None else _relative(path, page.absolute().parent)
    return Media("video" if film else "audio", document.input.name, address)


def _relative(path: Path, folder: Path) -> str:
    """The address of a file beside a page; `./` first, so that no name is taken for a scheme."""
    found = quote(os.fsencode(os.path.relpath(path, folder)))
    return found if found.startswith("../") else f"./{found}"


def embedded(run: Run, copy: Path, ffmpeg: Path | None = None) -> Media:
    """A small copy of what was heard, written to the file `copy`: one channel, on the recording's clock, in Opus.

    Raises `NoSuchRunError` where the run was never started, and the `MediaError` of an original that is gone, or that
    holds no sound.
    """
    document = run.document()
    if document is None:
        raise NoSuchRunError(f"{run.key.path} was never started.", cure="`longmedia run` it first.")
    asked = document.settings.get("audio")
    track, channel = (asked.get("track"), asked.get("channel")) if isinstance(asked, dict) else (None, None)
    recording = probe(from_text(document.input.path))
    if len(recording.audio) > 1:
        recording = probe(recording.path, levels=True)
    binary = find_ffmpeg(ffmpeg)
    with windows(recording, track=_choice(track), channel=channel if isinstance(channel, int) else None) as found:
        samples = ((window.samples[-window.span.ticks :] * 32768).astype("<i2").tobytes() for window in found)
        if not _encoded(binary, samples, copy):
            raise DecodeError(recording.path, "no copy of its sound could be made.", cure="Leave --embed out.")
    return Media("audio", document.input.name, copy=copy)


def _choice(track: object) -> Choice | None:
    """What the setting `audio.track` means for one pass over all that is heard."""
    if track in ("mix", "all"):
        return "mix"
    return int(track) if isinstance(track, str) and track.isdigit() else None


def _encoded(binary: Path, samples: Iterable[bytes], copy: Path) -> bool:
    """Encode samples to the file `copy`; gives whether ffmpeg took all of them."""
    command = [
        str(binary), "-nostdin", "-v", "quiet", "-f", "s16le", "-ar", str(TICKS_PER_SECOND), "-ac", "1", "-i", "pipe:0",
        "-c:a", "libopus", "-application", "voip", "-b:a", f"{RATE}k", "-y", "-f", "ogg", f"file:{copy}",
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        if child.stdin is None:
            raise ValueError("a child without a pipe to write to")
        try:
            for piece in samples:
                child.stdin.write(piece)
        except BrokenPipeError:
            child.kill()
    return child.returncode == 0
