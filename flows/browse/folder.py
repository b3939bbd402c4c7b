"""A store as a folder of files that opens from a disk: an index, a report for each recording beside it.

index.html            every recording, with a filter
reports/<id>.html     its report
site.json             what each report was made from, so that the next time only what has changed is made
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from flows.browse.listing import rows
from flows.browse.rendering import site_page
from flows.writing import write_whole
from pipeline.errors import LongmediaError, SettingsError
from pipeline.reports.html import policy, report
from pipeline.reports.media import embedded, linked
from pipeline.search import Entry, Searcher
from pipeline.settings import Settings
from pipeline.store import Store

_INDEX, _REPORTS, _KNOWN = "index.html", "reports", "site.json"


class Known(BaseModel):
    """site.json: by the id of a recording, what its report was made from."""

    reports: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Exported:
    """Reports that were written, those that were still right, those that went, and what could not be made."""

    written: int
    kept: int
    removed: int
    faults: tuple[str, ...]


def export(
    store: Store, folder: Path, settings: Settings, *, embed: bool, watch: Callable[[int, int], None]
) -> Exported:
    """Write or renew the folder; `embed` puts a copy of the sound into each report.

    A report that cannot be made is told and left out, and the others are written. Raises `SettingsError` where the
    folder holds a page that is not ours, and `OSError`.
    """
    known = _known(folder)
    with Searcher(store) as searcher:
        faults = [str(fault) for fault in searcher.follow()]
        entries = searcher.entries()
        speakers = {entry.recording: searcher.texts(entry.recording, "speaker") for entry in entries}
        chapters = {entry.recording: searcher.texts(entry.recording, "chapter") for entry in entries}
    (folder / _REPORTS).mkdir(parents=True, exist_ok=True)
    made: dict[str, str] = {}
    kept = 0
    for number, entry in enumerate(entries):
        watch(number, len(entries))
        rests_on = _rests_on(entry, settings, embed=embed)
        page = folder / _REPORTS / f"{entry.recording}.html"
        if known.reports.get(entry.recording) == rests_on and page.is_file():
            kept += 1
        else:
            try:
                _report(store, entry, page, settings, embed=embed)
            except LongmediaError as error:
                faults.append(f"{entry.name}: {error}")
                continue
        made[entry.recording] = rests_on
    watch(len(entries), len(entries))
    old = {f"{name}.html" for name in known.reports if name not in made}
    removed = [page for page in (folder / _REPORTS).iterdir() if page.name in old]
    for page in removed:
        page.unlink()
    shown = list(rows(store, (entry for entry in entries if entry.recording in made)))
    pages = {row.recording: f"{_REPORTS}/{row.recording}.html" for row in shown}
    write_whole(folder / _INDEX, [site_page(shown, pages, speakers, chapters)])
    write_whole(folder / _KNOWN, [Known(reports=made).model_dump_json(indent=1), "\n"])
    return Exported(len(made) - kept, kept, len(removed), tuple(faults))


def _known(folder: Path) -> Known:
    """What an earlier export has left in the folder."""
    file = folder / _KNOWN
    try:
        return Known.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        if (folder / _INDEX).exists() or (folder / _REPORTS).exists():
            raise SettingsError(
                f"{folder}: holds a page that is not from `longmedia export site`.", cure="Choose another folder."
            ) from None
        return Known()
    except ValidationError as error:
        raise SettingsError(f"{file}: damaged.", cure="Delete it, and `index.html` and `reports` with it.") from error


def _report(store: Store, entry: Entry, page: Path, settings: Settings, *, embed: bool) -> None:
    run, shown = store.find(entry.recording, entry.run), settings.report
    with tempfile.TemporaryDirectory() as place:
        sound = Path(place) / "sound.ogg"
        media = embedded(run, sound, settings.media.ffmpeg) if embed else linked(run, page)
        write_whole(page, report(run, shown.length, media, by_speaker=shown.by_speaker))


def _rests_on(entry: Entry, settings: Settings, *, embed: bool) -> str:
    """A hash of what a report is made from."""
    told = json.dumps([entry.run, entry.seen, settings.report.model_dump(mode="json"), embed, policy()])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
