"""What a run took, stage by stage: rows, model time, tokens, and how many facts each level of the merge kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.store import Run
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow, SpeakersRow


@dataclass(frozen=True, slots=True)
class Work:
    """A stage, or a level of the merge."""

    stage: str
    rows: int
    seconds: float
    """Time spent on its rows."""
    tokens_in: int = 0
    tokens_out: int = 0
    kept: float | None = None
    """The mean share of the facts that its nodes kept; None where no facts are counted."""


def work(run: Run) -> list[Work]:
    """The stages that have rows, in their order; rows made by a server or the cloud count as the local ones do."""
    found = [
        _timed("hear", run.heard()),
        _timed("speakers", run.voiced()),
        _timed("see", run.seen()),
        _written("describe", run.chunks()),
        *(_merged(level, list(run.nodes(level))) for level in run.levels()),
    ]
    return [one for one in found if one.rows]


def _timed(stage: str, rows: Iterable[HearRow] | Iterable[SpeakersRow] | Iterable[SeeRow]) -> Work:
    seconds = [row.seconds for row in rows]
    return Work(stage, len(seconds), sum(seconds))


def _written(stage: str, rows: Iterable[DescribeRow] | Iterable[NodeRow], kept: float | None = None) -> Work:
    figures = [(row.seconds, row.tokens_in, row.tokens_out) for row in rows]
    seconds, tokens_in, tokens_out = (sum(column) for column in zip(*figures, strict=True)) if figures else (0, 0, 0)
    return Work(stage, len(figures), seconds, int(tokens_in), int(tokens_out), kept)


def _merged(level: int, nodes: list[NodeRow]) -> Work:
    shares = [share for node in nodes if isinstance(share := json.loads(node.fidelity).get("share"), int | float)]
    return _written(f"merge, level {level}", nodes, sum(shares) / len(shares) if shares else None)
