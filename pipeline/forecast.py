"""What a run will take: at the rates that this machine has shown, else at those of earlier runs in the store."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from chunkers.recording import Recording
from chunkers.spans import TICKS_PER_SECOND, Span, to_ticks
from pipeline.merge import Limits
from pipeline.merge.estimate import Estimate, Rates, estimate
from pipeline.models.weights.catalog import DIARISER
from pipeline.models.weights.fetch import present
from pipeline.rates import LOAD, LearntRates, Rate
from pipeline.settings import Settings
from pipeline.store import FORMAT, RunDocument, Store
from pipeline.store.tables import DescribeRow, NodeRow

ASSUMED = Rates(prefill=62, decode=15.8, hear=11)
"""Whisper base and Qwen 1.5B in 4 bits on two AVX2 cores without AVX-512: the slowest machine that was measured."""

LOOKED = 17
"""How much faster than real time a film is looked at, measured on one core: 720p with moderate change."""

TOLD_APART = 25
"""How much faster than real time speakers are told apart, measured on one busy core."""

_MERGE_OVERHEAD = 160
_NOTE_OVERHEAD = 3
_CHUNK_TOKENS = 110


@dataclass(frozen=True, slots=True)
class Forecast:
    """The estimate, and what it rests on."""

    estimate: Estimate
    chunks: int
    measured_runs: int
    look_s: float = 0.0
    """Seconds that looking at the picture takes; 0 where there is none, or it is left out."""
    speakers_s: float = 0.0
    """Seconds that telling speakers apart takes; 0 where it is left out."""
    load_s: float = 0.0
    """Seconds that loading the models takes, as far as that is known."""
    learnt: bool = False
    """Whether all of it is as this machine was; else it is what it takes at most."""

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.estimate.seconds + self.look_s + self.speakers_s + self.load_s

    def lines(self) -> list[str]:
        """For people: a line a level, then the sum."""
        basis = "assumed rates of a slow machine; every second taken for speech"
        if self.measured_runs:
            basis = f"rates of {self.measured_runs} earlier runs; every second taken for speech"
        if self.learnt:
            basis = "as fast as this machine was"
        lines = [f"{self.chunks} chunks, {self.estimate.depth} levels of merging ({basis})"]
        for one in self.estimate.levels:
            name = "chunks" if one.level == 0 else f"level {one.level}"
            lines.append(_line(name, one.calls, one.tokens_in, one.tokens_out, one.seconds))
        total = self.estimate
        if self.speakers_s:
            lines.append(f"  {'speakers':<8} told apart{self.speakers_s / 60:49.1f} min")
        if self.look_s:
            lines.append(f"  {'picture':<8} looked at once a second{self.look_s / 60:38.1f} min")
        if self.load_s:
            lines.append(f"  {'loading':<8} the models{self.load_s / 60:49.1f} min")
        ending = " about" if self.learnt else " at most"
        lines.append(_line("all", total.calls, total.tokens_in, total.tokens_out, self.seconds) + ending)
        return lines


def _line(name: str, calls: int, tokens_in: int, tokens_out: int, seconds: float) -> str:
    return f"  {name:<8} {calls:6d} calls {tokens_in:9,} tokens in {tokens_out:8,} out {seconds / 60:7.1f} min"


def forecast(recording: Recording, settings: Settings, store: Store, learnt: LearntRates | None = None) -> Forecast:
    """Calls, tokens and time for `recording`; loads no model and decodes nothing.

    `learnt` is how fast this machine was; what it does not know, the store's earlier runs tell.
    """
    seconds = recording.duration / TICKS_PER_SECOND
    looked = settings.see.enabled and bool(recording.pictures)
    wanted = settings.speakers.enabled
    told_apart = bool(recording.audio) and (present(DIARISER, settings.models) if wanted is None else wanted)
    known = learnt.of(settings) if learnt is not None else {}
    stages = ["hear"] * bool(recording.audio) + ["describe", "merge"]
    if known.keys() >= {*stages}:
        made = assumed(recording.duration, settings)
        at = _Known(known, seconds)
        levels = [
            replace(one, seconds=one.seconds * known["merge"].each if one.level else sum(map(at.of, stages[:-1])))
            for one in made.levels
        ]
        found = Forecast(replace(made, levels=tuple(levels)), _chunks(recording, settings), 0, learnt=True)
        stages += ["see"] * looked + ["speakers"] * told_apart
        found = replace(found, load_s=sum(at.load(stage) for stage in stages))
    else:
        rates, runs = _rates(store, settings)
        at = _Known(known, seconds)
        found = Forecast(_estimate(recording.duration, settings, rates), _chunks(recording, settings), runs)
    look_s = at.of("see", LOOKED) if looked else 0.0
    return replace(found, look_s=look_s, speakers_s=at.of("speakers", TOLD_APART) if told_apart else 0.0)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of this machine, for a recording of so many seconds."""

    rates: Mapping[str, Rate]
    seconds: float

    def of(self, stage: str, faster: float = 1.0) -> float:
        """Seconds of a stage; one that is not known is so many times faster than real time."""
        return self.seconds * (self.rates[stage].each if stage in self.rates else 1 / faster)

    def load(self, stage: str) -> float:
        """Seconds of loading what a stage needs."""
        rate = self.rates.get(f"{LOAD}:{stage}")
        return 0.0 if rate is None else rate.each


