"""What a run will take, before any model is loaded: calls, tokens, levels and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chunkers.spans import Span
from pipeline.merge.plan import Item, Limits, plan

SPEECH_TOKENS_A_SECOND = 3.4
"""Tokens of transcript a second of speech: about 150 words a minute, 1.35 tokens a word."""

PREFILL_OVER_DECODE = 3.7
"""How much faster a prompt is read than an answer is written; 3.6 and 3.9 measured on two CPU cores."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast this machine is: tokens a second in and out of the writer, and seconds of recording heard a second."""

    prefill: float
    decode: float
    hear: float

    @classmethod
    def measured(cls, *, tokens_in: int, tokens_out: int, seconds: float, hear: float) -> Rates:
        """Rates from what earlier runs have spent; raises `ValueError` where they spent nothing."""
        if seconds <= 0 or tokens_in + tokens_out <= 0:
            raise ValueError("nothing was measured yet")
        decode = (tokens_in / PREFILL_OVER_DECODE + tokens_out) / seconds
        return cls(decode * PREFILL_OVER_DECODE, decode, hear)


@dataclass(frozen=True, slots=True)
class LevelCost:
    """A level: model calls, tokens in and out, seconds of model time. At level 0 hearing is included."""

    level: int
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The levels from 0 up; every answer is assumed to fill its cap, so that a run takes less, not more."""

    levels: tuple[LevelCost, ...]

    @property
    def depth(self) -> int:
        """Levels above 0."""
        return len(self.levels) - 1

    @property
    def calls(self) -> int:
        """Calls to the writer."""
        return sum(level.calls for level in self.levels)

    @property
    def tokens_in(self) -> int:
        """Tokens of all prompts."""
        return sum(level.tokens_in for level in self.levels)

    @property
    def tokens_out(self) -> int:
        """Tokens of all answers."""
        return sum(level.tokens_out for level in self.levels)

    @property
    def seconds(self) -> float:
        """Model time."""
        return sum(level.seconds for level in self.levels)


def estimate(
    chunks: Sequence[Span],
    limits: Limits,
    rates: Rates,
    *,
    chunk_tokens: int,
    chunk_overhead: int = 60,
    windows_per_summary: int = 1,
    tokens_a_second: float = SPEECH_TOKENS_A_SECOND,
) -> Estimate:
    """Calls, tokens and time for `chunks` that are all full of speech.

    `chunk_tokens` caps the summary of a chunk, `chunk_overhead` is its prompt without transcript, in
    tokens; `windows_per_summary` chunks share one summary. Second tries are not counted. Raises `LimitError`
    where the budget of a merge is too small.
    """
    groups = [chunks[at : at + windows_per_summary] for at in range(0, len(chunks), windows_per_summary)]
    spans = [Span(group[0].start, group[-1].end) for group in groups]
    heard = sum(span.seconds for span in spans)
    tokens = len(groups) * chunk_overhead + round(heard * tokens_a_second)
    levels = [_level(0, len(groups), tokens, chunk_tokens, rates, heard=heard)]
    tree = plan([Item(at, span, chunk_tokens) for at, span in enumerate(spans)], limits)
    for number, nodes in enumerate(tree.levels, 1):
        asked = [node for node in nodes if node.calls]
        tokens = sum(limits.overhead + node.tokens for node in asked)
        levels.append(_level(number, len(asked), tokens, limits.cap, rates))
    return Estimate(tuple(levels))


def _level(level: int, calls: int, tokens_in: int, cap: int, rates: Rates, *, heard: float = 0.0) -> LevelCost:
    tokens_out = calls * cap
    return LevelCost(
        level,
        calls,
        tokens_in,
        tokens_out,
        tokens_in / rates.prefill + tokens_out / rates.decode + heard / rates.hear,
    )
