"""Reports of runs, to files or to standard output: when they are asked for, or when a recording is done."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chunkers.names import from_text
from chunkers.printable import without_controls
from flows.terminal import say
from flows.writing import write_whole
from pipeline.errors import LongmediaError, SettingsError
from pipeline.faults import explain
from pipeline.reports import DOCX, EVERY_FORMAT, docx
from pipeline.reports import report as report_of
from pipeline.reports.media import Media, embedded, linked
from pipeline.settings import Settings
from pipeline.store import Run, Store

if TYPE_CHECKING:
    from pipeline.archive import Item


def write(run: Run, form: str, settings: Settings, *, out: Path | None, embed: bool) -> None:
    """Write a run's report in a format; `embed` puts a copy of the sound into a page.

    Raises `SettingsError` where `embed` does not fit the format, and the `MediaError` of a sound that cannot be copied.
    """
    if embed and form != "html":
        raise SettingsError("--embed is for --format html.")
    if not embed:
        _put(_pieces(run, form, settings, linked(run, out) if form == "html" else None), out)
        return
    with tempfile.TemporaryDirectory() as folder:
        media = embedded(run, Path(folder) / "sound.ogg", settings.media.ffmpeg)
        say(f"sound inside the page: {media.size / 1e6:.1f} MB, in Base64 {media.size * 4 / 3e6:.1f} MB", error=True)
        _put(_pieces(run, form, settings, media), out)


def _pieces(run: Run, form: str, settings: Settings, media: Media | None) -> Iterator[str] | bytes:
    if form == DOCX:
        return docx(run, settings.report.length, by_speaker=settings.report.by_speaker)
    return report_of(run, form, settings.report.length, media, by_speaker=settings.report.by_speaker)


def _put(pieces: Iterator[str] | bytes, out: Path | None) -> None:
    """Write to a file, which is whole or as it was, or to standard output."""
    if out is not None:
        write_whole(out, pieces)
    elif not isinstance(pieces, bytes):
        sys.stdout.writelines(pieces)
    elif sys.stdout.isatty():
        raise SettingsError("--format docx is for a file.", cure="Name it with --out.")
    else:
        sys.stdout.buffer.write(pieces)


class Reports:
    """Writes the reports of each recording into a folder as soon as it is done.

    They have the recording's name; where another recording of the same command had it, its id stands behind it.
    """

    def __init__(self, forms: str, folder: Path, store: Store, settings: Settings, *, fresh_only: bool = False) -> None:
        """`forms` are formats with commas between them; raises `SettingsError` for one that there is not.

        With `fresh_only` those that were finished before get none again: an inbox is looked through every night.
        """
        self._forms = [form.strip() for form in forms.split(",") if form.strip()]
        self._folder, self._store, self._settings = folder, store, settings
        self._fresh_only = fresh_only
        self._names: dict[str, str] = {}
        self.failed = False
        """Whether a report could not be written."""
        unknown = [form for form in self._forms if form not in EVERY_FORMAT]
        if unknown:
            raise SettingsError(f"no report format {unknown[0]}.", cure=f"Formats: {', '.join(EVERY_FORMAT)}.")

    def __call__(self, item: Item) -> None:
        """Write them; a folder that cannot be written is said, and the other recordings go on."""
        if not self._forms or item.state not in ("complete", "gaps"):
            return
        stem = item.path.stem
        if self._names.setdefault(stem, item.recording) != item.recording:
            stem = f"{stem}-{item.recording[:8]}"
        if self._fresh_only and not item.fresh:
            return
        try:
            run = self._store.find(item.recording, item.run)
            self._folder.mkdir(parents=True, exist_ok=True)
            for form in self._forms:
                out = self._folder / f"{stem}.{form}"
                if any(_same(out, given) for given in _given(run, item)):
                    out = self._folder / f"{stem}-{item.recording[:8]}.{form}"
                write(run, form, self._settings, out=out, embed=False)
        except (LongmediaError, OSError) as error:
            self.failed = True
            why = str(error) if isinstance(error, LongmediaError) else explain(error)
            say(f"longmedia: the reports of {without_controls(str(item.path))}: {why}", error=True)


def _given(run: Run, item: Item) -> list[Path]:
    """What the run was made of: no report is written over it."""
    document = run.document()
    words = document.input.transcript if document is not None else None
    return [item.path, *([from_text(words)] if words else [])]


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
