"""What a profile's rules call bad, of one recording or of an archive, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chunkers.spans import TICKS_PER_SECOND
from pipeline.prompts.severity import SEVERITIES, Severity
from pipeline.stages.see.findings import findings
from pipeline.stages.see.looked import Looked
from pipeline.store import SEE, Run


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding of one recording."""

    recording: str
    name: str
    """The file's."""
    severity: str
    event: str
    start: float
    """Seconds on the recording's clock."""
    end: float
    text: str


def finding_rows(runs: Iterable[Run], least: Severity = "minor") -> Iterator[FindingRow]:
    """Every finding that is at least so bad, recording by recording, by the rules of its last run.

    Raises `StoreDamagedError`.
    """
    last = {run.key.recording: run for run in runs if run.has(SEE)}
    wanted = SEVERITIES[: SEVERITIES.index(least) + 1]
    for recording, run in last.items():
        document = run.document()
        if document is None:
            continue
        for one in findings(Looked(run.seen()), document.severity):
            if one.severity in wanted:
                start, end = one.span.start / TICKS_PER_SECOND, one.span.end / TICKS_PER_SECOND
                yield FindingRow(recording, document.input.name, one.severity, one.event, start, end, one.text)
