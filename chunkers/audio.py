"""Audio windows: what a model hears at once, cut where nobody speaks."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg as builder
import numpy as np
from numpy.typing import NDArray

from chunkers.decoding import Decoded, Decoding, judge
from chunkers.errors import DecodeError, NoAudioError
from chunkers.ffmpeg import Child, Pipe, find_ffmpeg, input_options
from chunkers.media import Recording
from chunkers.silence import is_silent, quiet_point
from chunkers.spans import TICKS_PER_SECOND, Span, to_ticks
from chunkers.tracks import Choice, audio_duration, check_choice, choose_audio


@dataclass(frozen=True, slots=True)
class WindowRules:
    """How a recording is cut into windows; in seconds."""

    length_s: float = 30
    """What a model can hear at once; lead-in included."""
    cut_range_s: float = 5
    """The cut is sought in the last so many seconds."""
    lead_in_s: float = 1.5
    """What the next window hears again where the cut may have hit a word."""

    def __post_init__(self) -> None:
        if not (self.cut_range_s > 0 and self.lead_in_s >= 0 and self.cut_range_s + self.lead_in_s < self.length_s):
            raise ValueError(f"lead-in and cut range do not fit into the window: {self}")

    @property
    def length(self) -> int:
        """The longest window, in ticks."""
        return to_ticks(Fraction(self.length_s))

    @property
    def cut_range(self) -> int:
        """The range of the cut, in ticks."""
        return to_ticks(Fraction(self.cut_range_s))

    @property
    def lead_in(self) -> int:
        """The lead-in, in ticks."""
        return to_ticks(Fraction(self.lead_in_s))


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One chunk of audio. Owned spans touch, do not overlap and add up to the duration."""

    index: int
    span: Span
    """What it owns."""
    heard: Span
    """What its samples cover: `span`, and before it the lead-in where there is one."""
    samples: NDArray[np.float32]
    """1-D, 16 kHz mono, in [-1, 1]; one a tick of `heard`."""
    silent: bool
    """Nothing was said in it; see `chunkers.silence.is_silent`."""


