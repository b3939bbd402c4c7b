"""Learns from the recordings of a command how fast this machine is, and says what their later stages will take."""

from __future__ import annotations

from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND
from flows.progress import WatchOf
from pipeline.archive import Item
from pipeline.chain import Stage
from pipeline.forecast import merging_s
from pipeline.job import Step, Watch
from pipeline.rates import LearntRates, Meter
from pipeline.settings import Settings
from pipeline.store import STAGES

_SPOKEN = ("hear", "speakers", "describe", "merge")
"""Stages of every recording with sound, in order; whether there is something to see, a step does not say."""


class Learning:
    """What the recordings of one command show, all of them under the same settings."""

    def __init__(self, settings: Settings, rates: LearntRates, only: Stage | None = None) -> None:
        """`only` is the last stage that is run; None: all are."""
        last = STAGES.index(only) if only else len(STAGES)
        self._stages = tuple(stage for stage in _SPOKEN if STAGES.index(stage) <= last)
        self._settings = settings
        self._rates = rates
        self._known = rates.of(settings)
        self._meters: dict[Path, Meter] = {}

    def watched(self, watch: WatchOf) -> WatchOf:
        """The same watch, and a meter beside it."""

        def of(path: Path) -> Watch:
            show, meter = watch(path), Meter(lambda duration: merging_s(duration, self._settings))
            self._meters[path] = meter

            def look(step: Step) -> None:
                meter.step(step.stage, step.done, step.total)
                show(step)

            return look

        return of

    def done(self, item: Item) -> None:
        """Keep what a recording has shown, once it is done."""
        meter = self._meters.pop(item.path, None)
        if meter is not None and item.fresh:
            self._rates.learn(self._settings, meter.found())

    def later(self, step: Step) -> dict[str, float]:
        """Seconds that each stage behind that of a step is known to take here."""
        if step.stage not in self._stages:
            return {}
        left = self._stages[self._stages.index(step.stage) + 1 :]
        if self._settings.speakers.enabled is False:
            left = tuple(stage for stage in left if stage != "speakers")
        work = {"merge": merging_s(step.total, self._settings)}
        return {
            stage: self._known[stage].each * work.get(stage, step.total / TICKS_PER_SECOND)
            for stage in left
            if stage in self._known
        }
