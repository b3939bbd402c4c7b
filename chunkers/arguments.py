"""ffmpeg's command lines, built with ffmpeg-python. Pure: nothing is started here."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg as builder

from chunkers.ffmpeg import input_options
from chunkers.media import Recording
from chunkers.spans import TICKS_PER_SECOND
from chunkers.tracks import Choice

# async=1 fills gaps with silence; first_pts=0 also the one before a track that starts late: one clock for all.
_ON_THE_CLOCK = f"aresample={TICKS_PER_SECOND}:async=1:min_hard_comp=0.1:first_pts=0"

_MAX_PIXELS = 8192 * 4608
"""8K. A damaged header may claim more, and every frame of it would be allocated."""


def source(recording: Recording) -> Any:
    """ffmpeg-python's input node of `recording`, which can open nothing else."""
    return builder.input(f"file:{recording.path}", max_pixels=_MAX_PIXELS, **input_options())


def audio_output(media: Any, recording: Recording, track: Choice, address: str) -> Any:
    """`track` as 16 kHz mono 16-bit samples to `address`."""
    options = {"format": "s16le", "acodec": "pcm_s16le", "ac": 1}
    if track != "mix":
        return builder.output(media[f"a:{track}"], address, af=_ON_THE_CLOCK, **options)
    count = len(recording.audio)
    chains = [f"[0:a:{n}]{_ON_THE_CLOCK},aformat=channel_layouts=mono[a{n}]" for n in range(count)]
    inputs = "".join(f"[a{n}]" for n in range(count))
    # The plain average: it cannot clip, and one gain holds from start to end.
    mixed = f"{inputs}amix=inputs={count}:duration=longest:normalize=0,volume=1/{count}[mix]"
    return builder.output(media, address, filter_complex=";".join([*chains, mixed]), map="[mix]", **options)


def video_output(media: Any, track: int, fps: Fraction, size: tuple[int, int], address: str) -> Any:
    """Frames of video track `track`, `fps` a second, as rgb24 of `size` (width, height), to `address`.

    Frame k is what is shown at k / fps on the recording's clock; before the first picture it is the first picture.
    """
    # round=up: without it a frame is taken half an interval late. fps first: scaling every frame costs 1.7 times.
    filters = f"fps=fps={fps}:round=up:start_time=0,scale={size[0]}:{size[1]}"
    return builder.output(media[f"v:{track}"], address, vf=filters, format="rawvideo", pix_fmt="rgb24")


def command(binary: Path, *outputs: Any) -> list[str]:
    """The command line of one child that writes all `outputs`."""
    program, *arguments = builder.compile(builder.merge_outputs(*outputs), cmd=str(binary))
    return [program, "-nostdin", "-hide_banner", "-v", "error", *arguments]
