"""Reports: each reads the store and nothing else, and yields text piece by piece, or is a file's bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.errors import SettingsError
from pipeline.reports import json_report, markdown, rttm, subtitles, tasks, transcript, tsv
from pipeline.reports.media import Media
from pipeline.reports.outline import Length
from pipeline.store import Run

_WHOLE: dict[str, Callable[[Run], Iterator[str]]] = {
    "srt": subtitles.srt,
    "vtt": subtitles.vtt,
    "txt": transcript.report,
    "tsv": tsv.report,
    "rttm": rttm.report,
    "csv": tasks.report,
}

FORMATS = ("md", "html", "srt", "vtt", "txt", "tsv", "json", "rttm", "csv")
"""The formats that are text."""

DOCX = "docx"
"""The format that is none: `docx_report` writes it."""

EVERY_FORMAT = (*FORMATS, DOCX)


def report(
    run: Run, form: str, length: Length = "normal", media: Media | None = None, *, by_speaker: bool = False
) -> Iterator[str]:
    """The report of a run in one of `FORMATS`, in pieces; raises `SettingsError` for another format.

    `media` is what a page plays: without it the original, by its absolute path. `by_speaker` adds to `md`, `html` and
    `json` what each speaker said that says most.
    """
    run = run.reading()
    if form == "html":
        from pipeline.reports import html  # here: Jinja2 would slow down the start of every other command

        return html.report(run, length, media, by_speaker=by_speaker)
    if form == "md":
        return markdown.report(run, length, by_speaker=by_speaker)
    if form == "json":
        return json_report.report(run, length, by_speaker=by_speaker)
    if form not in _WHOLE:
        raise SettingsError(f"no report format {form}.", cure=f"Formats: {', '.join(EVERY_FORMAT)}.")
    return _WHOLE[form](run)


def docx(run: Run, length: Length = "normal", *, by_speaker: bool = False) -> bytes:
    """The report as a document for word processors; raises `MissingExtraError` without the extra `docx`."""
    from pipeline.reports import docx_report

    return docx_report.report(run, length, by_speaker=by_speaker)
