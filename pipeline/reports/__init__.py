"""Reports: each reads the store and nothing else, and yields text piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.errors import SettingsError
from pipeline.reports import json_report, markdown, rttm, subtitles, transcript
from pipeline.store import Run

FORMATS: dict[str, Callable[[Run], Iterator[str]]] = {
    "md": markdown.report,
    "srt": subtitles.srt,
    "vtt": subtitles.vtt,
    "txt": transcript.report,
    "json": json_report.report,
    "rttm": rttm.report,
}


def report(run: Run, form: str) -> Iterator[str]:
    """The report of a run in one of `FORMATS`, in pieces; raises `SettingsError` for another format."""
    if form not in FORMATS:
        raise SettingsError(f"no report format {form}.", cure=f"Formats: {', '.join(FORMATS)}.")
    return FORMATS[form](run)