class WindowCutter:
    """Cuts a stream of 16-bit samples into windows. Knows nothing of files; holds at most one window."""

    def __init__(self, rules: WindowRules) -> None:
        self._rules = rules
        self._pcm = bytearray()
        self._heard_start = 0
        self._owned_start = 0
        self._index = 0

    @property
    def received(self) -> int:
        """The ticks that came in so far."""
        return self._heard_start + len(self._pcm) // 2

    def feed(self, data: bytes) -> Iterator[Window]:
        """The windows that are complete once `data` (little-endian, of any length) is in."""
        self._pcm += data
        # Strictly longer: only then there is a next window for what is behind the cut.
        while len(self._pcm) // 2 > self._rules.length:
            heard = self._samples(self._rules.length)
            pause = quiet_point(heard, self._rules.length - self._rules.cut_range)
            if pause is None:
                yield self._window(heard, keep=self._rules.lead_in)
            else:
                yield self._window(heard[:pause], keep=0)

    def finish(self) -> Iterator[Window]:
        """The last window, if anything is left."""
        if self.received > self._owned_start:
            yield self._window(self._samples(len(self._pcm) // 2), keep=0)

    def _samples(self, count: int) -> NDArray[np.int16]:
        return np.frombuffer(bytes(self._pcm[: 2 * count]), "<i2")

    def _window(self, pcm: NDArray[np.int16], *, keep: int) -> Window:
        """The window of `pcm`, after which the next one hears the last `keep` ticks again."""
        end = self._heard_start + len(pcm)
        window = Window(
            index=self._index,
            span=Span(self._owned_start, end),
            heard=Span(self._heard_start, end),
            samples=pcm.astype(np.float32) / np.float32(32768),
            silent=is_silent(pcm),
        )
        del self._pcm[: 2 * (len(pcm) - keep)]
        self._index += 1
        self._owned_start = end
        self._heard_start = end - keep
        return window


Windows = Decoding[Window]


def windows(
    recording: Recording,
    rules: WindowRules | None = None,
    *,
    track: Choice | None = None,
    read_ahead: int = 4,
    stall_s: float = 60,
    ffmpeg: Path | None = None,
) -> Windows:
    """The audio windows of `recording`, in order, in one decode pass.

    `track` is an audio track's index or "mix"; None takes `choose_audio`'s default. The same file, rules and
    ffmpeg give the same windows, whatever the timing. `stall_s` is how long the source may give nothing.

    Raises `NoAudioError` and `TrackError` at once; see `Decoding` for what comes later.
    """
    if not recording.audio:
        raise NoAudioError(recording.path, "has no audio track.", cure="Choose a recording with sound.")
    if track is None:
        (track, *_), _ = choose_audio(recording, None)
    check_choice(recording, track)
    binary = find_ffmpeg(ffmpeg)
    pipe = Pipe()
    sound = audio_output(builder.input(f"file:{recording.path}", **input_options()), recording, track, pipe.address)
    child = Child(command(binary, sound), {"audio": pipe}, source=recording.path, stall_s=stall_s)
    cutter = WindowCutter(rules or WindowRules())
    return Decoding(child, _cut(child, cutter, recording), lambda: _report(child, cutter, recording, track), read_ahead)


def command(binary: Path, outputs: Any) -> list[str]:
    """The command line of ffmpeg-python's `outputs`."""
    program, *arguments = builder.compile(outputs, cmd=str(binary))
    return [program, "-nostdin", "-hide_banner", "-v", "error", *arguments]


# async=1 fills gaps with silence; first_pts=0 also the one before a track that starts late: one clock for all.
_ON_THE_CLOCK = f"aresample={TICKS_PER_SECOND}:async=1:min_hard_comp=0.1:first_pts=0"


def audio_output(source: Any, recording: Recording, track: Choice, address: str) -> Any:
    """ffmpeg-python's output of `track` as 16 kHz mono 16-bit samples to `address`."""
    options = {"format": "s16le", "acodec": "pcm_s16le", "ac": 1}
    if track != "mix":
        return builder.output(source[f"a:{track}"], address, af=_ON_THE_CLOCK, **options)
    count = len(recording.audio)
    chains = [f"[0:a:{n}]{_ON_THE_CLOCK},aformat=channel_layouts=mono[a{n}]" for n in range(count)]
    inputs = "".join(f"[a{n}]" for n in range(count))
    # The plain average: it cannot clip, and one gain holds from start to end.
    mixed = f"{inputs}amix=inputs={count}:duration=longest:normalize=0,volume=1/{count}[mix]"
    return builder.output(source, address, filter_complex=";".join([*chains, mixed]), map="[mix]", **options)


def _cut(child: Child, cutter: WindowCutter, recording: Recording) -> Iterator[Window]:
    for _, data in child:
        yield from cutter.feed(data)
    if child.returncode == -signal.SIGKILL:
        # The end of what came is not the end of the recording: give no window that owns less than it should.
        raise DecodeError(recording.path, "ffmpeg was killed.", cure="Try again; is there enough memory?")
    if not cutter.received:
        said = "; ".join(child.errors[:3]) or f"exit code {child.returncode}"
        raise DecodeError(recording.path, f"no audio could be decoded ({said}).", cure="The file is damaged.")
    yield from cutter.finish()


def _report(child: Child, cutter: WindowCutter, recording: Recording, track: Choice) -> Decoded:
    duration = audio_duration(recording, track)
    return judge(
        cutter.received,
        duration,
        exact=recording.exact_duration,
        errors=tuple(child.errors),
        error_lines=child.error_lines,
        ended="" if not child.returncode else f"ffmpeg ended with status {child.returncode}.",
    )
