"""How loud the audio tracks are, from a few short excerpts; only in the process of `chunkers.probe_child`."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import av
import av.error
import numpy as np

from chunkers.demuxing import open_container
from chunkers.errors import MediaError

EXCERPTS = 12
EXCERPT_S = 2.0


def measure_levels(path: Path, duration_s: float, tracks: int) -> tuple[float | None, ...]:
    """The level of each audio track in dBFS: the RMS, mixed to mono, of the loudest of twelve excerpts of two seconds.

    They are spread evenly, so that the cost does not grow with the duration; a track that speaks only between them
    shows a lower level than it has. -inf is digital silence; None: nothing of the track could be decoded.
    """
    loudest: list[float | None] = [None] * tracks
    for number in range(EXCERPTS if duration_s > EXCERPTS * EXCERPT_S else 1):
        start_s = duration_s * number / EXCERPTS
        length_s = EXCERPT_S if duration_s > EXCERPTS * EXCERPT_S else EXCERPTS * EXCERPT_S
        for index, power in enumerate(_powers(path, start_s, length_s, tracks)):
            if power is not None:
                level = 10 * math.log10(power) if power else -math.inf
                known = loudest[index]
                loudest[index] = level if known is None else max(known, level)
    return tuple(loudest)


def _powers(path: Path, start_s: float, length_s: float, tracks: int) -> list[float | None]:
    """The mean power of each track within `length_s` seconds of `start_s`."""
    sums = [0.0] * tracks
    counts = [0] * tracks
    with (
        contextlib.suppress(av.error.FFmpegError, MediaError),
        open_container(path) as container,
    ):
        indices = {stream.index: index for index, stream in enumerate(container.streams.audio)}
        mono = [av.AudioResampler(format="flt", layout="mono") for _ in range(tracks)]
        if start_s:
            container.seek(int(start_s * av.time_base) + (container.start_time or 0))
        for packet in container.demux(audio=list(range(tracks))):
            at_s = None if packet.pts is None or not packet.time_base else packet.pts * float(packet.time_base)
            if at_s is not None and at_s - (container.start_time or 0) / av.time_base > start_s + length_s:
                break
            index = indices[packet.stream.index]
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                for frame in packet.decode():
                    for part in mono[index].resample(frame):
                        samples = part.to_ndarray().astype(np.float64)
                        sums[index] += float(np.vdot(samples, samples))
                        counts[index] += samples.size
    return [total / count if count else None for total, count in zip(sums, counts, strict=True)]
