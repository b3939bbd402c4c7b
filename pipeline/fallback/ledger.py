"""The ledger: one line before a request leaves, one line after it ended, on disk before anything goes on.

    egress.jsonl        the records, appended and fsynced, chained by hash
    egress.jsonl.head   number and hash of the last record, replaced after each append

The head file tells a line torn by a crash, which never let anything leave, from a line that somebody
took away. One process appends at a time, under an advisory lock; the cap is checked under that lock.
Who can write both files can forge both: a head kept elsewhere (`longmedia ledger verify --head`) is
proof against that too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from pipeline.errors import EgressRefusedError, LedgerError
from pipeline.fallback.hash_chain import GENESIS, BrokenChainError, Chain
from pipeline.store.files import sync_folder


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a ledger is worth: intact where there are no `faults`.

    `spent` and `unsettled` (the part of it that has no outcome) are millionths of money; `torn` are bytes of
    a last line that a crash left unfinished: its request never left.
    """

    records: int
    head: str
    spent: int
    unsettled: int
    torn: int
    faults: tuple[str, ...]


def default_path() -> Path:
    """The ledger of this user on this machine."""
    return platformdirs.user_state_path("longmedia") / "egress.jsonl"


class Ledger:
    """One ledger file; the parents are made when the first request is written."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises `LedgerError` where `path` names no file."""
        self.path = path or default_path()
        if not self.path.name:
            raise LedgerError(f"{self.path}: is no file.", cure="Name a file with --ledger or fallback.ledger.")
        self._head_path = self.path.with_name(f"{self.path.name}.head")
        self._chain = Chain()
        self._inode = 0
        self._mutex = threading.Lock()

    def request(self, record: dict[str, Any], *, cost: int, cap: int) -> int:
        """Put a request on disk and give its number; only then may it leave.

        Raises `EgressRefusedError` where `cost` more would be over `cap` (millionths), `LedgerError` where
        the ledger is damaged or cannot be written.
        """

        def affordable(chain: Chain) -> None:
            if cost and chain.spent + cost > cap:
                raise EgressRefusedError(
                    f"the money cap is reached: {_money(chain.spent)} of {_money(cap)} count as spent, "
                    f"and this may cost {_money(cost)}.",
                    cure="Raise fallback.cap.",
                )

        return self._append({**record, "type": "request", "cost": cost}, affordable)

    def outcome(self, number: int, record: dict[str, Any], *, cost: int) -> None:
        """Put on disk how request `number` ended and what it cost; raises `LedgerError`."""
        self._append({**record, "type": "outcome", "of": number, "cost": cost}, lambda _chain: None)

    def records(self) -> Iterator[dict[str, Any]]:
        """The records in order; raises `LedgerError` at the first that does not fit."""
        chain = Chain()
        with self._reading() as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    try:
                        yield chain.take(line)
                    except BrokenChainError as error:
                        raise LedgerError(f"{self.path}: {error}.") from error

    def verify(self, head: str = "") -> Verdict:
        """Read everything, and say what is wrong; `head` is a hash noted earlier that must be in the chain."""
        chain, faults, torn, seen = Chain(), [], 0, not head
        with self._reading() as lines:
            try:
                for line in lines:
                    if line.endswith(b"\n"):
                        seen |= chain.take(line)["hash"] == head
                    else:
                        torn = len(line)
                faults = _against_head(chain, self._head(), torn)
            except BrokenChainError as error:
                faults = [str(error)]
        if not seen:
            faults.append(f"no record has the hash {head}")
        return Verdict(chain.records, chain.head, chain.spent, sum(chain.waiting.values()), torn, tuple(faults))

    # -- appending ----------------------------------------------------------------------------------

    def _append(self, record: dict[str, Any], check: Callable[[Chain], None]) -> int:
        try:
            with self._mutex, self._locked() as handle:
                self._catch_up(handle)
                check(self._chain)
                stamped = {**record, "time": datetime.now(UTC).isoformat(timespec="milliseconds")}
                self._write(handle, stamped)
                return self._chain.records
        except OSError as error:
            raise LedgerError(
                f"{self.path}: the ledger cannot be written: {error.strerror or error}.",
                cure="Without it nothing is sent.",
            ) from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        new = not self.path.exists()
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if new:
                sync_folder(self.path.parent)
            yield handle
        finally:
            os.close(handle)

    def _catch_up(self, handle: int) -> None:
        """Read what is new since the last time, and make good what a crash left behind."""
        status = os.fstat(handle)
        if self._inode and (status.st_ino != self._inode or status.st_size < self._chain.size):
            raise self._damaged("it was cut or replaced while it was in use")
        self._inode = status.st_ino
        chain, torn = self._chain, b""
        for line in _read_lines(handle, chain.size):
            if not line.endswith(b"\n"):
                torn = line
                break
            try:
                chain.take(line)
            except BrokenChainError as error:
                raise self._damaged(str(error)) from error
        faults = _against_head(chain, self._head(), len(torn))
        if faults:
            raise self._damaged("; ".join(faults))
        self._save_head()
        if torn:
            os.ftruncate(handle, chain.size)
            self._write(handle, {"type": "repair", "dropped": len(torn)})

    def _write(self, handle: int, record: dict[str, Any]) -> None:
        line = self._chain.line(record)
        left = memoryview(line)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
        self._chain.take(line)
        self._save_head()

    # -- the head file ------------------------------------------------------------------------------

    def _head(self) -> tuple[int, str]:
        try:
            said = json.loads(self._head_path.read_bytes())
            return int(said["records"]), str(said["hash"])
        except FileNotFoundError:
            return 0, GENESIS
        except (ValueError, TypeError, KeyError) as error:
            raise LedgerError(f"{self._head_path}: cannot be read: it is not what was written there.") from error

    def _save_head(self) -> None:
        chain = self._chain
        if self._head() == (chain.records, chain.head):
            return
        temporary = self._head_path.with_name(f"{self._head_path.name}.tmp")
        with temporary.open("wb") as out:
            out.write(json.dumps({"records": chain.records, "hash": chain.head}).encode())
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(self._head_path)
        sync_folder(self.path.parent)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Iterator[bytes]]:
        """The lines, while nobody appends; none where there is no ledger yet."""
        try:
            handle = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            yield iter(())
            return
        except OSError as error:
            raise LedgerError(f"{self.path}: cannot be read: {error.strerror}.") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield _read_lines(handle, 0)
        finally:
            os.close(handle)

    def _damaged(self, why: str) -> LedgerError:
        return LedgerError(
            f"{self.path}: the ledger is damaged: {why}.",
            cure="Nothing is sent. Keep it as evidence: move it and its head file away to begin a new one.",
        )


def _against_head(chain: Chain, head: tuple[int, str], torn: int) -> list[str]:
    """What the head file says against the records.

    A crash can leave the head one record behind, or a torn line after the record that it names; never both.
    """
    records, mark = head
    if chain.records < records:
        return [f"{records - chain.records} record(s) are missing at the end"]
    if chain.records > records + 1 or (torn and chain.records > records):
        return [f"the head file knows {records} record(s), there are {chain.records}"]
    if mark != (chain.head if chain.records == records else chain.before):
        return ["the head file names another last record"]
    return []


def _read_lines(handle: int, start: int) -> Iterator[bytes]:
    with os.fdopen(os.dup(handle), "rb") as stream:
        stream.seek(start)
        yield from stream


def _money(micros: int) -> str:
    return f"{micros / 1_000_000:.6f}"
