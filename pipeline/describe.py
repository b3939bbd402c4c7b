"""The level-0 loop: chunks are batched, described and stored, a part at a time.

A part is the unit of everything: the batch that goes through the models, what a crash can cost, and
what is tried again. Since a batch is always the same chunks, an interrupted run and an undisturbed
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
from typing import Protocol

from chunkers import Decoded, Segment, Span, Window
from pipeline.errors import StoreDamagedError
from pipeline.recipes.protocol import Chunk, Part, Recipe
from pipeline.store import Run
from pipeline.store.tables import ChunkRow, to_chunks

log = logging.getLogger(__name__)


class Stream(Protocol):
    """An iterator of chunks that reports on the decoding once it is exhausted."""

    @property
    def report(self) -> Decoded:
        """What was decoded, and what was wrong with it."""
        ...

    def __iter__(self) -> Iterator[Chunk]: ...


@dataclass(frozen=True, slots=True)
class PartPlan:
    """How level 0 is stored: `part_rows` chunks a part, summaries shared by `together` windows."""

    recording: str
    part_rows: int
    windows_per_summary: int = 1

    @property
    def rows(self) -> int:
        """Chunks a part, so that no shared summary crosses a border."""
        return -(-self.part_rows // self.windows_per_summary) * self.windows_per_summary


def describe(run: Run, stream: Stream, recipe: Recipe, plan: PartPlan, progress: Callable[[int], None]) -> None:
    """Describe every chunk of `stream` that the store does not hold yet, each part while the next one is decoded.

    `progress` is called with the first tick that is not done, after every part. Chunks that failed
    before are tried again; what was good is kept.
    """
    last: Chunk | None = None
    with contextlib.closing(_one_ahead(_parts(run, stream, recipe, plan))) as parts:
        for part in parts:
            _make(run, part, recipe, plan)
            last = part.chunks[-1]
            progress(last.span.end)
    tail = _tail(stream.report, plan.recording, last)
    if tail is not None:
        number = last.index // plan.rows if last else 0
        stored = _stored(run, number)
        if tail.index not in stored:
            run.write_chunks(number, [*stored.values(), tail])
            _log([tail], plan.recording)
        progress(tail.end)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part before it is made: its chunks, the rows that the store has of it, and the chunks that are due."""

    number: int
    chunks: list[Chunk]
    stored: dict[int, ChunkRow]
    due: list[Chunk]


def _parts(run: Run, stream: Stream, recipe: Recipe, plan: PartPlan) -> Iterator[_Part]:
    """The parts as their chunks are decoded; a chunk that is due is begun as soon as it is there."""
    for number, chunks in itertools.groupby(stream, key=lambda chunk: chunk.index // plan.rows):
        part = _Part(number, [], _stored(run, number), [])
        again = {row.index // plan.windows_per_summary for row in part.stored.values() if row.status == "failed"}
        for chunk in chunks:
            part.chunks.append(chunk)
            if chunk.index not in part.stored or chunk.index // plan.windows_per_summary in again:
                part.due.append(recipe.begin(chunk))
        yield part


def _one_ahead(parts: Iterator[_Part]) -> Generator[_Part]:
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


def _make(run: Run, part: _Part, recipe: Recipe, plan: PartPlan) -> None:
    if part.due:
        rows = {**part.stored, **{row.index: row for row in _described(part.due, recipe, plan)}}
        run.write_chunks(part.number, [rows[index] for index in sorted(rows)])
        _log(rows.values(), plan.recording)


def _log(rows: Collection[ChunkRow], recording: str) -> None:
    span = Span(min(row.start for row in rows), max(row.end for row in rows))
    states = Counter(row.status for row in rows)
    log.info("%s %s: %s", recording, span, ", ".join(f"{number} {state}" for state, number in states.items()))
    for row in rows:
        if row.error:
            log.warning("%s %s: %s: %s", recording, row.span, row.status, row.error)


def _stored(run: Run, number: int) -> dict[int, ChunkRow]:
    if number not in run.parts(0):
        return {}
    try:
        return {row.index: row for row in to_chunks(run.read(0, number))}
    except StoreDamagedError as error:
        log.warning("%s It is made anew now.", error.message)
        return {}


def _described(due: list[Chunk], recipe: Recipe, plan: PartPlan) -> Iterable[ChunkRow]:
    spoken = [chunk for chunk in due if not _silent(chunk)]
    yield from (_silent_row(chunk, plan.recording) for chunk in due if _silent(chunk))
    if spoken:
        yield from recipe.describe(Part(plan.recording, spoken))


def _silent(chunk: Chunk) -> bool:
    return isinstance(chunk, Window) and chunk.silent


def kind(chunk: Chunk) -> str:
    """`segment` where there are frames, `window` where there is only sound."""
    return "segment" if isinstance(chunk, Segment) else "window"


def _silent_row(chunk: Chunk, recording: str) -> ChunkRow:
    return ChunkRow(
        recording=recording,
        index=chunk.index,
        start=chunk.span.start,
        end=chunk.span.end,
        kind=kind(chunk),
        status="silent",
        attempts=0,
    )


def _tail(report: Decoded, recording: str, last: Chunk | None) -> ChunkRow | None:
    """A row for what the header promised and the file did not hold."""
    missing = report.missing
    if missing is None:
        return None
    return ChunkRow(
        recording=recording,
        index=last.index + 1 if last else 0,
        start=missing.start,
        end=missing.end,
        kind=kind(last) if last else "window",
        status="skipped",
        error="missing: the file ends before the length that its header gives",
        attempts=0,
    )
