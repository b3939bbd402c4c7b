"""What every benchmark hands back: rows of one kind, printed as they are made; `python -m benchmarks` gathers them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

GATHER = "LONGMEDIA_BENCH_ROWS"
"""The variable that names the file to which each row is added, a JSON object a line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours, and beside it that of a peer or a limit, measured in the same run."""

    what: str
    figure: float
    unit: str
    beside: str = ""
    """The peer or the limit; empty where there is none."""
    other: float | None = None
    """Its figure, in the same unit."""

    @property
    def ratio(self) -> float | None:
        """Ours over theirs; None where there is nothing beside it."""
        return self.figure / self.other if self.other else None

    def line(self) -> str:
        """For people."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x  "
        other = "" if self.other is None else f"; {self.beside}: {number(self.other)} {self.unit}"
        return f"{ratio}{self.what}: {number(self.figure)} {self.unit}{other}"


def hand_back(row: Row) -> None:
    """Print a row, and add it to the file of whoever gathers them."""
    print(row.line(), flush=True)
    gathered = os.environ.get(GATHER)
    if gathered:
        with Path(gathered).open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(row)) + "\n")


def number(value: float) -> str:
    """Three digits that count, and no power of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
