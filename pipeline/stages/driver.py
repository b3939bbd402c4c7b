"""The loop of every stage: items are batched, worked on and stored, a part at a time.

A part is the unit of everything: the batch that goes through the models, what a crash can cost, and
what is tried again. Since a batch is always the same items, an interrupted run and an undisturbed
one give the same rows.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic

from chunkers.spans import Span
from pipeline.errors import StoreDamagedError
from pipeline.stages.protocol import ItemT, Part, Stage
from pipeline.store.parts import Parts
from pipeline.store.tables import Row

log = logging.getLogger(__name__)


def run_stage(
    stage: Stage[ItemT, Row],
    items: Iterable[ItemT],
    table: Parts[Row],
    *,
    recording: str,
    part_rows: int,
    progress: Callable[[int], None],
) -> int:
    """Make the rows of `items` that `table` does not hold yet, each part while the items of the next are decoded.

    A row that is there stays, unless it failed, or its item has another span or rests on something else by now.
    `part_rows` is how many indices a part spans. `progress` is called with the first tick that is not done, after
    every part. Returns the number of parts; rows and parts that no item stands for any more are gone.
    """
    made = set()
    with contextlib.closing(_one_ahead(_parts(stage, items, table, part_rows))) as parts:
        for part in parts:
            _make(stage, part, table, recording)
            progress(part.items[-1].span.end)
            made.add(part.number)
    for number in table.numbers():
        if number not in made:
            table.delete(number)
    return len(made)


@dataclass(frozen=True, slots=True)
class _Part(Generic[ItemT, Row]):
    """A part before it is made: its items, the rows that can stay, and the items that are due."""

    number: int
    items: list[ItemT]
    kept: dict[int, Row]
    due: list[ItemT]
    stored: int
    """Rows that the table has of it."""


def _parts(
    stage: Stage[ItemT, Row], items: Iterable[ItemT], table: Parts[Row], part_rows: int
) -> Iterator[_Part[ItemT, Row]]:
    """The parts as their items are decoded; an item that is due is begun as soon as it is there."""
    there = frozenset(table.numbers())
    for number, group in itertools.groupby(items, key=lambda item: item.index // part_rows):
        stored = _stored(table, number) if number in there else {}
        part: _Part[ItemT, Row] = _Part(number, [], {}, [], len(stored))
        for item in group:
            part.items.append(item)
            row = stored.get(item.index)
            if row is not None and row.status != "failed" and _same(row, item, stage):
                part.kept[item.index] = row
            else:
                part.due.append(stage.worker.begin(item))
        yield part


def _same(row: Row, item: ItemT, stage: Stage[ItemT, Row]) -> bool:
    return row.span == item.span and row.inputs == stage.inputs(item)


def _one_ahead(parts: Iterator[_Part[ItemT, Row]]) -> Generator[_Part[ItemT, Row]]:
    """Each part, while another thread takes the next one: two are in memory, not more."""
    pool = ThreadPoolExecutor(1, "next-part")
    try:
        taken = pool.submit(next, parts, None)
        while (part := taken.result()) is not None:
            taken = pool.submit(next, parts, None)
            yield part
    finally:
        # Left early, the thread ends with the stream, which the caller closes; waiting here would be for the decoder.
        pool.shutdown(wait=False, cancel_futures=True)


def _make(stage: Stage[ItemT, Row], part: _Part[ItemT, Row], table: Parts[Row], recording: str) -> None:
    if not part.due and part.stored == len(part.items):
        return
    rows = dict(part.kept)
    asked = []
    for item in part.due:
        row = stage.without_model(item)
        if row is None:
            asked.append(item)
        else:
            rows[item.index] = row
    if asked:
        rows.update((made.row.index, made.row) for made in stage.worker.work(Part(recording, asked)))
    table.write(part.number, [rows[index] for index in sorted(rows)])
    _log(rows.values(), recording)


def _stored(table: Parts[Row], number: int) -> dict[int, Row]:
    try:
        return {row.index: row for row in table.read(number)}
    except StoreDamagedError as error:
        log.warning("%s It is made anew now.", error.message)
        return {}


def _log(rows: Collection[Row], recording: str) -> None:
    span = Span(min(row.start for row in rows), max(row.end for row in rows))
    states = Counter(row.status for row in rows)
    log.info("%s %s: %s", recording, span, ", ".join(f"{number} {state}" for state, number in states.items()))
    for row in rows:
        if row.error:
            log.warning("%s %s: %s: %s", recording, row.span, row.status, row.error)
