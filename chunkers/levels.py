"""How loud the audio tracks are; only in the process of `chunkers.probe_child`."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Sequence
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from chunkers.demuxing import open_container
from chunkers.errors import MediaError
from chunkers.tracks import SILENT_DB

EXCERPTS = 12
EXCERPT_S = 2.0
_ROUNDING = 1e-14
_POINTERS = 8
"""Planes from which on PyAV looks for one more than there are: 18 ends the process when it is read, 19 refuses all."""


Levels = tuple[float, ...]
"""In dBFS, a value a channel; none where nothing could be decoded. -inf is digital silence."""


def measure_levels(path: Path, duration_s: float, tracks: int) -> tuple[Levels, ...]:
    """The levels of each audio track: the RMS of each channel, an offset left out, in its loudest excerpt.

    Twelve excerpts of two seconds are spread evenly, so that the cost does not grow with the duration; a track that
    speaks only between them shows a lower level than it has.
    """
    loudest: list[Levels] = [()] * tracks
    for number in range(EXCERPTS if duration_s > EXCERPTS * EXCERPT_S else 1):
        start_s = duration_s * number / EXCERPTS
        length_s = EXCERPT_S if duration_s > EXCERPTS * EXCERPT_S else EXCERPTS * EXCERPT_S
        for index, found in enumerate(_levels(path, start_s, length_s, tracks)):
            loudest[index] = _louder(loudest[index], found)
    return tuple(loudest)


class _Meter:
    """The power of each channel of one track, from its frames."""

    def __init__(self) -> None:
        self._count = 0
        self._rate = 1
        self._sums: NDArray[np.float64] = np.zeros(0)
        self._squares: NDArray[np.float64] = np.zeros(0)

    def take(self, frame: AudioFrame) -> None:
        """Count the samples of `frame`, if it has as many channels as the first."""
        samples = _samples(frame)
        self._rate = frame.sample_rate
        if not self._count:
            self._sums, self._squares = np.zeros(len(samples)), np.zeros(len(samples))
        if len(samples) == len(self._sums):
            self._sums += samples.sum(axis=1)
            self._squares += (samples**2).sum(axis=1)
            self._count += samples.shape[1]

    @property
    def seconds(self) -> float:
        """How much was counted so far."""
        return self._count / self._rate

    @property
    def levels(self) -> Levels:
        """What was counted so far."""
        means = self._sums / max(1, self._count)
        powers = self._squares / max(1, self._count) - means**2
        # What is left of a constant after rounding is no sound.
        return tuple(10 * math.log10(power) if power > _ROUNDING else -math.inf for power in powers)


def _samples(frame: AudioFrame) -> NDArray[np.float64]:
    """(channels, samples), full scale being 1."""
    if frame.format.is_planar and frame.layout.nb_channels >= _POINTERS:
        frame = _interleaved(frame)
    raw = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, frame.layout.nb_channels).T
    samples = raw.astype(np.float64)
    if raw.dtype == np.uint8:
        return (samples - 128) / 128
    return samples / 2.0 ** (8 * raw.itemsize - 1) if raw.dtype.kind == "i" else samples


def _interleaved(frame: AudioFrame) -> AudioFrame:
    """The frame with its channels in one plane; not for fewer: the resampler crashes on some without a layout."""
    resampler = av.AudioResampler(frame.format.packed.name, frame.layout, frame.sample_rate)
    return resampler.resample(frame)[0]


def listen_through(path: Path, tracks: Sequence[int], first: int, budget_s: float) -> tuple[dict[int, Levels], bool]:
    """The levels of `tracks`, each in its loudest second, and whether every second was measured.

    It ends as soon as `first`, one of them, is loud enough to hold a voice: then only its level is given. After
    `budget_s` seconds of work, and where the file cannot be read to its end, none is.
    """
    until = time.monotonic() + budget_s
    loudest: dict[int, Levels] = dict.fromkeys(tracks, ())
    with contextlib.suppress(av.error.FFmpegError, MediaError), open_container(path) as container:
        meters = {container.streams.audio[index].index: (index, _Meter()) for index in tracks}
        for packet in container.demux(audio=list(tracks)):
            index, meter = meters[packet.stream.index]
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                for frame in packet.decode():
                    if isinstance(frame, AudioFrame):
                        meter.take(frame)
            # A packet without data is the last of its track.
            if meter.seconds < 1 and packet.size:
                continue
            loudest[index] = _louder(loudest[index], meter.levels)
            meters[packet.stream.index] = (index, _Meter())
            if max(loudest[first], default=-math.inf) >= SILENT_DB:
                return {first: loudest[first]}, False
            if time.monotonic() > until:
                return {}, False
        return loudest, True
    return {}, False


def _louder(known: Levels, found: Levels) -> Levels:
    """The louder of two, channel by channel; where the channels change on the way, those of the first count."""
    known = known or found
    return tuple(map(max, known, found)) if len(found) == len(known) else known


def _levels(path: Path, start_s: float, length_s: float, tracks: int) -> list[Levels]:
    """The levels of each track within `length_s` seconds of `start_s`."""
    meters = [_Meter() for _ in range(tracks)]
    with (
        contextlib.suppress(av.error.FFmpegError, MediaError),
        open_container(path) as container,
    ):
        indices = {stream.index: index for index, stream in enumerate(container.streams.audio)}
        if start_s:
            container.seek(int(start_s * av.time_base) + (container.start_time or 0))
        for packet in container.demux(audio=list(range(tracks))):
            at_s = None if packet.pts is None or not packet.time_base else packet.pts * float(packet.time_base)
            if at_s is not None and at_s - (container.start_time or 0) / av.time_base > start_s + length_s:
                break
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                for frame in packet.decode():
                    if isinstance(frame, AudioFrame):
                        meters[indices[packet.stream.index]].take(frame)
    return [meter.levels for meter in meters]
