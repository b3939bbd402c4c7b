"""What people see while it runs: bars in a terminal, plain lines elsewhere; both on standard error."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from chunkers.printable import printable
from chunkers.spans import TICKS_PER_SECOND, stamp
from flows.terminal import say
from pipeline.job import Step, Watch

WatchOf = Callable[[Path], Watch]
Later = Callable[[Step], dict[str, float]]
"""Seconds that the stages behind that of a step will take, as far as that is known."""

_EVERY_S = 10.0
_STAGES = {
    "load": "loading the models",
    "hear": "hearing",
    "speakers": "telling speakers apart",
    "see": "looking",
    "describe": "describing",
    "merge": "merging",
}


def _unknown(_step: Step) -> dict[str, float]:
    return {}


@contextlib.contextmanager
def watching(later: Later = _unknown) -> Iterator[WatchOf]:
    """Give a `Watch` for each recording, while the block runs; `later` says what will come behind a stage."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda path: _Lines(path, later)
        return
    name, rate = _plain_column("{task.description}"), _plain_column("{task.fields[rate]}")
    with Progress(name, BarColumn(), TaskProgressColumn(), rate, TimeRemainingColumn(), console=console) as bars:
        yield lambda path: _Bar(path, bars, later)


def _plain_column(form: str) -> TextColumn:
    """A column of text in which a file's name is no markup."""
    return TextColumn(form, markup=False)


class _Rate:
    """Real-time factor of a stage, from the first step seen: what an earlier start did is not counted."""

    def __init__(self) -> None:
        self._first: tuple[str, int, float] | None = None

    def of(self, step: Step) -> float:
        now = time.monotonic()
        if step.stage not in ("hear", "speakers", "see", "describe"):
            return 0.0
        if self._first is None or self._first[0] != step.stage:
            self._first = (step.stage, step.done, now)
        ticks, since = step.done - self._first[1], now - self._first[2]
        return ticks / TICKS_PER_SECOND / since if since > 0 else 0.0


class _Bar:
    def __init__(self, path: Path, bars: Progress, later: Later) -> None:
        self._later = later
        self._name = printable(path.name)
        self._bars = bars
        self._rate = _Rate()
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, step: Step) -> None:
        rate = self._rate.of(step)
        if self._task is None:
            self._task = self._bars.add_task(self._name, total=None, rate="")
        if step.stage != self._stage:
            self._stage = step.stage
            self._bars.reset(self._task, description=f"{self._name}: {_STAGES[step.stage]}", total=step.total or None)
        self._bars.update(
            self._task, completed=step.done, rate=f"{rate:.1f}x{_then(self._later(step))}" if rate else ""
        )


class _Lines:
    def __init__(self, path: Path, later: Later) -> None:
        self._later = later
        self._name = path.name
        self._rate = _Rate()
        self._last = ("", 0.0)

    def __call__(self, step: Step) -> None:
        rate = self._rate.of(step)
        stage, when = self._last
        now = time.monotonic()
        if step.stage == stage and now - when < _EVERY_S and step.done < step.total:
            return
        self._last = (step.stage, now)
        say(f"{self._name}: {_line(step, rate)}{_then(self._later(step))}", error=True)


def _line(step: Step, rate: float) -> str:
    if step.stage == "load" or not step.total:
        return _STAGES[step.stage]
    share = f"{_STAGES[step.stage]}, {min(step.done / step.total, 1):.0%}"
    if step.stage == "merge":
        return f"{share} ({step.done} of {step.total} notes)"
    left = f", {rate:.1f}x real time, {stamp(int((step.total - step.done) / rate))} left" if rate else ""
    return f"{share} ({stamp(step.done)} of {stamp(step.total)}){left}"


def _then(later: dict[str, float]) -> str:
    """What comes behind a stage, each with its time."""
    named = [f"{_STAGES[stage]} {stamp(round(seconds * TICKS_PER_SECOND))}" for stage, seconds in later.items()]
    return f", then {', '.join(named)}" if named else ""


def fetching() -> tuple[Callable[[int, int, str], None], Callable[[], None]]:
    """A progress callback for downloads, and the function that ends its display."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return _fetch_lines(), lambda: None
    bars = Progress(
        _plain_column("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console
    )
    bars.start()
    task = bars.add_task("", total=None)

    def show(done: int, total: int, what: str) -> None:
        bars.update(task, completed=done, total=total, description=what)

    return show, bars.stop


def _fetch_lines() -> Callable[[int, int, str], None]:
    lock, last = threading.Lock(), [0.0]

    def show(done: int, total: int, what: str) -> None:
        with lock:
            now = time.monotonic()
            if now - last[0] < _EVERY_S and done < total:
                return
            last[0] = now
        say(f"{what}: {done / 1e6:.0f} of {total / 1e6:.0f} MB", error=True)

    return show
