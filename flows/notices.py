"""The webhook is told of each recording as soon as it is done: what it is told, and that it fails no run."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from chunkers.names import from_text
from chunkers.printable import printable, without_controls
from chunkers.spans import TICKS_PER_SECOND
from flows.terminal import say
from pipeline.archive import Item
from pipeline.errors import EgressRefusedError, LongmediaError
from pipeline.fallback.gate import Place, PlaceGate
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.webhook import post, read_secret
from pipeline.faults import explain
from pipeline.reports.kept_outline import outline, outline_rows
from pipeline.reports.outline_rows import SECTIONS
from pipeline.settings import Settings
from pipeline.settings.addresses import is_loopback
from pipeline.store import Run, Store

VERSION = 1
"""The version of what is told."""

GIVE_UP_AFTER = 3
"""Recordings in a row that could not be told of, after which a command tells of no more: the address is down."""

_ID = 12
"""Digits of a recording's id that stand for its name."""


class Notices:
    """Tells the webhook of the settings of each recording that was worked on; nobody where there is none."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Raises `SettingsError` where the secret cannot be had."""
        self._store, self._settings = store, settings
        rules = settings.webhook
        self._secret = read_secret(rules.secret) if rules.url is not None and rules.secret is not None else b""
        self._failed = 0

    def __call__(self, item: Item) -> None:
        """Tell of one recording; why that failed is said, and nothing else follows from it."""
        done = item.fresh and item.state in ("complete", "gaps")
        if self._settings.webhook.url is None or not done or self._failed >= GIVE_UP_AFTER:
            return
        try:
            self._tell(item)
            self._failed = 0
            return
        except (LongmediaError, OSError) as error:
            # A recording that must stay here says nothing about the address.
            self._failed += not isinstance(error, EgressRefusedError)
            why = str(error) if isinstance(error, LongmediaError) else explain(error)
        say(f"longmedia: the webhook was not told of {without_controls(str(item.path))}: {why}", error=True)
        if self._failed == GIVE_UP_AFTER:
            say(f"longmedia: that were {GIVE_UP_AFTER} in a row: the webhook is told of no more.", error=True)

    def _tell(self, item: Item) -> None:
        rules, run = self._settings.webhook, self._store.find(item.recording, item.run)
        gate = self._gate(item.path, run)
        if gate is not None:
            gate.check()
        free = gate is None or gate.may_name()
        name = printable(item.path.name) if free else item.recording[:_ID]
        body = json.dumps(notice(item, run, name, words=rules.words and free), ensure_ascii=False).encode()
        post(rules, self._secret, body, gate)

    def _gate(self, path: Path, run: Run) -> PlaceGate | None:
        """The gate before an address on another machine; none before one on this."""
        url, rules, document = self._settings.webhook.url or "", self._settings.fallback, run.document()
        if is_loopback(url):
            return None
        words = document.input.transcript if document is not None else None
        also = () if words is None else (from_text(words),)
        place = Place("webhook", url, "webhook.url")
        return PlaceGate(rules, Ledger(rules.ledger), place, path, run.key.recording, also)


def notice(item: Item, run: Run, name: str, *, words: bool) -> dict[str, object]:
    """What is told of a recording: numbers and states, and with `words` its headline and gist; times in seconds."""
    document = run.document()
    result = document.result if document is not None else None
    ticks = result.coverage_ticks if result is not None else {}
    kinds = Counter(row.kind for row in outline_rows(run))
    ended = result.finished if result is not None else ""
    told: dict[str, object] = {
        "version": VERSION,
        "event": "recording.done",
        "id": hashlib.sha256(f"{item.recording}{item.run}{ended}".encode()).hexdigest()[:16],
        "time": ended,
        "recording": item.recording,
        "run": item.run,
        "name": name,
        "state": item.state,
        "length": item.media_seconds,
        "took": round(item.seconds, 3),
        "coverage": {state: count / TICKS_PER_SECOND for state, count in ticks.items()},
        "gaps": len(result.gaps) if result is not None else 0,
        "found": {section: kinds[kind] for kind, section in SECTIONS.items()},
    }
    if words:
        summary = outline(run, "short")
        told |= {"headline": summary.headline, "gist": [line.text for line in summary.gist]}
    return told


def each(*done: Callable[[Item], None]) -> Callable[[Item], None]:
    """One after the other, of each recording."""

    def of(item: Item) -> None:
        for one in done:
            one(item)

    return of
