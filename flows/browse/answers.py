"""What is answered to a browser: the list, a search, a report, the recording itself, progress; nothing is changed."""

from __future__ import annotations

import json
import os
import secrets
import stat
import threading
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path

from chunkers.identity import content_id
from chunkers.names import from_text
from flows.browse.filters import filters
from flows.browse.listing import Row, rows
from flows.browse.rendering import list_page
from flows.browse.requests import Asked, asked, span_of
from pipeline.errors import LongmediaError, SettingsError, StoreError
from pipeline.reports.html import policy, report
from pipeline.reports.media import Media, linked
from pipeline.search import Searcher, Watch
from pipeline.settings import Report
from pipeline.store import Run, Store

_A_PAGE = 100
"""Recordings of a page, and hits of a search."""

_FOLLOW_S = 5.0
"""How old what is known of the store may be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: text, or the bytes of an open file from `span[0]` until `span[1]`."""

    status: HTTPStatus
    kind: str = "text/plain; charset=utf-8"
    body: bytes = b""
    file: int | None = None
    span: tuple[int, int] = (0, 0)
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """What is answered; it may be asked from several threads."""

    def __init__(self, store: Store, shown: Report) -> None:
        """`shown` says what reports show."""
        self.secret = secrets.token_urlsafe(16)
        self._store, self._shown = store, shown
        self._searcher = Searcher(store)
        self._lock = threading.Lock()
        self._followed = float("-inf")
        self._passed: tuple[StoreError, ...] = ()

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._searcher.close()

    def answer(self, target: str, wanted: str | None = None) -> Answer:
        """The answer to a path; `wanted` is the header `Range`. What goes wrong is told, and ends nothing."""
        meant = asked(target, self.secret)
        if meant is None:
            return Answer(HTTPStatus.NOT_FOUND, body=b"There is no such page.")
        try:
            if meant.what == "list":
                return self._list(meant)
            if meant.what == "progress":
                return self._progress()
            if meant.recording not in self._store.recordings():
                return Answer(HTTPStatus.NOT_FOUND, body=b"There is no such recording.")
            run = self._store.find(meant.recording)
            return self._media(run, wanted) if meant.what == "media" else self._report(run)
        except LongmediaError as error:
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, body=str(error).encode("utf-8", "replace"))

    def follow(self, watch: Watch | None = None) -> None:
        """Bring the index up to the store, unless that was done just now; `watch` is told how far it is."""
        if time.monotonic() - self._followed > _FOLLOW_S:
            self._passed = self._searcher.follow(watch)
            self._followed = time.monotonic()

    def _list(self, meant: Asked) -> Answer:
        form, hits = filters(meant.fields), None
        notes = list(form.notes)
        with self._lock:
            self.follow()
            notes += [str(fault) for fault in self._passed[:3]]
            entries = self._searcher.entries(replace(form.wanted, kinds=()))
            if form.words:
                try:
                    hits = self._searcher.search(form.words, form.wanted, _A_PAGE)
                except SettingsError as error:
                    notes.append(str(error))
        number = meant.fields.get("page", "")[:9]
        pages = max(1, -(-len(entries) // _A_PAGE))
        page = max(1, min(pages, int(number))) if number.isascii() and number.isdigit() else 1
        shown = entries[(page - 1) * _A_PAGE : page * _A_PAGE] if hits is None else []
        found = list(rows(self._store, shown))
        text, own = list_page(found, form, hits=hits, notes=notes, page=page, pages=pages, count=len(entries))
        return _page(text, own)

    def _progress(self) -> Answer:
        with self._lock:
            self.follow()
            growing = [entry for entry in self._searcher.entries() if entry.growing]
        running = [_told(row) for row in rows(self._store, growing) if row.running]
        return Answer(HTTPStatus.OK, "application/json", json.dumps(running).encode())

    def _report(self, run: Run) -> Answer:
        media = linked(run)
        if media is not None:
            media = Media(media.kind, media.name, f"../m/{run.key.recording}")
        return _page("".join(report(run, self._shown.length, media, by_speaker=self._shown.by_speaker)), policy())

    def _media(self, run: Run, wanted: str | None) -> Answer:
        """The recording itself, and nothing else: a file with other content is not given away."""
        document = run.document()
        path = from_text(document.input.path) if document is not None else None
        nothing = Answer(HTTPStatus.NOT_FOUND, body=b"The recording is not where it was.")
        if path is None:
            return nothing
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return nothing
        about = os.fstat(handle)
        try:
            same = (
                stat.S_ISREG(about.st_mode) and _identity(path, about.st_size, about.st_mtime_ns) == run.key.recording
            )
        except OSError:
            same = False
        if not same:
            os.close(handle)
            return nothing
        kind = guess_type(path.name)[0] or ""
        headers = {"Accept-Ranges": "bytes", "Content-Security-Policy": "default-src 'none'; sandbox"}
        span = span_of(wanted, about.st_size)
        if span is None:
            os.close(handle)
            headers["Content-Range"] = f"bytes */{about.st_size}"
            return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        status = HTTPStatus.OK
        if span != (0, about.st_size):
            status = HTTPStatus.PARTIAL_CONTENT
            headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{about.st_size}"
        kind = kind if kind.startswith(("audio/", "video/")) else "application/octet-stream"
        return Answer(status, kind, file=handle, span=span, headers=headers)


def _page(text: str, own: str) -> Answer:
    body = text.encode("utf-8", "replace")
    headers = {"Content-Security-Policy": f"{own}; frame-ancestors 'none'"}
    return Answer(HTTPStatus.OK, "text/html; charset=utf-8", body, headers=headers)


def _told(row: Row) -> dict[str, str | float]:
    return {"recording": row.recording, "stage": row.stage, "share": round(row.share, 4)}


@lru_cache(maxsize=256)
def _identity(path: Path, size: int, changed_ns: int) -> str:
    """The id of a file's content, told again when its size or its time is another."""
    del size, changed_ns
    return content_id(path)
