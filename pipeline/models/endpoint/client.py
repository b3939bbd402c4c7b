"""One client for every server that speaks OpenAI's protocol: a local one, your own, or the cloud.

Text, audio and pictures go in, text comes out. Retries have one owner, here: the client library makes
none. An answer counts only if it is what was asked for; see `endpoint_format`. What may leave, and the
account of it, is the business of the gate; see `endpoint_wire`.
"""

from __future__ import annotations

import datetime
import functools
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import openai

from pipeline.errors import EgressRefusedError, EndpointError, LimitError, ModelError, UnreachedError
from pipeline.models.endpoint.egress import Arrival, Departure, Gate
from pipeline.models.endpoint.messages import Answer, Ask, BadAnswer, largest, messages, read, retry_after
from pipeline.models.endpoint.transport import TooLargeError, TooSlowError, Wire, transport
from pipeline.models.protocol import Written
from pipeline.settings.addresses import host_of, is_loopback
from pipeline.settings.fallback import Server

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_WAIT_S = 0.5
CHAT = "chat/completions"
"""Where chats are asked, below a server's address."""
_UNREACHED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why an attempt failed, whether another may help, and how long the server asks to wait."""

    why: str
    again: bool
    wait_s: float = 0.0
    error: type[ModelError] = EndpointError


_NO_WAY = _Fault("not reached", again=True, error=UnreachedError)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose body is written; `about` is what is in it, for the gate.

    `path` is below the server's address, or from the root of its host where it begins with `/`.
    """

    path: str
    body: Mapping[str, object]
    about: Ask
    max_tokens: int


