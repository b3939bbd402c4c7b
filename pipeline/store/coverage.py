"""Coverage: what became of every second of a recording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chunkers.spans import Span
from pipeline.store.tables import DescribeRow, HearRow, SeeRow

STATUSES = ("processed", "silent", "failed", "skipped")


@dataclass
class Coverage:
    """Ticks by status, and the spans that are missing, with reasons; filled row by row."""

    ticks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    gaps: list[tuple[Span, str, str]] = field(default_factory=list)
    """(span, status, reason) of what failed or was skipped, neighbours of one reason joined."""
    end: int = 0
    """First tick that no row owns yet."""

    def add(self, row: HearRow | SeeRow | DescribeRow) -> None:
        """Count a row; raises `ValueError` where it leaves a hole or owns a moment twice."""
        if row.start != self.end:
            raise ValueError(f"row {row.index} starts at tick {row.start}, the one before ended at {self.end}")
        self.ticks[row.status] += row.span.ticks
        self.end = row.end
        if row.status in ("failed", "skipped"):
            last = self.gaps[-1] if self.gaps else None
            if last and last[0].end == row.start and last[1:] == (row.status, row.error):
                self.gaps[-1] = (Span(last[0].start, row.end), *last[1:])
            else:
                self.gaps.append((row.span, row.status, row.error))

    @property
    def complete(self) -> bool:
        """Whether nothing failed and nothing was skipped."""
        return not self.gaps


def coverage(rows: Iterable[HearRow] | Iterable[SeeRow] | Iterable[DescribeRow]) -> Coverage:
    """The coverage of rows in order, from tick 0."""
    total = Coverage()
    for row in rows:
        total.add(row)
    return total
