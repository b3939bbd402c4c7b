"""The last step before the socket, and the only one: whatever leaves, leaves through here.

The client library adds what it likes (its version, the operating system, headers from environment
variables), so the headers are written anew from a short list. The gate sees the body exactly as it is
sent. Redirects, cookies, `.netrc` and the environment's proxies are not used; an answer is read up to
a limit of bytes and of time, and never unpacked.
"""

from __future__ import annotations

import functools
import ssl
import time
from dataclasses import replace

import httpx2

from pipeline.errors import EgressRefusedError
from pipeline.models.endpoint.egress import Departure, Gate
from pipeline.settings.addresses import is_loopback

_CONNECT_S = 15.0


class TooLargeError(Exception):
    """An answer is longer than what was asked for can be."""


class TooSlowError(Exception):
    """An answer came too slowly to be whole in time."""


class Wire(httpx2.BaseTransport):
    """Sends one request over `below`; `number` is what the gate called it, -1 while nothing has left."""

    def __init__(
        self,
        below: httpx2.BaseTransport,
        home: str,
        *,
        key: str,
        gate: Gate | None,
        about: Departure,
        limit: int,
        timeout_s: float,
    ) -> None:
        self._below = below
        self._about = about
        self._home = httpx2.URL(home)
        self._key = key
        self._gate = gate
        self._limit = limit
        self._timeout_s = timeout_s
        self.number = -1
        self.status = 0
        self.size = 0
        self.headers: dict[str, str] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask the gate, send, and read the whole answer."""
        body = request.read()
        if not self._at_home(request.url):
            raise EgressRefusedError(f"a request to {request.url.host} instead of {self._home.host} is not sent.")
        self.number = self._leave(replace(self._about, body=body))
        bare = httpx2.Request(
            request.method, request.url, headers=self._headers(), content=body, extensions=self._extensions()
        )
        started = time.monotonic()
        response = self._below.handle_request(bare)
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            content = self._read(response, started)
        finally:
            response.close()
        kept = {"content-type": response.headers.get("content-type", "")}
        return httpx2.Response(response.status_code, headers=kept, content=content, request=request)

    def _leave(self, departure: Departure) -> int:
        if self._gate is not None:
            return self._gate.leave(departure)
        if not is_loopback(str(self._home)):
            raise EgressRefusedError(
                f"{self._home.host} is another machine: nothing is sent there without a ledger.",
                cure="Name it in fallback.hosts and switch egress on for this run.",
            )
        return 0

    def _at_home(self, url: httpx2.URL) -> bool:
        home = self._home
        return (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)

    def _headers(self) -> dict[str, str]:
        headers = {
            "Host": self._home.netloc.decode("ascii"),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "longmedia",
        }
        return headers | ({"Authorization": f"Bearer {self._key}"} if self._key else {})

    def _extensions(self) -> dict[str, dict[str, float]]:
        longest = self._timeout_s
        return {
            "timeout": {"connect": min(_CONNECT_S, longest), "read": longest, "write": longest, "pool": longest},
        }

    def _read(self, response: httpx2.Response, started: float) -> bytes:
        """The answer's bytes; a drip that keeps every single read short is cut off as well."""
        content = bytearray()
        for piece in response.iter_raw():
            content += piece
            self.size = len(content)
            if len(content) > self._limit:
                raise TooLargeError
            if time.monotonic() - started > self._timeout_s:
                raise TooSlowError
        return bytes(content)


@functools.cache
def transport(proxy: str | None) -> httpx2.HTTPTransport:
    """The connections of this process; certificates are checked against the system's own authorities."""
    return httpx2.HTTPTransport(
        verify=ssl.create_default_context(), trust_env=False, proxy=proxy, limits=httpx2.Limits(max_connections=None)
    )
