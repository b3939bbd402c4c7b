"""The gate on every road out of this machine: the policy is asked, and the ledger is on disk, before anything leaves.

`RunGate` stands before models in servers, `PlaceGate` before places that the user has named for a whole run.
docs/privacy.md lists the roads.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from chunkers.names import from_text
from pipeline.errors import EgressRefusedError
from pipeline.fallback import policy
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.policy import Case, Trigger
from pipeline.models.endpoint.egress import Arrival, Departure
from pipeline.settings.addresses import host_of
from pipeline.settings.fallback import Fallback
from pipeline.store.runs import Run
from pipeline.store.store import Store

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
    also: tuple[Path, ...] = ()
    """Files that are read beside the recording: a transcript that stands for hearing."""
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
        return _case(self.path, self.also, this_run=self.this_run)


@dataclass(frozen=True)
class Place:
    """Another machine that the user has named for a whole run."""

    kind: Literal["store", "prefect", "dask", "webhook"]
    url: str
    named_by: str
    """What named it, for the ledger: a setting, an option, a variable."""


@dataclass(frozen=True)
class PlaceGate:
    """The gate between one recording and one place."""

    rules: Fallback
    ledger: Ledger
    place: Place
    path: Path
    recording: str
    """Its content id, which names it in the ledger."""
    also: tuple[Path, ...] = ()
    """Files that are read beside it, as in `RunGate`."""

    def check(self) -> None:
        """Raise `EgressRefusedError` where a rule keeps everything of the recording on this machine."""
        why = policy.refuses_every_road(self.rules, _case(self.path, self.also, this_run=True))
        if not why and self.place.kind == "webhook":
            why = policy.refuses_plain(self.rules, self.place.url)
        if why:
            raise EgressRefusedError(
                f"not sent to the {_PLACES[self.place.kind]} {host_of(self.place.url)}: {why}.",
                cure=_CURES[self.place.kind],
            )

    def may_name(self) -> bool:
        """Whether the file's name may be told."""
        return policy.allows(self.rules, _case(self.path, self.also, this_run=True))

    def leave(self, what: str, body: bytes, attempt: int = 1) -> int:
        """Ask the policy, put on disk what leaves, and give its number; raises `EgressError` to keep it here."""
        self.check()
        record = {
            "run": self.recording,
            "chunk": what,
            "host": host_of(self.place.url),
            "model": "",
            "kind": self.place.kind,
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "reason": self.place.named_by,
            "trigger": "place",
            "policy": policy.digest(self.rules),
            "attempt": attempt,
        }
        return self.ledger.request(record, cost=0, cap=policy.cap(self.rules))

    def arrive(self, number: int, outcome: str) -> None:
        """Put on disk how it ended."""
        self.ledger.outcome(number, {"outcome": outcome}, cost=0)


_PLACES = {"store": "store on", "prefect": "Prefect server on", "dask": "Dask cluster on", "webhook": "webhook on"}
_CURES = {
    "store": "Give it a --store on this machine; the other recordings go on.",
    "prefect": "It is run without Prefect.",
    "dask": "It is run on this machine.",
    "webhook": "The results are in the store.",
}


def admit_store(store: Store, rules: Fallback, path: Path, recording: str, also: tuple[Path, ...] = ()) -> Store:
    """The store as this recording may write it: one on another machine behind a gate, any other as it is.

    Raises `EgressRefusedError` where nothing of the recording may leave.
    """
    if not store.files.elsewhere:
        return store
    gate = PlaceGate(rules, Ledger(rules.ledger), Place("store", store.files.url, "--store"), path, recording, also)
    gate.check()
    return store.behind(gate)


def admit_run(store: Store, rules: Fallback, run: Run) -> Store:
    """The store as what people say of a stored run may be written to it; see `admit_store`."""
    document = run.document()
    if document is None:
        return store
    return admit_store(store, rules, from_text(document.input.path), run.key.recording)


def _case(path: Path, also: tuple[Path, ...], *, this_run: bool) -> Case:
    return Case(
        path=path.absolute().as_posix(),
        resolved=path.resolve().as_posix(),
        this_run=this_run,
        installed=importlib.util.find_spec("openai") is not None,
        forbidden_by=next(filter(None, map(forbidding_file, (path, *also))), ""),
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
