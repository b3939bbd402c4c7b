"""Chunks of several short recordings that wait at the same time go through the models as one batch."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from concurrent.futures import Future

from pipeline.models.protocol import Writer
from pipeline.recipes.protocol import Chunk, Part, Recipe
from pipeline.store.tables import ChunkRow


class _Asked:
    """The parts of one caller, and the rows that it waits for."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts
        self.size = sum(len(part.chunks) for part in parts)
        self.rows: Future[list[ChunkRow]] = Future()


class SharedBatches:
    """A `Recipe` in front of another, for callers on several threads.

    Whoever finds the models free answers for all who wait, at most `most` chunks at once. Where a
    common batch fails, each caller's part is described alone, so that none can spoil another's.
    """

    def __init__(self, recipe: Recipe, most: int) -> None:
        self._recipe = recipe
        self._most = most
        self._waiting: deque[_Asked] = deque()
        self._queue = threading.Lock()
        self._models = threading.Lock()

    @property
    def sees(self) -> bool:
        """As the recipe behind it."""
        return self._recipe.sees

    @property
    def writer(self) -> Writer:
        """The writer of the recipe behind it."""
        return self._recipe.writer

    def begin(self, chunk: Chunk) -> Chunk:
        """As the recipe behind it does."""
        return self._recipe.begin(chunk)

    def describe(self, *parts: Part) -> list[ChunkRow]:
        """See `Recipe.describe`."""
        mine = _Asked(parts)
        with self._queue:
            self._waiting.append(mine)
        with self._models:
            while not mine.rows.done():
                self._answer(self._next())
        return mine.rows.result()

    def _next(self) -> list[_Asked]:
        """Those who have waited longest; one at least."""
        with self._queue:
            batch = [self._waiting.popleft()]
            size = batch[0].size
            while self._waiting and size + self._waiting[0].size <= self._most:
                batch.append(self._waiting.popleft())
                size += batch[-1].size
        return batch

    def _answer(self, batch: list[_Asked]) -> None:
        try:
            rows = iter(self._recipe.describe(*(part for asked in batch for part in asked.parts)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the caller whose part raises it
            if len(batch) == 1:
                batch[0].rows.set_exception(error)
                return
            for asked in batch:
                self._answer([asked])
            return
        for asked in batch:
            asked.rows.set_result(list(itertools.islice(rows, asked.size)))
