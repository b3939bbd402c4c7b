"""A store as pages on this machine: read-only, on 127.0.0.1 only, under an address that nobody can guess."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows.browse.answers import Answer, Site
from flows.browse.requests import admitted
from flows.terminal import counting
from pipeline.errors import SettingsError
from pipeline.settings import Report
from pipeline.store import Store

_BLOCK = 1 << 18
"""Bytes of a file that are sent at once."""

_IDLE_S = 60
"""After so long without a word a connection is closed."""


class Server(ThreadingHTTPServer):
    """Answers on 127.0.0.1 while `serve_forever` runs."""

    daemon_threads = True

    def __init__(self, site: Site, port: int) -> None:
        """`port` 0 takes a free one. Raises `OSError` where the port cannot be had."""
        self.site = site
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.server_port}/{self.site.secret}/"


@contextlib.contextmanager
def serving(store: Store, shown: Report, port: int = 0) -> Iterator[Server]:
    """A server of a store, whose index is up to date; `shown` says what reports show.

    Raises `SettingsError` where the port cannot be had.
    """
    site = Site(store, shown)
    try:
        site.follow(counting("recordings are taken up"))
        try:
            server = Server(site, port)
        except OSError as error:
            raise SettingsError(f"--port {port}: {error.strerror}.", cure="Leave it out.") from error
        with server:
            yield server
    finally:
        site.close()


class _Handler(BaseHTTPRequestHandler):
    """One request: it is looked at, answered, and its connection closed."""

    server: Server
    server_version, sys_version = "longmedia", ""
    timeout = _IDLE_S

    def do_GET(self) -> None:
        """Answer with a body."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer without one."""
        self._answer(body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Nothing: an address would be in it."""

    def _answer(self, *, body: bool) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if admitted(headers, self.server.server_port):
            answer = self.server.site.answer(self.path, headers.get("range"))
        else:
            answer = Answer(HTTPStatus.FORBIDDEN, body=b"Only this machine's own pages may ask.")
        try:
            self._send(answer, body=body)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True  # the reader has gone: a player that jumps does so
        finally:
            if answer.file is not None:
                os.close(answer.file)

    def _send(self, answer: Answer, *, body: bool) -> None:
        start, stop = answer.span if answer.file is not None else (0, len(answer.body))
        self.send_response(answer.status)
        own = {"Content-Security-Policy": "default-src 'none'", **answer.headers}
        for name, value in {**_ALWAYS, **own, "Content-Type": answer.kind, "Content-Length": str(stop - start)}.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        if answer.file is None:
            self.wfile.write(answer.body)
            return
        while start < stop and (data := os.pread(answer.file, min(_BLOCK, stop - start), start)):
            self.wfile.write(data)
            start += len(data)


_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
