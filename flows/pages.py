"""What a Prefect server is told: of a recording its name, where it stands and how it ended; never its words.

A server on this machine is told the name of the file. One on another machine is a road out: what it may be told passes
the gate and the ledger, and what must stay here is run without it.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chunkers.identity import content_id
from chunkers.names import to_text
from chunkers.printable import printable, without_controls
from pipeline.archive import Job
from pipeline.errors import EgressError, LongmediaError
from pipeline.fallback.gate import Place, PlaceGate
from pipeline.fallback.ledger import Ledger
from pipeline.settings.addresses import is_loopback

log = logging.getLogger(__name__)

_ID = 12
"""Digits of a recording's id that stand for its name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a recording is called on Prefect's pages, and whether these are pages of this machine."""

    name: str
    here: bool


def prefect_elsewhere() -> Place | None:
    """The Prefect server that flows of this process report to, where it, or its database, is on another machine."""
    from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_DATABASE_CONNECTION_URL

    url = PREFECT_API_URL.value()
    if url and not is_loopback(url):
        return Place("prefect", url, "PREFECT_API_URL")
    database = PREFECT_SERVER_DATABASE_CONNECTION_URL.value() or ""
    if not database or database.startswith("sqlite") or is_loopback(database):
        return None
    return Place("prefect", database, "PREFECT_SERVER_DATABASE_CONNECTION_URL")


def dask_elsewhere(address: str | None) -> Place | None:
    """The Dask cluster at this address, where it is on another machine."""
    if address is None or address.startswith("inproc:") or is_loopback(address):
        return None
    return Place("dask", address, "--dask")


def shown(job: Job, places: Sequence[Place]) -> Shown | None:
    """How the recording may be called on Prefect's pages; None where it must not be named at one of `places`.

    What it will be called, or what is handed on, is in the ledger before this returns; without a ledger it is None.
    """
    if not places:
        return Shown(printable(job.path.name), here=True)
    recording = _id(job)
    also = () if job.transcript is None else (job.transcript,)
    rules = job.settings.fallback
    gates = [PlaceGate(rules, Ledger(rules.ledger), place, job.path, recording, also) for place in places]
    try:
        for gate in gates:
            gate.check()
        here = all(place.kind != "prefect" for place in places)
        name = printable(job.path.name) if here or all(gate.may_name() for gate in gates) else recording[:_ID]
        handed = json.dumps([to_text(job.path), job.settings.model_dump(mode="json")])
        for gate in gates:
            told = name if gate.place.kind == "prefect" else handed
            gate.arrive(gate.leave("", told.encode()), "handed on")
    except EgressError as refused:
        log.warning("%s: %s", without_controls(str(job.path)), refused)
        return None
    return Shown(name, here)


def _id(job: Job) -> str:
    try:
        return content_id(job.path)
    except (LongmediaError, OSError):
        return "unreadable"


@contextlib.contextmanager
def discreet() -> Iterator[None]:
    """Log lines, which name files, are not sent to a Prefect server on another machine."""
    if prefect_elsewhere() is None:
        yield
        return
    from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: False}):
        yield
