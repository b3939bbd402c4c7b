"""How fast this machine is at each stage, learnt from what it has done: a small file in the user's cache folder.

A rate belongs to a machine, a stage, and all settings of its models that decide how long it takes; it says nothing of
any recording. What is newer counts for more. The file is replaced whole, under a lock: processes may learn side by
side. Where it cannot be written, nothing is learnt, and nothing else goes wrong.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from pydantic import BaseModel, Field, RootModel, ValidationError

from chunkers.spans import TICKS_PER_SECOND
from pipeline.settings import Settings

log = logging.getLogger(__name__)

STAGES = ("hear", "speakers", "see", "describe", "merge")
LOAD = "load"
"""What comes before a stage, in place of its name: its models are loaded."""

_KEEP = 0.5
"""What is left of what was learnt before, when more is."""
_MOST = 200
"""Rates that are kept, those that were used last."""
_AT_ONCE_S = 0.02
"""A part that passes in less was there already, or silent: it says nothing of the models."""


class Rate(BaseModel):
    """Seconds that some work took. Its unit: seconds of the recording; of merging seconds as `forecast` assumes them;
    of loading a time.
    """

    seconds: float = Field(ge=0, allow_inf_nan=False)
    work: float = Field(gt=0, allow_inf_nan=False)
    learnt: int = Field(0, ge=0)
    """When, in seconds since the epoch."""

    @property
    def each(self) -> float:
        """Seconds a unit of work."""
        return self.seconds / self.work

    def with_more(self, more: Rate) -> Rate:
        """The same with what was learnt later."""
        return Rate(seconds=_KEEP * self.seconds + more.seconds, work=_KEEP * self.work + more.work, learnt=more.learnt)


class _File(RootModel[dict[str, Rate]]):
    """Rates by their keys."""


class LearntRates:
    """The file of rates at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, settings: Settings) -> dict[str, Rate]:
        """What is known for these settings, by stage; of loading the models of one, by `load:` and its name."""
        known = self._read()
        keys = {name: key(settings, name) for stage in STAGES for name in (stage, f"{LOAD}:{stage}")}
        return {name: known[one] for name, one in keys.items() if one in known}

    def learn(self, settings: Settings, found: Mapping[str, Rate]) -> None:
        """Add what a run has shown, by the same names."""
        if not found:
            return
        try:
            with self._locked():
                known = self._read()
                for name, rate in found.items():
                    one = key(settings, name)
                    known[one] = known[one].with_more(rate) if one in known else rate
                newest = sorted(known, key=lambda one: known[one].learnt)[-_MOST:]
                self._write({one: known[one] for one in newest})
        except OSError as error:
            log.info("rates are not kept: %s", error.strerror)

    def _read(self) -> dict[str, Rate]:
        try:
            return _File.model_validate_json(self._path.read_bytes()).root
        except (OSError, ValidationError):
            return {}  # not there, or damaged: it is learnt again

    def _write(self, rates: Mapping[str, Rate]) -> None:
        unfinished = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            unfinished.write_text(json.dumps({one: rate.model_dump() for one, rate in rates.items()}, indent=1))
            unfinished.replace(self._path)
        finally:
            unfinished.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(f".{self._path.name}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def own_rates() -> LearntRates:
    """Those of this user on this machine."""
    return LearntRates(user_cache_path("longmedia") / "rates.json")


def key(settings: Settings, name: str) -> str:
    """What a rate belongs to: this machine, a stage (or the loading before it), and the settings that it depends on."""
    stage = name.rpartition(":")[2]
    written = [settings.recipe, settings.write, settings.gemma, settings.endpoint.model]
    asked: dict[str, list[Any]] = {
        "hear": [settings.hear.model_copy(update={"hotwords": (), "vocabulary": None}), settings.audio.length_s],
        "speakers": [],
        "see": [settings.see, settings.video.length_s],
        "describe": [settings.describe, settings.video, *written],
        "merge": [settings.merge, *written],
    }
    machine = [platform.node(), platform.machine(), os.cpu_count()]
    plain = [one.model_dump(mode="json") if isinstance(one, BaseModel) else one for one in asked[stage]]
    text = json.dumps([machine, name, settings.media.recordings, plain], sort_keys=True)
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass
class Meter:
    """Learns from the steps of one run: call it with each, and ask for `found` at the end.

    `merging` gives the seconds that merging is assumed to take for a recording of so many ticks. `now` is a clock.
    """

    merging: Callable[[int], float]
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._spent: dict[str, list[float]] = {}
        self._last: tuple[str, int, float] | None = None
        self._duration = 0
        self._nodes = 0

    def step(self, stage: str, done: int, total: int) -> None:
        """A stage has come to `done` of `total`, in ticks, of merging in nodes; `load` begins the one that follows."""
        moment, last = self.now(), self._last
        self._last = stage, done, moment
        if stage in STAGES and stage != "merge":
            self._duration = max(self._duration, total)
        if stage == "merge":
            self._nodes = total
        if last is None or stage == LOAD:
            return
        before, begun, when = last
        if before == LOAD:
            self._add(f"{LOAD}:{stage}", moment - when, 1)
        elif before == stage and done > begun and moment - when > _AT_ONCE_S:
            self._add(stage, moment - when, done - begun)

    def found(self) -> dict[str, Rate]:
        """What was learnt, by the names of `LearntRates`; only of stages half of which was seen at least."""
        rates = {}
        for name, (seconds, work) in self._spent.items():
            if name == "merge":
                work = self.merging(self._duration) * work / self._nodes if self._nodes else 0  # noqa: PLW2901
                whole = self.merging(self._duration)
            elif name in STAGES:
                work, whole = work / TICKS_PER_SECOND, self._duration / TICKS_PER_SECOND  # noqa: PLW2901
            else:
                whole = 1.0
            if work > 0 and work >= whole / 2:
                rates[name] = Rate(seconds=seconds, work=work, learnt=int(time.time()))
        return rates

    def _add(self, name: str, seconds: float, work: float) -> None:
        spent = self._spent.setdefault(name, [0.0, 0.0])
        spent[0] += seconds
        spent[1] += work
