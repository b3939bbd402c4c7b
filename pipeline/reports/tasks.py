"""Tasks, decisions, open questions and figures of one recording or of an archive, as rows of plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chunkers.printable import printable
from chunkers.spans import TICKS_PER_SECOND
from pipeline.reports.flat import to_csv
from pipeline.reports.kept_outline import outline_rows
from pipeline.store import MERGE, Run
from pipeline.store.tables import OutlineRow


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of a recording, or a decision, question or figure; empty where a column says nothing of it."""

    recording: str
    name: str
    """The file's."""
    kind: str
    start: float
    """Seconds on the recording's clock."""
    end: float
    speaker: str
    """Who said it."""
    who: str
    what: str
    when: str
    text: str
    """The sentence that was said."""


def task_rows(
    runs: Iterable[Run],
    kind: str = "",
    who: str = "",
    read: Callable[[Run], list[OutlineRow]] = outline_rows,
) -> Iterator[TaskRow]:
    """The rows of a kind (of every kind, where it is empty), recording by recording, of its last run with a summary.

    `who` is a part of a name, upper and lower case alike: of a task who is to do it, of anything else who said it.
    `read` gives the rows of a run. Raises `StoreDamagedError`.
    """
    last = {run.key.recording: run for run in runs if run.has(MERGE)}
    wanted = who.casefold()
    for recording, run in last.items():
        document = run.document()
        name = document.input.name if document is not None else recording
        for row in read(run):
            whose = row.who if row.kind == "task" else row.speaker
            if (not kind or row.kind == kind) and wanted in whose.casefold():
                yield TaskRow(
                    recording,
                    printable(name),
                    row.kind,
                    row.start / TICKS_PER_SECOND,
                    row.end / TICKS_PER_SECOND,
                    *map(printable, (row.speaker, row.who, row.what, row.when, row.text)),
                )


def report(run: Run) -> Iterator[str]:
    """All of them of one run, as CSV."""
    return to_csv(TaskRow, task_rows([run]))