def merging_s(duration: int, settings: Settings) -> float:
    """Seconds that merging takes at assumed rates, for a recording of so many ticks: the measure of what was learnt."""
    return sum(level.seconds for level in assumed(duration, settings).levels if level.level)


def assumed(duration: int, settings: Settings) -> Estimate:
    """Calls, tokens and time at assumed rates."""
    return _estimate(duration, settings, ASSUMED)


def _estimate(duration: int, settings: Settings, rates: Rates) -> Estimate:
    limits = Limits(
        budget=min(settings.merge.budget, settings.write.context),
        overhead=_MERGE_OVERHEAD,
        output=settings.merge.max_tokens,
        per_item=_NOTE_OVERHEAD,
    )
    return estimate(
        _spans(duration, settings),
        limits,
        rates,
        chunk_tokens=settings.describe.max_tokens or _CHUNK_TOKENS,
        windows_per_summary=settings.describe.windows,
    )


def _chunks(recording: Recording, settings: Settings) -> int:
    return len(_spans(recording.duration, settings))


def _spans(duration: int, settings: Settings) -> list[Span]:
    """Windows as they would be cut if every quiet point lay in the middle of its range."""
    audio = settings.audio
    length = to_ticks(audio.length_s - audio.cut_range_s / 2)
    return [Span(start, min(start + length, duration)) for start in range(0, duration, length)]


def _rates(store: Store, settings: Settings) -> tuple[Rates, int]:
    """Rates that finished runs with the same models have measured, and how many runs these were."""
    tokens_in = tokens_out = heard = runs = 0
    writing = hearing = 0.0
    for run in store.runs():
        document = run.document()
        if document is None or document.result is None or document.result.state != "complete":
            continue
        if not _same_models(document, settings):
            continue
        runs += 1
        for row in run.heard():
            hearing += row.seconds
            heard += row.span.ticks if row.status == "processed" else 0
        nodes = itertools.chain.from_iterable(run.nodes(level) for level in run.levels())
        for tokens, cost, seconds in itertools.chain(map(_cost, run.chunks()), map(_cost, nodes)):
            tokens_in, tokens_out, writing = tokens_in + tokens, tokens_out + cost, writing + seconds
    if not tokens_out or not heard or not writing:
        return ASSUMED, 0
    hear = heard / TICKS_PER_SECOND / hearing if hearing > 0 else ASSUMED.hear
    return Rates.measured(tokens_in=tokens_in, tokens_out=tokens_out, seconds=writing, hear=hear), runs


def _cost(row: DescribeRow | NodeRow) -> tuple[int, int, float]:
    return row.tokens_in, row.tokens_out, row.seconds


def _same_models(document: RunDocument, settings: Settings) -> bool:
    """Whether a run heard and wrote with the models that `settings` name; what was left on `auto` is not compared."""
    if document.format < FORMAT:
        return False
    then = Settings.model_validate(document.settings)
    return (then.hear.model, then.hear.beam, then.write.model, then.write.slots) == (
        settings.hear.model,
        settings.hear.beam,
        settings.write.model,
        settings.write.slots,
    )
