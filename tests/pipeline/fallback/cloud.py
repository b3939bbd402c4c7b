"""A real HTTP server that plays the cloud: it keeps every byte it gets, and behaves as badly as it is told."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "tiny-1"
GOOD = "The pump costs 412,000 euros."


@dataclass
class Got:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


Behave = Callable[["Cloud", BaseHTTPRequestHandler, bytes], None]


@dataclass
class Cloud:
    """`script` is what it does next, one entry a request; after that it answers well."""

    script: list[Behave] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    answer: Behave = field(default_factory=lambda: says(GOOD))
    url: str = ""
    most_at_once: int = 0
    inside: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        return int(self.url.split(":")[2].split("/")[0])


def serve(cloud: Cloud) -> ThreadingHTTPServer:
    """Start it on loopback; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with cloud.lock:
                cloud.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                cloud.times.append(time.monotonic())
                behave = cloud.script.pop(0) if cloud.script else cloud.answer
                cloud.inside += 1
                cloud.most_at_once = max(cloud.most_at_once, cloud.inside)
            try:
                behave(cloud, self, body)
            finally:
                with cloud.lock:
                    cloud.inside -= 1

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away in the middle is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    cloud.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


# -- behaviours ------------------------------------------------------------------------------------------


def reply(handler: BaseHTTPRequestHandler, status: int, content: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def completion(text: str | None, **changes: Any) -> dict[str, Any]:
    finish = changes.pop("finish_reason", "stop")
    said: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 10, "total_tokens": 50},
    }
    return {**said, **changes}


def says(text: str | None, **changes: Any) -> Behave:
    return lambda cloud, handler, body: reply(handler, 200, json.dumps(completion(text, **changes)).encode())


def fails(status: int, content: bytes = b"{}", **headers: str) -> Behave:
    return lambda cloud, handler, body: reply(handler, status, content, **headers)


def raw(content: bytes) -> Behave:
    return lambda cloud, handler, body: reply(handler, 200, content)


def echoes_headers(cloud: Cloud, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """An error that repeats all it was sent, as careless servers do."""
    said = {"error": {"message": f"bad key {handler.headers['Authorization']}", "headers": dict(handler.headers)}}
    reply(handler, 401, json.dumps(said).encode())


def hangs(cloud: Cloud, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    time.sleep(3)


def drips(cloud: Cloud, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A byte now and then: every read is in time, the whole is not."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def truncates(cloud: Cloud, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    content = json.dumps(completion(GOOD)).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[:40])
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def floods(cloud: Cloud, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 30))
    handler.end_headers()
    for _ in range(1 << 14):
        handler.wfile.write(bytes(1 << 16))


def forwards(url: str, key: str) -> Behave:
    """Let a real model answer, and hand its bytes back."""

    def behave(cloud: Cloud, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        request = urllib.request.Request(  # noqa: S310 - always http on loopback
            f"{url}/chat/completions", body, {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=300) as answer:
            reply(handler, 200, answer.read())

    return behave
