"""A small hub on this machine: what huggingface_hub asks of one, over HTTP, with faults on demand.

It answers `GET /api/models/<repository>/revision/<revision>` and `HEAD` and `GET` of
`/<repository>/resolve/<commit>/<path>`, the latter with ranges.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

COMMIT = "c0ffee" * 6 + "beef"
LARGE = 100
"""Bytes from which a file has a SHA-256 on the hub."""


class SmallHub(ThreadingHTTPServer):
    """A hub with `repositories`: the content of each file by its path, by the name of the repository."""

    daemon_threads = True

    def __init__(self, repositories: Mapping[str, Mapping[str, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.repositories = repositories
        self.asked: list[tuple[str, str]] = []
        """Path and range of every request."""
        self.sent: dict[str, bytes] = {}
        """What it sends for a file in the place of its content, by the file's path."""
        self.cut: dict[str, int] = {}
        """Files that end after so many bytes, and are not given again until this is empty."""
        self.given = threading.Event()
        """Until it is set, no content of a file is sent."""
        self.given.set()

    @property
    def endpoint(self) -> str:
        """As HF_ENDPOINT has it."""
        return f"http://127.0.0.1:{self.server_port}"

    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [path for path, _ in self.asked]


class _Answer(BaseHTTPRequestHandler):
    server: SmallHub

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_HEAD(self) -> None:
        """As GET, without a body."""
        self._answer(body=False)

    def do_GET(self) -> None:
        """A model's description, or one of its files."""
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub, path, span = self.server, self.path.partition("?")[0], self.headers.get("Range", "")
        hub.asked.append((path, span))
        for repository, files in hub.repositories.items():
            if path == f"/api/models/{repository}/revision/main":
                siblings = [_described(name, content) for name, content in files.items()]
                self._send(200, json.dumps({"id": repository, "sha": COMMIT, "siblings": siblings}).encode(), body=body)
                return
            name = path.removeprefix(f"/{repository}/resolve/{COMMIT}/")
            if name in files:
                self._file(name, files[name], span, body=body)
                return
        self._send(404, b"", body=body)

    def _file(self, name: str, content: bytes, span: str, *, body: bool) -> None:
        hub, sent = self.server, self.server.sent.get(name, content)
        if body:
            hub.given.wait(60)
        if body and hub.cut.get(name) == 0:
            self._send(404, b"", body=True)
            return
        start = int(span.removeprefix("bytes=").partition("-")[0]) if span and body else 0
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(sent) - 1}/{len(sent)}"
        end = hub.cut.get(name, len(sent)) if body else len(sent)
        if body and name in hub.cut:
            hub.cut[name] = 0
        self._send(206 if start else 200, sent[start:], body=body, headers=headers, end=end)

    def _send(
        self, code: int, content: bytes, *, body: bool, headers: Mapping[str, str] | None = None, end: int | None = None
    ) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content[:end])


def _described(name: str, content: bytes) -> dict[str, object]:
    sha256 = hashlib.sha256(content).hexdigest()
    git = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    large = {"lfs": {"sha256": sha256, "size": len(content), "pointerSize": 130}} if len(content) > LARGE else {}
    return {"rfilename": name, "size": len(content), "blobId": git, **large}


@contextmanager
def serving(repositories: Mapping[str, Mapping[str, bytes]]) -> Iterator[SmallHub]:
    """A hub that answers while the block runs."""
    hub = SmallHub(repositories)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


def point_at(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What HF_ENDPOINT and HF_HUB_OFFLINE say was read when the client was imported."""
    constants = "huggingface_hub.constants"
    monkeypatch.setattr(f"{constants}.ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(f"{constants}.HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(f"{constants}.HF_HUB_OFFLINE", False)
