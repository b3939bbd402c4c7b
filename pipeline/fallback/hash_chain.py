"""Records in a chain of hashes: how one is written, and what is wrong with a chain. Pure.

Every record is one line of JSON in one fixed spelling; it holds its number, the hash of the record
before it and its own. Change a byte, take a line out or change the order, and a hash no longer fits.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

GENESIS = "0" * 64
"""What the first record names as the one before it."""


class BrokenChainError(Exception):
    """What does not fit, and where."""


@dataclass(slots=True)
class Chain:
    """The state after some records."""

    records: int = 0
    head: str = GENESIS
    before: str = GENESIS
    """The head as it was one record ago."""
    size: int = 0
    """Bytes that these records take."""
    settled: int = 0
    """Money spent by requests with an outcome, in millionths."""
    waiting: dict[int, int] = field(default_factory=dict)
    """Requests without an outcome, by number, and what they may have cost."""

    @property
    def spent(self) -> int:
        """Money that counts as spent: whatever has no outcome counts in full."""
        return self.settled + sum(self.waiting.values())

    def line(self, record: dict[str, Any]) -> bytes:
        """The next record as its line."""
        linked = {**record, "number": self.records + 1, "before": self.head}
        return _spelled({**linked, "hash": _hash(linked)}) + b"\n"

    def take(self, line: bytes) -> dict[str, Any]:
        """Go on by one line, its end included; raises `BrokenChainError` where it does not fit."""
        where = f"record {self.records + 1}"
        try:
            record = json.loads(line)
        except ValueError:
            raise BrokenChainError(f"{where}: not JSON") from None
        if not isinstance(record, dict) or _spelled(record) + b"\n" != line:
            raise BrokenChainError(f"{where}: not spelled as it was written")
        bare = {name: value for name, value in record.items() if name != "hash"}
        if record.get("hash") != _hash(bare):
            raise BrokenChainError(f"{where}: its contents were changed")
        if record.get("number") != self.records + 1 or record.get("before") != self.head:
            raise BrokenChainError(f"{where}: not the one that came after record {self.records}")
        self._count(record, where)
        self.records += 1
        self.before, self.head = self.head, record["hash"]
        self.size += len(line)
        return record

    def _count(self, record: dict[str, Any], where: str) -> None:
        cost = record.get("cost")
        if record.get("type") == "request" and isinstance(cost, int):
            self.waiting[self.records + 1] = cost
        elif record.get("type") == "outcome" and isinstance(cost, int) and record.get("of") in self.waiting:
            del self.waiting[record["of"]]
            self.settled += cost
        elif record.get("type") != "repair":
            raise BrokenChainError(f"{where}: neither a request nor its outcome")


def _spelled(record: dict[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _hash(record: dict[str, Any]) -> str:
    return hashlib.sha256(_spelled(record)).hexdigest()
