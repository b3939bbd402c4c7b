"""What happens in a picture, told from its signals alone: no model, and no names for what is seen.

Everything is computed over a whole recording at once; 12 hours of signals are 16 MB, and so is each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, SupportsFloat, get_args

import numpy as np
from numpy.typing import NDArray

from chunkers.signals import LAG, RATE, SAMPLE, Signals, Values
from chunkers.spans import Span

Kind = Literal["cut", "fade", "black", "frozen", "still", "moving", "changed", "lights", "flicker", "camera"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Mask = NDArray[np.bool_]

BLACK = 0.06
"""The luminance, and the contrast, of a black picture at most."""
BLACK_S = 0.5
FADE_RISE = 0.1
"""The luminance that a fade takes away or brings, at least."""
FADE_S = (0.4, 10.0)
FADE_SLOPE = 0.002
"""What the luminance gains or loses from one sample to the next, at least."""
CUT_LIKENESS = 0.6
"""A new scene is less like the one before, by 0.3 less than is usual around it."""
CUT_CHANGE = 0.02
CUT_MOVED = 0.1
PLAIN = 0.02
"""The contrast of a sheet of one colour at most."""
PLAIN_CHANGE = 0.05
CAMERA_ALIGNED = 0.9
"""The same scene seen from a little elsewhere is at least so like itself once it is shifted back."""
LIGHTS_STEP = 0.12
LIGHTS_SCENE = 0.4
"""The share of the picture that may move while the light changes; more is another picture."""
TREND_STEP = 0.15
TREND_S = 5.0
FLICKER_STEP = 0.01
FLICKER_TURNS = 3
"""How often the luminance turns back in a second at least, of ten samples."""
MOVING = 0.006
"""The share of the picture that moves: a clock's digits are less, a person at the far end of a room is more."""
MOVING_S = 1.0
STILL_S = 2.0
FROZEN_S = 2.0
FROZEN_MEMORY_S = 60
FROZEN_CHANGES = (0.0002, 0.0006)
FROZEN_RATIO = 6
"""A frozen picture changes by less than these, and so many times less than noise did: the codec still refines it."""
SENSOR_NOISE = 0.0006
"""Of a camera that runs, at least: 0.15 grey levels where 64 pixels are averaged."""


@dataclass(frozen=True, slots=True, order=True)
class PictureEvent:
    """What happens within `span`. A cut, and a light that is switched, is as long as one sample."""

    span: Span
    kind: Kind
    value: float
    """cut and camera: how unlike the picture before, 0..2. fade and lights: the luminance gained, -1..1. black: its
    luminance. still, moving and changed: the share of the picture that moves. flicker: its luminance up and down.
    frozen: the noise that was there before."""


