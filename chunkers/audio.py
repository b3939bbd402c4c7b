"""Audio windows: what a model hears at once, cut where nobody speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chunkers.arguments import audio_output, command, source
from chunkers.channels import Mixer, mixed, mixer
from chunkers.decoding import Decoded, Decoding, check_end, judge, runs_away
from chunkers.errors import NoAudioError
from chunkers.ffmpeg import Child, Pipe, find_ffmpeg
from chunkers.recording import Recording
from chunkers.silence import is_silent, quiet_point
from chunkers.spans import TICKS_PER_SECOND, Span, to_ticks
from chunkers.tracks import Choice, Each, audio_duration, audio_start, check_choice, choose_audio


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
    voices: tuple[NDArray[np.float32], ...] = ()
    """What each track or channel holds of `heard` by itself, as `samples` are, where that was asked for."""


Cut = tuple[int, int]
"""Where a window ends, and how much of it the one behind hears again; in ticks."""


class WindowCutter:
    """Cuts a stream of 16-bit samples into windows. Knows nothing of files; holds at most what is not yet cut.

    `cuts` are made as they are given, in order; `rules` decide what is behind them, and before one that would make a
    window longer than they allow.
    """

    def __init__(self, rules: WindowRules, cuts: Sequence[Cut] = (), voices: int = 0) -> None:
        """`voices`: how many tracks or channels come beside the samples (`feed_voices`)."""
        self._rules = rules
        self._voices = voices
        self._apart = bytearray()
        self._cuts = cuts
        self._next = 0
        self._pcm = bytearray()
        self._heard_start = 0
        self._owned_start = 0
        self._index = 0

    @property
    def received(self) -> int:
        """The ticks that came in so far."""
        return self._heard_start + len(self._pcm) // 2

    def feed(self, data: bytes) -> None:
        """Take in little-endian samples, in pieces of any length."""
        self._pcm += data

    def feed_voices(self, data: bytes) -> None:
        """Take in the same stretch of the tracks or channels beside, their samples interleaved."""
        self._apart += data

    def given(self, ahead: int = 0) -> Cut | None:
        """The next cut that was given and is still to be made, or the one `ahead` behind it."""
        at = self._next + ahead
        return self._cuts[at] if at < len(self._cuts) else None

    def next_cut(self, *, final: bool = False) -> Cut | None:
        """Where the next window ends and how much of it the one behind hears again, both in ticks.

        None: more has to come in first. `final`: nothing more will.
        """
        given = self.given()
        if given is not None and given[0] - self._heard_start > self._rules.length:
            given = None
        if given is not None and self.received > given[0]:
            return given
        if given is not None and not final:
            return None
        # Strictly longer: only then is there a next window for what is behind the cut.
        if self.received > self._heard_start + self._rules.length:
            heard = self._samples(self._heard_start, self._heard_start + self._rules.length)
            pause = quiet_point(heard, self._rules.length - self._rules.cut_range)
            if pause is not None:
                return self._heard_start + pause, 0
            return self._heard_start + self._rules.length, self._rules.lead_in
        if final and self.received > self._owned_start:
            return self.received, 0
        return None

    def pause_within(self, start: int, end: int) -> int | None:
        """The quiet tick in [start, end), judged by the loudness of the next window."""
        found = quiet_point(self._samples(self._heard_start, end), start - self._heard_start)
        return None if found is None else self._heard_start + found

    def take(self, end: int, keep: int) -> Window:
        """The next window, up to `end`; the one behind it hears its last `keep` ticks again."""
        pcm = self._samples(self._heard_start, end)
        window = Window(
            index=self._index,
            span=Span(self._owned_start, end),
            heard=Span(self._heard_start, end),
            samples=pcm.astype(np.float32) / np.float32(32768),
            silent=is_silent(pcm),
            voices=self._voices_until(end),
        )
        keep = min(keep, len(pcm))
        del self._apart[: 2 * self._voices * (len(pcm) - keep)]
        del self._pcm[: 2 * (len(pcm) - keep)]
        self._index += 1
        self._owned_start = end
        while self._next < len(self._cuts) and self._cuts[self._next][0] <= end:
            self._next += 1
        self._heard_start = end - keep
        return window

    def windows(self, *, final: bool = False) -> Iterator[Window]:
        """Every window that can be cut by now."""
        while cut := self.next_cut(final=final):
            yield self.take(*cut)

    def _samples(self, start: int, end: int) -> NDArray[np.int16]:
        part = self._pcm[2 * (start - self._heard_start) : 2 * (end - self._heard_start)]
        return np.frombuffer(part, "<i2")

    def _voices_until(self, end: int) -> tuple[NDArray[np.float32], ...]:
        part = self._apart[: 2 * self._voices * (end - self._heard_start)]
        samples = np.frombuffer(part, "<i2").astype(np.float32) / np.float32(32768)
        return tuple(np.ascontiguousarray(one) for one in samples.reshape(-1, self._voices).T) if self._voices else ()


Windows = Decoding[Window]


def windows(
    recording: Recording,
    rules: WindowRules | None = None,
    *,
    track: Choice | None = None,
    channel: int | None = None,
    each: Each | None = None,
    read_ahead: int = 4,
    stall_s: float = 60,
    ffmpeg: Path | None = None,
    cuts: Sequence[Cut] = (),
) -> Windows:
    """The audio windows of `recording`, in order, in one decode pass.

    `track` is an audio track's index or "mix"; None takes `choose_audio`'s default. `channel` is the only channel of it
    to be heard, from 0; None hears all of them as one (see `chunkers.channels`). `each` keeps every track, or
    every channel, by itself too (`Window.voices`). The same file, rules and ffmpeg give the same windows, whatever the
    timing. `stall_s` is how long the source may give nothing. `cuts` are those of an earlier pass, which are made again
    although another decoder may find another quiet point.

    Raises `NoAudioError` and `TrackError` at once; see `Decoding` for what comes later.
    """
    if not recording.audio:
        raise NoAudioError(recording.path, "has no audio track.", cure="Choose a recording with sound.")
    if track is None:
        (track, *_), _ = choose_audio(recording, None)
    check_choice(recording, track)
    mix = mixer(recording, track, channel, each)
    binary = find_ffmpeg(ffmpeg)
    pipe = Pipe()
    sound = audio_output(source(recording), recording, track, pipe.address)
    child = Child(command(binary, sound), {"audio": pipe}, source=recording.path, stall_s=stall_s)
    cutter = WindowCutter(rules or WindowRules(), cuts, mix.voices)
    return Decoding(
        child,
        _cut(child, cutter, mix, recording, track),
        lambda: _report(child, cutter, mix, recording, track),
        read_ahead,
    )


def _cut(child: Child, cutter: WindowCutter, mix: Mixer, recording: Recording, track: Choice) -> Iterator[Window]:
    header = audio_duration(recording, track)
    start = audio_start(recording, track)
    heard = stopped = False
    for _, data in mixed(child, mix):
        if not heard:
            for second in silence(start):
                cutter.feed(second)
                cutter.feed_voices(bytes(mix.voices * len(second)))
                yield from cutter.windows()
        heard = True
        cutter.feed(data)
        cutter.feed_voices(mix.take_voices())
        yield from cutter.windows()
        if runs_away(cutter.received, header, recording):
            child.kill()
            stopped = True
            break
    check_end(child, recording, gave=heard, stopped=stopped, what="audio")
    yield from cutter.windows(final=True)


def silence(ticks: int) -> Iterator[bytes]:
    """`ticks` of 16-bit silence, a second at a time: a track may start hours late."""
    for start in range(0, ticks, TICKS_PER_SECOND):
        yield bytes(2 * min(TICKS_PER_SECOND, ticks - start))


def _report(child: Child, cutter: WindowCutter, mix: Mixer, recording: Recording, track: Choice) -> Decoded:
    header = audio_duration(recording, track)
    return judge(child, cutter.received, header, recording, exact=recording.exact_duration, notes=mix.notes)
