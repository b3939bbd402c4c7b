"""Where each run of a store stands, read from the store alone: another process may be at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.results import finished
from pipeline.store import DESCRIBE, HEAR, MERGE, SEE, SPEAKERS, Run


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run: the stage that it is in, ticks of that stage done of all, and its state.

    `unfinished` was broken off, `running` has a process at it.
    """

    recording: str
    run: str
    name: str
    stage: str
    done: int
    total: int
    state: Literal["complete", "gaps", "running", "unfinished"]

    @property
    def share(self) -> float:
        """Done, from 0 to 1."""
        return min(self.done / self.total, 1) if self.total else float(self.state == "complete")


def run_status(run: Run) -> RunStatus | None:
    """Where a started run stands, None of one without a document; of a finished one no part is read.

    Raises `StoreDamagedError`.
    """
    document = run.document()
    if document is None:
        return None
    done = finished(run)
    result = document.result
    stage, ticks = (list(run.key.stages)[-1], done[1].end) if done else _reached(run)
    state: Literal["complete", "gaps", "running", "unfinished"] = "unfinished"
    if run.busy():
        state = "running"
    elif done is not None:
        state = done[0].state
    elif result is not None and result.state == "gaps":
        state = "gaps"
    # A header may tell another length than there was to hear: once all is done, that is the length.
    total = ticks if done else max(document.duration, ticks)
    return RunStatus(document.recording, document.run, document.input.name, stage, ticks, total, state)


def left_s(before: RunStatus, now: RunStatus, passed_s: float) -> float | None:
    """Seconds that the rest of the stage will take at the pace between two looks; None where nothing moved."""
    moved = now.done - before.done if before.stage == now.stage else 0
    return (now.total - now.done) * passed_s / moved if moved > 0 else None


def _reached(run: Run) -> tuple[str, int]:
    """The latest stage that has begun, and the ticks done in it; of merging those of its highest level."""
    if run.levels():
        return MERGE, sum(node.span.ticks for node in run.nodes(run.levels()[-1]))
    described = sum(row.span.ticks for row in run.chunks())
    if described:
        return DESCRIBE, described
    looked = sum(row.span.ticks for row in run.seen())
    if looked or not run.has(HEAR):
        return SEE if run.has(SEE) else DESCRIBE, looked
    voiced = sum(row.span.ticks for row in run.voiced())
    if voiced:
        return SPEAKERS, voiced
    return HEAR, sum(row.span.ticks for row in run.heard())
