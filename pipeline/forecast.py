"""What a run will take, from this machine's earlier runs where there are any."""

from __future__ import annotations

from dataclasses import dataclass

from chunkers import Recording
from chunkers.spans import TICKS_PER_SECOND, Span, to_ticks
from pipeline.merge import Limits
from pipeline.merge.estimate import Estimate, Rates, estimate
from pipeline.settings import Settings
from pipeline.store import Store

ASSUMED = Rates(prefill=62, decode=15.8, hear=11)
"""Whisper base and Qwen 1.5B in 4 bits on two AVX2 cores without AVX-512: the slowest machine that was measured."""

_MERGE_OVERHEAD = 160
_NOTE_OVERHEAD = 3


@dataclass(frozen=True, slots=True)
class Forecast:
    """The estimate, and what it rests on."""

    estimate: Estimate
    chunks: int
    measured_runs: int

    def lines(self) -> list[str]:
        """For people: a line a level, then the sum."""
        basis = (
            f"rates of {self.measured_runs} earlier runs" if self.measured_runs else "assumed rates of a slow machine"
        )
        lines = [
            f"{self.chunks} chunks, {self.estimate.depth} levels of merging ({basis}; every second taken for speech)"
        ]
        for one in self.estimate.levels:
            name = "chunks" if one.level == 0 else f"level {one.level}"
            lines.append(_line(name, one.calls, one.tokens_in, one.tokens_out, one.seconds))
        total = self.estimate
        lines.append(_line("all", total.calls, total.tokens_in, total.tokens_out, total.seconds) + " at most")
        return lines


def _line(name: str, calls: int, tokens_in: int, tokens_out: int, seconds: float) -> str:
    return f"  {name:<8} {calls:6d} calls {tokens_in:9,} tokens in {tokens_out:8,} out {seconds / 60:7.1f} min"


def forecast(recording: Recording, settings: Settings, store: Store) -> Forecast:
    """Calls, tokens and time for `recording`; loads no model and decodes nothing."""
    spans = _spans(recording.duration, settings)
    rates, runs = _rates(store, settings)
    limits = Limits(
        budget=min(settings.merge.budget, settings.write.context),
        overhead=_MERGE_OVERHEAD,
        output=settings.merge.max_tokens,
        per_item=_NOTE_OVERHEAD,
    )
    made = estimate(
        spans,
        limits,
        rates,
        chunk_tokens=settings.write.chunk_tokens,
        windows_per_summary=settings.write.windows_per_summary,
    )
    return Forecast(made, len(spans), runs)


def _spans(duration: int, settings: Settings) -> list[Span]:
    """Windows as they would be cut if every quiet point lay in the middle of its range."""
    audio = settings.audio
    length = to_ticks(audio.length_s - audio.cut_range_s / 2)
    return [Span(start, min(start + length, duration)) for start in range(0, duration, length)]


def _rates(store: Store, settings: Settings) -> tuple[Rates, int]:
    """Rates that finished runs with the same models have measured, and how many runs these were."""
    tokens_in = tokens_out = heard = runs = 0
    writing = chunk_seconds = 0.0
    chunk_in = chunk_out = 0
    for run in store.runs():
        described = run.manifest()["settings"]
        same = all(
            described.get(group) == getattr(settings, group).model_dump(mode="json") for group in ("hear", "write")
        )
        if not same or run.result().get("state") != "complete":
            continue
        runs += 1
        for level in run.levels():
            if level == 0:
                for row in run.chunks():
                    chunk_in, chunk_out = chunk_in + row.tokens_in, chunk_out + row.tokens_out
                    chunk_seconds += row.seconds
                    heard += row.span.ticks if row.status == "processed" else 0
            else:
                for node in run.nodes(level):
                    tokens_in, tokens_out = tokens_in + node.tokens_in, tokens_out + node.tokens_out
                    writing += node.seconds
    if not tokens_out or not heard:
        return ASSUMED, 0
    rates = Rates.measured(tokens_in=tokens_in, tokens_out=tokens_out, seconds=writing, hear=1)
    listening = chunk_seconds - chunk_in / rates.prefill - chunk_out / rates.decode
    hear = heard / TICKS_PER_SECOND / listening if listening > 0 else ASSUMED.hear
    return Rates(rates.prefill, rates.decode, hear), runs
