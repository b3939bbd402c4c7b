"""One small signed POST to an address of the user's, tried again where that may help.

`Longmedia-Signature` is `sha256=` and the HMAC-SHA256 of the stamp in `Longmedia-Timestamp` (seconds since 1970), a dot
and the body. Redirects, proxies and cookies are not used; of the answer only its status is looked at.
https://datatracker.ietf.org/doc/html/rfc2104
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import EndpointError, SettingsError
from pipeline.fallback.gate import PlaceGate
from pipeline.settings.addresses import host_of
from pipeline.settings.webhook import Webhook

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_WAIT_S = 0.5
_SHORTEST_SECRET = 16
"""Bytes."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """How one attempt ended, in words, whether another may help, and how long the server asks to wait."""

    outcome: str
    good: bool = False
    again: bool = False
    wait_s: float = 0.0


_TOO_LATE = _Answer("time-out", again=True)


def read_secret(place: str) -> bytes:
    """The secret at `env:NAME` or `file:PATH`, without the space around it; raises `SettingsError`."""
    kind, _, name = place.partition(":")
    try:
        found = os.environ[name].encode() if kind == "env" else Path(name).expanduser().read_bytes()
    except KeyError:
        raise SettingsError(f"webhook.secret: the environment has no {name}.", cure="Set it, then run again.") from None
    except OSError as error:
        raise SettingsError(f"webhook.secret: {name}: {error.strerror}.", cure="Check its name and rights.") from error
    if len(found.strip()) < _SHORTEST_SECRET:
        raise SettingsError(
            f"webhook.secret: {name} holds less than {_SHORTEST_SECRET} bytes.", cure="Make one: openssl rand -hex 32"
        )
    return found.strip()


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """What `Longmedia-Signature` holds."""
    return "sha256=" + hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(
    rules: Webhook, secret: bytes, body: bytes, gate: PlaceGate | None, wait: Callable[[float], object] = time.sleep
) -> None:
    """Send `body` to `rules.url`, in as many attempts as it takes; `gate`, where there is one, sees each of them.

    Raises `EndpointError` where no attempt was answered with a status of 200 to 299, and the gate's `EgressError`.
    """
    if rules.url is None:
        raise ValueError("a webhook without an address")
    answer = _Answer("not asked")
    for attempt in range(1, rules.attempts + 1):
        number = gate.leave("", body, attempt) if gate is not None else 0
        answer = _attempt(rules.url, secret, body, rules.timeout_s)
        if gate is not None:
            gate.arrive(number, answer.outcome)
        if answer.good:
            return
        if not answer.again or attempt == rules.attempts or answer.wait_s > rules.longest_wait_s:
            break
        wait(max(answer.wait_s, min(_FIRST_WAIT_S * 2 ** (attempt - 1), rules.longest_wait_s)))
    raise EndpointError(f"{host_of(rules.url)}: {answer.outcome}.")


def _attempt(url: str, secret: bytes, body: bytes, timeout_s: float) -> _Answer:
    stamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "longmedia",
        "Longmedia-Timestamp": str(stamp),
        "Longmedia-Signature": signature(secret, stamp, body),
    }
    place = urlsplit(url)
    connection = _connection(place.scheme, place.hostname or "", place.port, timeout_s)
    late = threading.Event()
    try:
        with contextlib.closing(connection):
            connection.connect()
            timer = threading.Timer(timeout_s, _cut, (connection.sock, late))
            timer.daemon = True
            timer.start()
            try:
                connection.request("POST", place.path or "/", body, headers)
                answer = _judged(connection.getresponse())
            finally:
                timer.cancel()
            return _TOO_LATE if late.is_set() else answer
    except TimeoutError:
        return _TOO_LATE
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set():
            return _TOO_LATE
        never = isinstance(error, ConnectionRefusedError | socket.gaierror)
        return _Answer("not reached" if never else "cut off", again=True)


def _connection(scheme: str, host: str, port: int | None, timeout_s: float) -> http.client.HTTPConnection:
    if scheme.lower() == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=timeout_s)


def _cut(connected: socket.socket, late: threading.Event) -> None:
    """End a connection whose answer drips: each piece of it came in time, all of it did not."""
    late.set()
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _judged(response: http.client.HTTPResponse) -> _Answer:
    status = response.status
    if 200 <= status < 300:
        return _Answer(f"status {status}", good=True)
    if 300 <= status < 400:
        return _Answer(f"status {status}: redirects are not followed")
    asked = response.getheader("Retry-After", "")
    return _Answer(f"status {status}", again=status in _AGAIN, wait_s=float(asked) if asked.isdecimal() else 0.0)
