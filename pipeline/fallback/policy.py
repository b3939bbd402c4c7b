"""What may leave, and what it may cost. Pure: facts in, a reason to refuse out, empty where there is none."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import math
from dataclasses import dataclass
from typing import Literal

from pipeline.models.endpoint.egress import Arrival, Departure
from pipeline.settings.addresses import host_of, is_loopback
from pipeline.settings.fallback import Fallback, Price

Trigger = Literal["failed", "too-long", "engine", "place"]
"""Why something leaves: after all local tries, over the local context, to the chosen text engine, or to a place that
the user has named for the whole run."""

_TEMPLATE_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a recording and this run.

    `path` is absolute as the user named it, `resolved` the file behind all links; `forbidden_by` is the
    `.no-egress` file found beside or above either of them.
    """

    path: str
    resolved: str
    this_run: bool
    installed: bool
    forbidden_by: str = ""


def refuses_every_road(rules: Fallback, case: Case) -> str:
    """Why nothing of this recording may leave on any road, whoever has switched that on."""
    if case.forbidden_by:
        return f"{case.forbidden_by} forbids it"
    denied = _matches(case.resolved, rules.deny) or _matches(case.path, rules.deny)
    return "a pattern of fallback.deny matches the recording" if denied else ""


def allows(rules: Fallback, case: Case) -> bool:
    """Whether the recording is one of those that may be sent."""
    return _matches(case.resolved, rules.allow)


def refuses_recording(rules: Fallback, case: Case) -> str:
    """Why nothing of this recording may be sent to a model elsewhere in this run."""
    refused = refuses_every_road(rules, case)
    if refused:
        return refused
    rules_and_reasons = (
        (rules.enabled, "fallback.enabled is false"),
        (case.this_run, "it is not switched on for this run"),
        (case.installed, "the extra `cloud` is not installed"),
        (allows(rules, case), "no pattern of fallback.allow matches the recording"),
    )
    return next((reason for holds, reason in rules_and_reasons if not holds), "")


def refuses_server(rules: Fallback, url: str, model: str, proxy: str | None = None) -> str:
    """Why nothing may be sent to this server, through `proxy` where there is one."""
    host = host_of(url)
    if host not in {name.lower() for name in rules.hosts}:
        return f"{host} is not in fallback.hosts"
    plain = refuses_plain(rules, url, proxy)
    if plain:
        return plain
    return "" if model in rules.prices else f"fallback.prices has no price for {model}"


def refuses_plain(rules: Fallback, url: str, proxy: str | None = None) -> str:
    """Why nothing may be sent to `url` without TLS, where it has none: whoever stands between can read it."""
    readers = [] if url.lower().startswith("https:") else [url, *([proxy] if proxy else [])]
    for reader in readers:
        if not is_loopback(reader) and host_of(reader) not in {name.lower() for name in rules.plain_hosts}:
            return f"{host_of(reader)} is not reached over https"
    return ""


def refuses_kind(rules: Fallback, kind: str, trigger: Trigger) -> str:
    """Why a request of this kind, asked for this reason, may not leave."""
    if trigger != "engine" and trigger not in rules.when:
        return f"fallback.when does not name `{trigger}`"
    missing = [part for part in kind.split("+") if part not in rules.kinds]
    return f"fallback.kinds does not name {', '.join(f'`{part}`' for part in missing)}" if missing else ""


def estimate(rules: Fallback, departure: Departure) -> int:
    """What the request can cost at most, in millionths of the price table's money.

    A byte of text counts as a token: no tokenizer makes more.
    """
    price = rules.prices[departure.model]
    text = departure.text_bytes + _TEMPLATE_TOKENS + departure.images * rules.image_tokens
    audio = departure.audio_s * rules.audio_tokens_s
    return _micros(text * price.input + audio * _audio(price) + departure.max_tokens * price.output)


def actual(rules: Fallback, departure: Departure, arrival: Arrival) -> int:
    """What it did cost: nothing where the server did no work, the estimate where it did not say."""
    if not arrival.billed:
        return 0
    if arrival.tokens_in < 0 or arrival.tokens_out < 0:
        return estimate(rules, departure)
    price = rules.prices[departure.model]
    audio = min(arrival.tokens_audio, arrival.tokens_in)
    if departure.audio_s and not audio and _audio(price) != price.input:
        # It does not say how many of its tokens were audio: the dearer of both prices holds for all.
        return _micros(arrival.tokens_in * max(price.input, _audio(price)) + arrival.tokens_out * price.output)
    text = arrival.tokens_in - audio
    return _micros(text * price.input + audio * _audio(price) + arrival.tokens_out * price.output)


def cap(rules: Fallback) -> int:
    """What may be spent in all, in millionths."""
    return math.floor(rules.cap * 1_000_000)


def digest(rules: Fallback) -> str:
    """16 hex digits that name the rules under which something left."""
    text = json.dumps(rules.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _audio(price: Price) -> float:
    return price.input if price.audio is None else price.audio


def _micros(value: float) -> int:
    """Money a million tokens times tokens are millionths of money; rounded up."""
    return math.ceil(round(value, 6))
