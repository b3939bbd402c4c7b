"""Where each run of a store stands, read from the store alone: another process may be at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.process import finished
from pipeline.store import Run


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run: ticks done of all, and its state; `unfinished` was broken off, `running` has a process at it."""

    recording: str
    fingerprint: str
    name: str
    done: int
    total: int
    state: Literal["complete", "gaps", "running", "unfinished"]

    @property
    def share(self) -> float:
        """Done, from 0 to 1."""
        return min(self.done / self.total, 1) if self.total else float(self.state == "complete")


def run_status(run: Run) -> RunStatus:
    """Where a started run stands; of a finished one no part is read."""
    described, result = run.manifest(), run.result()
    done = finished(run)
    ticks = done.end if done else sum(row.span.ticks for row in run.chunks())
    gaps = result.get("state") == "gaps"
    return RunStatus(
        run.key.recording,
        run.key.fingerprint,
        described["input"]["name"],
        ticks,
        max(described["probe"]["duration"], ticks),
        "running" if run.busy() else "complete" if done else "gaps" if gaps else "unfinished",
    )


def left_s(before: RunStatus, now: RunStatus, passed_s: float) -> float | None:
    """Seconds that describing the rest will take at the pace between two looks; None where nothing moved."""
    moved = now.done - before.done
    return (now.total - now.done) * passed_s / moved if moved > 0 else None
