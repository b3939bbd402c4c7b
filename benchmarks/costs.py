"""What each stage of the whole job costs: `python -m benchmarks.costs [RECORDING] [--set KEY=VALUE]`.

A recording (default: data/meeting.opus) is heard, its speakers told apart, its windows described and the summaries
merged, in one run; each stage's CPU seconds, loading its model included, stand beside those of faster-whisper's batched
pipeline, which hears the same with the same weights, beam 5 and times of words.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path

from benchmarks.rows import Row, hand_back
from benchmarks.transcription import MEETING, batched
from chunkers.probing import probe
from chunkers.spans import TICKS_PER_SECOND
from pipeline.job import Step
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.rates import LOAD
from pipeline.settings import load
from pipeline.store import Store

STAGES = {
    "hear": "hearing",
    "speakers": "telling speakers apart",
    "describe": "describing",
    "merge": "merging",
}
PEER = "faster-whisper batched, hearing"


def cpu_s() -> float:
    """User and system seconds of this process and of the children that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Spent:
    """The CPU seconds of each stage of a run, loading its model included, by what the run tells of its progress."""

    def __init__(self) -> None:
        self.costs: dict[str, float] = {}
        self._began = cpu_s()
        self._stage = LOAD

    def watch(self, step: Step) -> None:
        """A `Watch`: ends the stage before where another begins."""
        if step.stage != self._stage:
            if self._stage != LOAD:
                self.end()
            self._stage = step.stage

    def end(self) -> None:
        """End the stage that is under way."""
        now = cpu_s()
        self.costs[self._stage] = self.costs.get(self._stage, 0.0) + now - self._began
        self._began = now


def main() -> None:
    """A row a stage, in CPU seconds a minute of the recording."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("recording", type=Path, nargs="?", default=MEETING)
    options.add_argument("--set", action="append", default=[], help="a setting, as for `longmedia run`")
    given = options.parse_args()
    settings = load(None, given.set)
    minutes = probe(given.recording).duration / TICKS_PER_SECOND / 60
    spent = Spent()
    with tempfile.TemporaryDirectory() as folder, Registry(keep=False) as registry:
        process(given.recording, settings, Store(folder), registry, watch=spent.watch)
        spent.end()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    costs = {STAGES.get(stage, stage): cost / minutes for stage, cost in spent.costs.items()}
    before = cpu_s()
    batched(given.recording, settings)
    peer = (cpu_s() - before) / minutes
    for name, cost in costs.items():
        hand_back(Row(f"{name}, a minute of {given.recording.name}", cost, "CPU s", PEER, peer))
    hand_back(Row(f"the whole job, a minute of {given.recording.name}", sum(costs.values()), "CPU s", PEER, peer))
    hand_back(Row(f"peak memory of the whole job on {given.recording.name}", peak, "MiB"))


if __name__ == "__main__":
    main()
