"""The numbers that were read in pictures, of one recording or of an archive, as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

import pyarrow as pa
import pyarrow.parquet as pq

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.see.looked import Looked
from pipeline.store import SEE, Run


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One value of a series of numbers on the screen."""

    recording: str
    name: str
    """The file's."""
    series: int
    """Which series of the recording, from 0."""
    kind: str
    label: str
    unit: str
    seconds: float
    """When it was read, on the recording's clock."""
    value: float
    read: str
    """As it was read."""


def series_rows(runs: Iterable[Run], text: str = "") -> Iterator[SeriesRow]:
    """Every value of every series whose label, unit or reading holds `text`, upper and lower case alike.

    Of several runs of a recording only the last counts. Raises `StoreDamagedError`.
    """
    last = {run.key.recording: run for run in runs if run.has(SEE)}
    wanted = text.casefold()
    for recording, run in last.items():
        document = run.document()
        name = document.input.name if document else recording
        for number, one in enumerate(Looked(run.seen()).series):
            if wanted not in " ".join([one.label, one.unit, *(point.written for point in one.points)]).casefold():
                continue
            for point in one.points:
                seconds = point.at / TICKS_PER_SECOND
                yield SeriesRow(
                    recording, name, number, one.kind, one.label, one.unit, seconds, point.value, point.written
                )


def to_csv(rows: Iterable[SeriesRow]) -> Iterator[str]:
    """The rows as CSV with a heading, a line at a time."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow([field.name for field in fields(SeriesRow)])
    for row in rows:
        writer.writerow(asdict(row).values())
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def to_parquet(rows: Iterable[SeriesRow], path: str) -> None:
    """The rows as a Parquet file."""
    kinds = {"str": pa.string(), "int": pa.int64(), "float": pa.float64()}
    schema = pa.schema([(field.name, kinds[str(field.type)]) for field in fields(SeriesRow)])
    pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows], schema=schema), path, compression="zstd")
