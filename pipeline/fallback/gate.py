"""The gate of one run: the policy is asked and the ledger written for every single request."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import EgressRefusedError
from pipeline.fallback import policy
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.policy import Case, Trigger
from pipeline.models.endpoint.egress import Arrival, Departure
from pipeline.settings.addresses import host_of
from pipeline.settings.fallback import Fallback

NO_EGRESS = ".no-egress"
"""A file of this name, beside a recording or in any folder above, keeps everything of it here."""


@dataclass(frozen=True)
class RunGate:
    """A `Gate` for one recording in one run; `at` narrows it to one chunk or node.

    `run` names the run in the ledger by content and fingerprint: no file name goes there, nor out.
    """

    rules: Fallback
    ledger: Ledger
    path: Path
    run: str
    this_run: bool
    where: str = ""
    trigger: Trigger = "engine"
    reason: str = "the chosen text engine"
    _departed: dict[int, Departure] = field(default_factory=dict, compare=False, repr=False)

    def at(self, where: str, trigger: Trigger, reason: str) -> RunGate:
        """The same gate for one question."""
        return replace(self, where=where, trigger=trigger, reason=reason, _departed={})

    def check(self, url: str, model: str, kind: str, proxy: str | None = None) -> None:
        """Raise `EgressRefusedError` where a rule forbids to send; asked anew each time, since files can appear."""
        why = (
            policy.refuses_recording(self.rules, self._case())
            or policy.refuses_server(self.rules, url, model, proxy)
            or policy.refuses_kind(self.rules, kind, self.trigger)
        )
        if why:
            raise EgressRefusedError(f"not sent: {why}.")

    def leave(self, departure: Departure) -> int:
        """Ask the policy, put the request on disk, and give its number; see `Gate.leave`."""
        self.check(departure.url, departure.model, departure.kind, departure.proxy)
        record = {
            "run": self.run,
            "chunk": self.where,
            "host": host_of(departure.url),
            "model": departure.model,
            "kind": departure.kind,
            "bytes": len(departure.body),
            "sha256": hashlib.sha256(departure.body).hexdigest(),
            "reason": self.reason,
            "trigger": self.trigger,
            "policy": policy.digest(self.rules),
            "attempt": departure.attempt,
        }
        if departure.proxy:
            record["proxy"] = host_of(departure.proxy)
        cost = policy.estimate(self.rules, departure)
        number = self.ledger.request(record, cost=cost, cap=policy.cap(self.rules))
        self._departed[number] = replace(departure, body=b"")
        return number

    def arrive(self, number: int, arrival: Arrival) -> None:
        """Put on disk how it ended, and what it cost."""
        record = {
            "outcome": arrival.outcome,
            "status": arrival.status,
            "bytes": arrival.size,
            "tokens_in": arrival.tokens_in,
            "tokens_out": arrival.tokens_out,
        }
        self.ledger.outcome(number, record, cost=policy.actual(self.rules, self._departed.pop(number), arrival))

    def _case(self) -> Case:
        return Case(
            path=self.path.absolute().as_posix(),
            resolved=self.path.resolve().as_posix(),
            this_run=self.this_run,
            installed=importlib.util.find_spec("openai") is not None,
            forbidden_by=forbidding_file(self.path),
        )


def forbidding_file(path: Path) -> str:
    """The `.no-egress` file beside or above the recording, as named or behind its links; empty where none."""
    for folder in dict.fromkeys([*path.absolute().parents, *path.resolve().parents]):
        try:
            if (folder / NO_EGRESS).exists() or (folder / NO_EGRESS).is_symlink():
                return str(folder / NO_EGRESS)
        except OSError:
            return f"{folder}, which cannot be read,"
    return ""