def picture_events(signals: Signals) -> list[PictureEvent]:
    """All events of a recording, by time; `still` and `moving` stretches take turns and cover it.

    `frozen` is only told where the picture's noise, which was there before, is gone; where there was none, as in a
    recording of a screen, it stays `still`. A camera that turns to another view is a `cut`, one that is pushed is
    `camera`.
    """
    if not len(signals):
        return []
    black = (signals.luminance < BLACK) & (signals.contrast < BLACK)
    cuts, pushes = _breaks(signals, black)
    turning = _turning(signals)
    flickers = _flickers(turning)
    fades = _fades(signals, black)
    broken = _widened(cuts | pushes | black | _mask(signals, fades), 3)
    switched = _switched(signals, broken | _widened(_mask(signals, flickers), RATE))
    steady = ~(broken | _widened(_mask(signals, [(at, at + 1) for at, _ in switched]), 3))
    breaks = cuts | pushes | black
    found = [
        *_events("cut", signals, _runs(cuts), 1 - signals.likeness, np.max),
        *_events("camera", signals, _joined(pushes, 1.0), 1 - signals.likeness, np.max),
        *_events("black", signals, _long(_runs(black), BLACK_S), signals.luminance, np.mean),
        *_events("fade", signals, fades, signals.luminance, lambda slope: slope[-1] - slope[0]),
        *_events("flicker", signals, flickers, turning, lambda steps: steps[steps > 0].mean()),
        *(PictureEvent(_span(signals, at, at + 1), "lights", gained) for at, gained in switched),
        *_trends(signals, steady),
        *_stretches(signals, breaks),
        *_changed(signals, ~steady),
        *_frozen(signals, steady),
    ]
    return sorted(found)


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """Where `mask` is true: (first, end) of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _long(runs: Sequence[tuple[int, int]], seconds: float) -> list[tuple[int, int]]:
    return [(first, end) for first, end in runs if end - first >= seconds * RATE]


def _joined(mask: Mask, seconds: float) -> list[tuple[int, int]]:
    """The runs of `mask`, those together that are less than `seconds` apart."""
    joined: list[tuple[int, int]] = []
    for first, end in _runs(mask):
        near = joined and first - joined[-1][1] < seconds * RATE
        joined.append((joined.pop()[0] if near else first, end))
    return joined


def _widened(mask: Mask, by: int) -> Mask:
    """True up to `by` samples before and behind what is true in `mask`."""
    wide = mask.copy()
    for step in range(1, by + 1):
        wide[step:] |= mask[:-step]
        wide[:-step] |= mask[step:]
    return wide


def _mean(values: Values, width: int) -> NDArray[np.float64]:
    """The mean of `width` samples around each, `width` odd; fewer at both ends."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(len(values))
    first, end = np.maximum(at - width // 2, 0), np.minimum(at + width // 2 + 1, len(values))
    means: NDArray[np.float64] = (sums[end] - sums[first]) / (end - first)
    return means


def _span(signals: Signals, first: int, end: int) -> Span:
    last = int(signals.tick[end - 1]) + SAMPLE
    return Span(int(signals.tick[first]), last if end == len(signals) else min(last, int(signals.tick[end])))


def _events(
    kind: Kind,
    signals: Signals,
    runs: Sequence[tuple[int, int]],
    values: Values,
    summary: Callable[[Values], SupportsFloat],
) -> Iterator[PictureEvent]:
    for first, end in runs:
        yield PictureEvent(_span(signals, first, end), kind, float(summary(values[first:end])))


def _breaks(signals: Signals, black: Mask) -> tuple[Mask, Mask]:
    """Where a new scene begins, and where the same scene is seen from a little elsewhere."""
    usual = np.maximum(_mean(signals.likeness, 2 * RATE + 1), signals.likeness)
    unlike = (signals.likeness < CUT_LIKENESS) & (signals.likeness < usual - 0.3)
    # Something small and bright can make two samples unlike; a new scene is new in most places.
    unlike &= (signals.change > CUT_CHANGE) & (signals.moved > CUT_MOVED)
    # Two plain sheets have nothing that could be compared but their luminance.
    plain = signals.contrast < PLAIN
    plain[1:] &= plain[:-1].copy()
    unlike |= plain & (signals.change > PLAIN_CHANGE)
    beside_black = black.copy()
    beside_black[1:] |= black[:-1]
    unlike &= ~beside_black
    pushed = unlike & (signals.aligned >= CAMERA_ALIGNED)
    cuts = unlike & ~pushed
    # A sample may show a blend of both scenes: the change takes two then.
    cuts[1:] &= ~cuts[:-1].copy()
    return cuts, pushed


def _fades(signals: Signals, black: Mask) -> list[tuple[int, int]]:
    """The slopes that lead into black and out of it."""
    slopes = [_slope(signals, first, -1) for first, _ in _runs(black)]
    slopes += [_slope(signals, end - 1, 1) for _, end in _runs(black)]
    rises = [abs(float(signals.luminance[end - 1] - signals.luminance[first])) for first, end in slopes]
    return [
        (first, end)
        for (first, end), rise in zip(slopes, rises, strict=True)
        if rise >= FADE_RISE and FADE_S[0] <= (end - first) / RATE <= FADE_S[1]
    ]


def _slope(signals: Signals, start: int, step: int) -> tuple[int, int]:
    """From `start` on, backwards where `step` is -1, as far as the luminance rises."""
    at, luminance = start, signals.luminance
    while 0 <= at + step < len(luminance) and luminance[at + step] > luminance[at] + FADE_SLOPE:
        at += step
    return min(at, start), max(at, start) + 1


def _turning(signals: Signals) -> Values:
    """At each sample that the luminance steps the other way than half a second before or less, how far; else 0."""
    steps = np.diff(signals.luminance, prepend=signals.luminance[:1])
    at = np.flatnonzero((np.abs(steps) >= FLICKER_STEP) & (signals.likeness >= CUT_LIKENESS))
    turned = at[1:][(np.sign(steps[at[1:]]) != np.sign(steps[at[:-1]])) & (np.diff(at) <= RATE // 2)]
    turning = np.zeros(len(signals), np.float32)
    turning[turned] = np.abs(steps[turned])
    return turning


def _flickers(turning: Values) -> list[tuple[int, int]]:
    often = _mean((turning > 0).astype(np.float32), RATE + 1) * RATE >= FLICKER_TURNS
    return _long(_joined(often, 1.0), 1.0)


def _switched(signals: Signals, broken: Mask) -> list[tuple[int, float]]:
    """Lights switched on or off, and the luminance gained: a step within half a second, and the scene stays."""
    luminance = signals.luminance
    steps = np.zeros(len(signals), np.float32)
    steps[2:-1] = luminance[3:] - luminance[:-3]
    steps[broken] = 0
    switched = []
    for first, end in _joined(np.abs(steps) >= LIGHTS_STEP, 0.5):
        at = first + int(np.argmax(np.abs(np.diff(luminance[first - 1 : end]))))
        gained = float(np.median(luminance[end : end + RATE]) - np.median(luminance[max(0, first - RATE) : first]))
        same = float(signals.moved[end : end + 3].mean()) < LIGHTS_SCENE
        if end - first <= RATE // 2 and abs(gained) >= LIGHTS_STEP and same:
            switched.append((at, gained))
    return switched


def _trends(signals: Signals, steady: Mask) -> Iterator[PictureEvent]:
    """Light that slowly comes or goes, as from day to night, within one scene."""
    for first, end in _runs(steady):
        seconds = np.arange(first, end, RATE)
        levels = [float(np.median(signals.luminance[at : min(at + RATE, end)])) for at in seconds]
        for low, high in _legs(levels, TREND_STEP / 5):
            gained = levels[high] - levels[low]
            # A level that does not change leads into the slope and out of it.
            inside = [at for at in range(low, high) if 0.03 < (levels[at] - levels[low]) / gained < 0.97]
            if abs(gained) < TREND_STEP or not inside:
                continue
            begin, stop = int(seconds[inside[0]]), min(int(seconds[inside[-1]]) + RATE, end)
            scene = float(signals.moved[begin:stop].mean()) < LIGHTS_SCENE
            if stop - begin >= TREND_S * RATE and scene:
                yield PictureEvent(_span(signals, begin, stop), "lights", gained)


def _legs(levels: Sequence[float], back: float) -> Iterator[tuple[int, int]]:
    """Where `levels` go one way: (first, last) between turning points, a turn being `back` or more."""
    if not levels:
        return
    start = turn = low = high = 0
    direction = 0
    for at, level in enumerate(levels):
        low, high = (at if level < levels[low] else low), (at if level > levels[high] else high)
        if direction == 0 and levels[high] - levels[low] >= back:
            direction = 1 if high > low else -1
            start, turn = min(low, high), at
        elif direction and (level - levels[turn]) * direction > 0:
            turn = at
        elif direction and (levels[turn] - level) * direction >= back:
            yield start, turn
            start, turn, direction = turn, at, -direction
    if direction:
        yield start, turn


def _stretches(signals: Signals, breaks: Mask) -> Iterator[PictureEvent]:
    """Still and moving, in turns."""
    moved = signals.moved.copy()
    # For half a second a new scene differs from the one before it, and that is no movement.
    for lag in range(LAG + 1):
        moved[lag:][breaks[: len(breaks) - lag]] = 0
    active = np.zeros(len(signals), np.bool_)
    for first, end in _joined(_mean(moved, RATE + 1) > MOVING, STILL_S):
        # The mean reaches beyond what moves, and what moved half a second ago still differs.
        over = first + np.flatnonzero(moved[first:end] > MOVING)
        stop = int(over[-1]) + 1 - (LAG if end < len(signals) else 0) if len(over) else first
        if len(over) and stop - over[0] >= MOVING_S * RATE:
            active[over[0] : stop] = True
    yield from _events("moving", signals, _runs(active), moved, np.mean)
    yield from _events("still", signals, _runs(~active), moved, np.mean)


def _changed(signals: Signals, broken: Mask) -> Iterator[PictureEvent]:
    """Where a part of a calm picture is another from one sample to the next: something was put, taken or switched."""
    # What changed at once differs from the samples of the last half second, and then no more.
    runs = _runs((signals.moved > MOVING) & ~broken)
    for number, (first, end) in enumerate(runs):
        calm_before = number == 0 or first - runs[number - 1][1] >= RATE
        calm_behind = number + 1 == len(runs) or runs[number + 1][0] - end >= RATE
        if LAG - 1 <= end - first <= LAG + 1 and calm_before and calm_behind:
            yield from _events("changed", signals, [(first, first + 1)], signals.moved, np.max)


def _frozen(signals: Signals, steady: Mask) -> Iterator[PictureEvent]:
    """Stretches without any change, where a camera's noise was there before."""
    level = np.abs(np.diff(signals.luminance, prepend=signals.luminance[:1])) < FADE_SLOPE
    found = np.zeros(len(signals), np.bool_)
    noises = np.zeros(len(signals), np.float32)
    for limit in FROZEN_CHANGES:
        runs = _long(_runs(signals.change < limit), FROZEN_S)
        calm = steady & level & (signals.moved < MOVING) & ~_mask(signals, runs)
        for first, end in runs:
            before = slice(max(0, first - FROZEN_MEMORY_S * RATE), first)
            shown = signals.noise[before][calm[before]]
            # Films of few frames a second show noise in one sample of several.
            noise = float(np.quantile(shown, 0.9)) if len(shown) >= RATE else 0.0
            if noise >= SENSOR_NOISE and noise >= FROZEN_RATIO * float(signals.change[first:end].max()):
                # A coder goes on refining a picture that stands: the noise is gone before the last change is.
                begin = first
                while begin > 0 and signals.noise[begin - 1] < noise / 2 and steady[begin - 1]:
                    begin -= 1
                found[begin:end], noises[begin:end] = True, noise
    yield from _events("frozen", signals, _runs(found), noises, np.max)


def _mask(signals: Signals, runs: Sequence[tuple[int, int]]) -> Mask:
    mask = np.zeros(len(signals), np.bool_)
    for first, end in runs:
        mask[first:end] = True
    return mask
