"""Many questions to a store: one after the other on a disk, several at once where each answer takes its way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE = 32


def each(ask: Callable[[Asked], Answer], things: Iterable[Asked], *, local: bool) -> Iterator[Answer]:
    """What `ask` answers for each thing, in order; where the store is not `local`, `AT_ONCE` of them are under way.

    Raises what `ask` raises. Things are taken as answers are: an endless stream of them is no more than that ahead.
    """
    if local:
        yield from map(ask, things)
        return
    waiting: deque[Future[Answer]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for thing in things:
                waiting.append(pool.submit(ask, thing))
                if len(waiting) >= AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
