"""A server on loopback that plays a webhook: it keeps what it gets, and behaves as badly as it is told."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behave = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Hook:
    """`script` is what it does next, one entry a request; after that it answers 204."""

    url: str = ""
    script: list[Behave] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    seen: Callable[[], None] = lambda: None
    """Called while a request waits for its answer."""


def status(code: int, **headers: str) -> Behave:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


def drops(handler: BaseHTTPRequestHandler) -> None:
    """Cuts the connection with a reset instead of answering."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Says nothing for longer than anybody waits in these tests."""
    time.sleep(1.5)


def drips(handler: BaseHTTPRequestHandler) -> None:
    """A letter of an endless header now and then."""
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)


@contextlib.contextmanager
def served() -> Iterator[Hook]:
    """A hook, listening while the block lasts."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.got.append((dict(self.headers), body))
            hook.seen()
            (hook.script.pop(0) if hook.script else status(204))(self)

        def log_message(self, *said: object) -> None:
            del said

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *said: object) -> None:
            """A client that has left is no error."""
            del said

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        hook.url = f"http://127.0.0.1:{server.server_address[1]}/done"
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()