class Endpoint:
    """A server, ready to be asked from several threads."""

    def __init__(self, server: Server) -> None:
        """Nothing is sent yet. Raises `EndpointError` where the model or the key is missing."""
        self.host = host_of(server.url)
        if not server.model:
            raise EndpointError(f"{self.host}: no model is named.", cure="Set endpoint.model or fallback.model.")
        self._key = _key(server.key_variable)
        self.server = server
        # What is on this machine stays on it: a proxy may be another machine, and would be sent the texts.
        self._proxy = None if is_loopback(server.url) else server.proxy
        self._slots = _slots(server.url, server.concurrency)

    def ask(self, ask: Ask, *, max_tokens: int, temperature: float = 0.0, gate: Gate | None = None) -> Written:
        """The answer, after as many attempts as it takes; the gate sees each of them.

        Raises `LimitError` where the server says that the request is too long, `EndpointError` where no
        attempt gave a sound answer, and the gate's `EgressError`.
        """
        started = time.perf_counter()
        body = {
            "model": self.server.model,
            "messages": messages(ask),
            "temperature": temperature,
            self.server.cap_field: max_tokens,
        }
        call = Call(CHAT, body, ask, max_tokens)
        answer, attempts = self.send(call, lambda content: read(content, model=self.named, max_tokens=max_tokens), gate)
        return Written(
            text=answer.text,
            tokens_in=max(answer.tokens_in, 0),
            tokens_out=max(answer.tokens_out, 0),
            seconds=time.perf_counter() - started,
            complete=answer.complete,
            details={"host": self.host, "model": answer.model, "attempts": attempts},
        )

    def send(self, call: Call, reads: Callable[[bytes], Answer], gate: Gate | None = None) -> tuple[Answer, int]:
        """What `reads` makes of the answer, and the number of the attempt that gave it; it raises `BadAnswer`.

        Raises what `ask` raises.
        """
        server = self.server
        fault = _Fault("not asked", again=False)
        for attempt in range(1, server.attempts + 1):
            with self._slots:
                result = self._attempt(call, reads, gate, attempt)
            if isinstance(result, Answer):
                return result, attempt
            fault = result
            if fault.wait_s > server.longest_wait_s:
                fault = replace(fault, why=f"{fault.why}; it asks to wait {fault.wait_s:.0f} s", again=False)
            if not fault.again or attempt == server.attempts:
                break
            time.sleep(max(fault.wait_s, min(_FIRST_WAIT_S * 2 ** (attempt - 1), server.longest_wait_s)))
        raise fault.error(f"{self.host}: {fault.why}.")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """One request beside the chat, for a server on this machine; raises `EndpointError`."""
        about = Departure(self.server.url, self.server.model, "text-only", 0, 0.0, 0, 0, 1)
        wire = self._wire(about, None, 16 << 20)
        try:
            with httpx2.Client(transport=wire, trust_env=False, follow_redirects=False) as client:
                reply = client.post(str(httpx2.URL(self.server.url).copy_with(path=path)), json=body)
                return reply.raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, TooLargeError, TooSlowError, ValueError):
            why = f"{self.host}: {path} is not answered."
        raise EndpointError(why)

    # -- one attempt --------------------------------------------------------------------------------

    def _attempt(
        self, call: Call, reads: Callable[[bytes], Answer], gate: Gate | None, attempt: int
    ) -> Answer | _Fault:
        about = Departure(
            url=self.server.url,
            model=self.server.model,
            kind=call.about.kind,
            text_bytes=call.about.text_bytes,
            audio_s=call.about.audio_s,
            images=len(call.about.images),
            max_tokens=call.max_tokens,
            attempt=attempt,
            proxy=self._proxy,
        )
        wire = self._wire(about, gate, largest(call.max_tokens))
        usage, billed = (-1, -1, 0), True
        result: Answer | _Fault
        # What the client library raises holds the request, and the request holds texts: none of it goes on.
        try:
            result = reads(self._create(wire, call))
            usage = result.tokens_in, result.tokens_out, result.tokens_audio
        except BadAnswer as bad:
            result, usage = _Fault(str(bad), again=True), bad.usage
        except openai.APIStatusError as error:
            result, billed = self._refused(error, wire), False
        except openai.APITimeoutError as error:
            billed = not isinstance(error.__cause__, _UNREACHED)
            result = _Fault("time-out", again=True) if billed else _NO_WAY
        except openai.APIConnectionError as error:
            billed = not isinstance(error.__cause__, _UNREACHED)
            result = _Fault("cut off", again=True) if billed else _NO_WAY
        except TooSlowError:
            result = _Fault("time-out: the answer drips", again=True)
        except TooLargeError:
            result = _Fault("an answer larger than asked for", again=False)
        if gate is not None and wire.number >= 0:
            outcome = "answered" if isinstance(result, Answer) else result.why
            gate.arrive(wire.number, Arrival(outcome, billed, wire.status, wire.size, *usage))
        return result

    @property
    def named(self) -> str:
        """The model's name in answers."""
        return self.server.answers_as or self.server.model

    def _wire(self, about: Departure, gate: Gate | None, limit: int) -> Wire:
        server = self.server
        return Wire(
            transport(self._proxy),
            server.url,
            key=self._key,
            gate=gate,
            about=about,
            limit=limit,
            timeout_s=server.timeout_s,
        )

    def _create(self, wire: Wire, call: Call) -> bytes:
        home = httpx2.URL(self.server.url)
        place = str(home.copy_with(path=call.path)) if call.path.startswith("/") else call.path
        with httpx2.Client(transport=wire, trust_env=False, follow_redirects=False) as http:
            client = openai.OpenAI(api_key="-", base_url=self.server.url, max_retries=0, http_client=http)
            reply = client.post(place, cast_to=httpx2.Response, body=dict(call.body))
            content: bytes = reply.content
            return content

    def _refused(self, error: openai.APIStatusError, wire: Wire) -> _Fault:
        status = error.status_code
        if 300 <= status < 400:
            return _Fault(f"status {status}: redirects are not followed", again=False)
        said = str(error.body)[:2000].lower()
        too_long = status in {400, 413} and "context" in said
        why = f"status {status}: the request is too long for the model" if too_long else f"status {status}"
        wait_s = retry_after(wire.headers, datetime.datetime.now(datetime.UTC))
        return _Fault(why, status in _AGAIN, wait_s, LimitError if too_long else EndpointError)


def _key(variable: str | None) -> str:
    """The key in the environment variable; never part of a message, even where it is malformed."""
    if variable is None:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise EgressRefusedError(f"the environment variable {variable} holds no key.", cure="Set it, then run again.")
    return key


@functools.cache
def _slots(url: str, count: int) -> threading.BoundedSemaphore:
    """One limit a server, whoever asks it."""
    del url
    return threading.BoundedSemaphore(count)
