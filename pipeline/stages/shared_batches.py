"""Items of several short recordings that wait at the same time go through the models as one batch."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from concurrent.futures import Future
from typing import Generic

from pipeline.stages.protocol import ItemT, Made, Part, Worker
from pipeline.store.tables import Row


class _Asked(Generic[ItemT, Row]):
    """The parts of one caller, and the rows that it waits for."""

    def __init__(self, parts: tuple[Part[ItemT], ...]) -> None:
        self.parts = parts
        self.size = sum(len(part.items) for part in parts)
        self.rows: Future[list[Made[Row]]] = Future()


class SharedBatches(Generic[ItemT, Row]):
    """A `Worker` in front of another, for callers on several threads.

    Whoever finds the models free answers for all who wait, at most `most` items at once. Where a
    common batch fails, each caller's part is worked on alone, so that none can spoil another's.
    """

    def __init__(self, worker: Worker[ItemT, Row], most: int) -> None:
        self._worker: Worker[ItemT, Row] = worker
        self._most = most
        self._waiting: deque[_Asked[ItemT, Row]] = deque()
        self._queue = threading.Lock()
        self._models = threading.Lock()

    def begin(self, item: ItemT) -> ItemT:
        """As the worker behind it does."""
        return self._worker.begin(item)

    def work(self, *parts: Part[ItemT]) -> list[Made[Row]]:
        """See `Worker.work`."""
        mine: _Asked[ItemT, Row] = _Asked(parts)
        with self._queue:
            self._waiting.append(mine)
        with self._models:
            while not mine.rows.done():
                self._answer(self._next())
        return mine.rows.result()

    def _next(self) -> list[_Asked[ItemT, Row]]:
        """Those who have waited longest; one at least."""
        with self._queue:
            batch = [self._waiting.popleft()]
            size = batch[0].size
            while self._waiting and size + self._waiting[0].size <= self._most:
                batch.append(self._waiting.popleft())
                size += batch[-1].size
        return batch

    def _answer(self, batch: list[_Asked[ItemT, Row]]) -> None:
        try:
            rows = iter(self._worker.work(*(part for asked in batch for part in asked.parts)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the caller whose part raises it
            if len(batch) == 1:
                batch[0].rows.set_exception(error)
                return
            for asked in batch:
                self._answer([asked])
            return
        for asked in batch:
            asked.rows.set_result(list(itertools.islice(rows, asked.size)))
