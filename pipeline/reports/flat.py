"""Rows of plain values as CSV, JSON or Parquet, for other programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.text.markup import escaped

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")

_TYPES = {"str": pa.string(), "int": pa.int64(), "float": pa.float64()}


def to_csv(kind: type[Row], rows: Iterable[Row]) -> Iterator[str]:
    """The rows as CSV with a heading, a line at a time."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow([field.name for field in fields(kind)])
    for row in rows:
        writer.writerow(asdict(row).values())
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def to_json(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as one JSON list of objects, a line a row."""
    before = "["
    for row in rows:
        yield f"{before}\n{escaped(json.dumps(asdict(row), ensure_ascii=False))}"
        before = ","
    yield "\n]\n" if before == "," else "[]\n"


def to_parquet(kind: type[Row], rows: Iterable[Row], path: Path) -> None:
    """The rows as a Parquet file."""
    schema = pa.schema([(field.name, _TYPES[str(field.type)]) for field in fields(kind)])
    pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows], schema=schema), str(path), compression="zstd")


def write_rows(kind: type[Row], rows: Iterable[Row], out: Path | None) -> None:
    """The rows to a .parquet file, to any other file as CSV, or without a file as CSV on standard output."""
    if out is None:
        sys.stdout.writelines(to_csv(kind, rows))
    elif out.suffix == ".parquet":
        to_parquet(kind, rows, out)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(to_csv(kind, rows))
