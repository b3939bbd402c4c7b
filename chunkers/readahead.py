"""Run an iterator ahead of its consumer, in a thread, through a bounded queue."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """The items of `source`, made by a thread that is at most `depth` items ahead.

    What `source` raises is raised here, behind the items that came before it. `interrupt` is called on `close`
    and must make a blocked `source` return or raise; afterwards no thread is left.
    """

    def __init__(self, source: Iterator[T], depth: int, interrupt: Callable[[], object]) -> None:
        if depth < 1:
            raise ValueError(f"read-ahead of {depth}: at least 1 is needed")
        self._interrupt = interrupt
        self._depth = depth
        self._items: deque[T] = deque()
        self._error: BaseException | None = None
        self._ended = False
        self._closed = False
        self._changed = threading.Condition()
        # A daemon: an interpreter that exits must not wait for a source that blocks.
        self._thread = threading.Thread(target=self._run, args=(source,), name="read-ahead", daemon=True)
        self._thread.start()

    def _run(self, source: Iterator[T]) -> None:
        try:
            for item in source:
                with self._changed:
                    self._changed.wait_for(lambda: len(self._items) < self._depth or self._closed)
                    if self._closed:
                        return
                    self._items.append(item)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again by the consumer
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended or self._closed)
            if self._items and not self._closed:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            error, self._error = self._error, None
        if error is not None and not self._closed:
            raise error
        raise StopIteration

    def close(self) -> None:
        """Stop the thread and wait for its end. Safe to call twice."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
        self._interrupt()
        self._thread.join()
