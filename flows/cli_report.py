"""`longmedia report`: a report to standard output or to a file."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.terminal import say
from pipeline.errors import SettingsError
from pipeline.reports import report
from pipeline.reports.media import embedded, linked
from pipeline.settings import Settings
from pipeline.store import Run


def write(run: Run, form: str, settings: Settings, *, out: Path | None, embed: bool) -> None:
    """Write a run's report in a format; `embed` puts a copy of the sound into a page.

    Raises `SettingsError` where `embed` does not fit the format, and the `MediaError` of a sound that cannot be copied.
    """
    if embed and form != "html":
        raise SettingsError("--embed is for --format html.")
    length = settings.report.length
    if not embed:
        _put(report(run, form, length, linked(run, out) if form == "html" else None), out)
        return
    with tempfile.TemporaryDirectory() as folder:
        media = embedded(run, Path(folder) / "sound.ogg", settings.media.ffmpeg)
        say(f"sound inside the page: {media.size / 1e6:.1f} MB, in Base64 {media.size * 4 / 3e6:.1f} MB", error=True)
        _put(report(run, form, length, media), out)


def _put(pieces: Iterator[str], out: Path | None) -> None:
    """Write to a file, which is whole or as it was, or to standard output."""
    if out is None:
        sys.stdout.writelines(pieces)
        return
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
