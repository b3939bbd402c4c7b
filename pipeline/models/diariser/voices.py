"""The embedded diariser: the pieces of speech in half a minute of sound, each with a vector of its voice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.diariser.campplus import CamPlusPlus
from pipeline.models.diariser.features import FRAME
from pipeline.models.diariser.files import NAME, SEGMENTATION, VOICE
from pipeline.models.diariser.segmentation import CHUNK, FIRST, FRAMES, PEOPLE, STEP, Segmentation
from pipeline.models.diariser.tensors import read_tensors
from pipeline.models.protocol import Samples, VoicePiece

VERSION = 1
"""Raised when code changes the pieces although no weights did."""

PAUSE = TICKS_PER_SECOND // 5
"""A pause of so many samples divides speech."""

LONGEST = 3 * TICKS_PER_SECOND
"""Longest piece, in samples."""

SHORTEST = TICKS_PER_SECOND // 10
"""Shorter speech is none."""

_LEAST = 2 * TICKS_PER_SECOND // 5
"""Samples that a vector needs: a shorter piece is looked at with what is around it."""

_TELEPHONE_HZ = 4200
_ABOVE = 1e-3
"""Share of a frame's energy above the telephone's band that no frame of a piece on the telephone has. Measured: in
speech at full width the hissing sounds have more than a half of it there."""

Frames = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples from `start` to `end` in which one speaker speaks, alone or not."""

    start: int
    end: int
    overlapped: bool


class Diariser:
    """Both networks, one thread each."""

    def __init__(self, folder: Path) -> None:
        """Load the weights in `folder`. Raises `WeightsDamagedError`, `ModelError`."""
        self._segmentation = Segmentation(read_tensors(folder / SEGMENTATION.name))
        self._voice = CamPlusPlus(read_tensors(folder / VOICE.name))

    @property
    def name(self) -> str:
        """Names of the weights, as rows and reports show them."""
        return NAME

    def voices(self, samples: Samples) -> list[VoicePiece]:
        """The pieces of speech in 16 kHz `samples` (half a minute, or less), in order of their starts.

        Raises `ModelError` where a network failed.
        """
        found = [self._piece(samples, *one) for one in self._stretches(samples)]
        return sorted(found, key=lambda piece: (piece.start, piece.local))

    def _stretches(self, samples: Samples) -> Iterator[tuple[int, Stretch]]:
        """Every stretch of speech, and whose it is."""
        if not len(samples):
            return
        begins = chunk_starts(len(samples))
        chunks = [np.pad(one, (0, CHUNK - len(one))) for one in (samples[at : at + CHUNK] for at in begins)]
        done = 0
        for number, (begin, speaking) in enumerate(zip(begins, self._segmentation.speaking(chunks), strict=True)):
            end = min(begin + CHUNK, len(samples))
            for person in range(PEOPLE):
                for stretch in stretches(speaking, person, begin, (done, end)):
                    yield number * PEOPLE + person, stretch
            done = end

    def _piece(self, samples: Samples, local: int, stretch: Stretch) -> VoicePiece:
        missing = max(0, _LEAST - (stretch.end - stretch.start))
        start = max(0, min(stretch.start - missing // 2, len(samples) - _LEAST))
        sound = samples[start : max(stretch.end, start + _LEAST)]
        sound = np.pad(sound, (0, max(0, _LEAST - len(sound))))
        return VoicePiece(
            start=stretch.start,
            end=stretch.end,
            embedding=self._voice.embedding(sound),
            overlapped=stretch.overlapped,
            local=local,
            narrow=is_narrow(sound),
        )


def chunk_starts(length: int) -> list[int]:
    """Where the chunks of the segmentation begin in `length` samples: they cover it, the last one from its end back."""
    starts = list(range(0, length, CHUNK))
    return [*starts[:-1], max(0, length - CHUNK)]


def stretches(speaking: Frames, person: int, begin: int, own: tuple[int, int]) -> list[Stretch]:
    """The speech of `person` in one chunk, (frames, people), that begins at sample `begin`; inside `own` only.

    Pauses shorter than `PAUSE` are none, nor are changes between speaking alone and with others that last no longer;
    what is longer than `LONGEST` is divided evenly.
    """
    alone = _held(speaking[:, person])
    others = _held(speaking[:, person] & (speaking.sum(axis=1) > 1)) & alone
    found: list[Stretch] = []
    for first, last in _runs(alone, others):
        start, end = max(_sample(begin, first), own[0]), min(_sample(begin, last), own[1])
        if end - start < SHORTEST:
            continue
        parts = -(-(end - start) // LONGEST)
        borders = [start + (end - start) * part // parts for part in range(parts + 1)]
        overlapped = bool(others[first])
        found += [Stretch(*pair, overlapped) for pair in itertools.pairwise(borders)]
    return found


def is_narrow(samples: Samples) -> bool:
    """Whether nothing is heard in `samples` above the telephone's band."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[:: FRAME // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME))) ** 2
    first = _TELEPHONE_HZ * FRAME // TICKS_PER_SECOND
    whole = power.sum(axis=1)
    loud = whole > 1e-4 * whole.max(initial=0.0)
    shares = power[loud, first:].sum(axis=1) / np.maximum(whole[loud], 1e-12)
    return bool(len(shares)) and float(np.quantile(shares, 0.95)) < _ABOVE


def _held(active: Frames) -> Frames:
    """`active` with its short gaps filled."""
    held = active.copy()
    for first, last in _spans(~active):
        if first > 0 and last < len(active) and (last - first) * STEP < PAUSE:
            held[first:last] = True
    return held


def _runs(active: Frames, others: Frames) -> Iterator[tuple[int, int]]:
    """Where the frames are active, cut where `others` begin or end; what is too short to be told apart is not cut."""
    long = np.zeros_like(others)
    for first, last in _spans(others):
        long[first:last] = (last - first) * STEP >= PAUSE
    others &= long
    for first, last in _spans(active):
        borders = [first, *(first + 1 + np.flatnonzero(np.diff(others[first:last]))).tolist(), last]
        yield from itertools.pairwise(borders)


def _spans(flags: Frames) -> list[tuple[int, int]]:
    """Where `flags` are set: first, and first that no longer is."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _sample(begin: int, frame: int) -> int:
    """Where `frame` begins: the samples nearer to its middle than to another frame's. The edge frames reach out."""
    if frame == 0:
        return begin
    if frame == FRAMES:
        return begin + CHUNK
    return begin + FIRST + frame * STEP - STEP // 2
