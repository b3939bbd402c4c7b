"""The picture of a recording, without its sound: pictures to look at, and signals ten times a second."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chunkers.arguments import Look, clock_shift, command, picture_outputs, source
from chunkers.decoding import Decoded, Decoding, check_end, judge, runs_away
from chunkers.ffmpeg import Child, Pipe, find_ffmpeg
from chunkers.frames import changed_blocks
from chunkers.pairing import NumberedFrames
from chunkers.recording import Recording
from chunkers.signals import HEIGHT, RATE, SAMPLE, WIDTH, SignalReducer, Signals
from chunkers.spans import Span, to_ticks
from chunkers.video import choose_video


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What is shown at one moment."""

    at: int
    """In ticks."""
    yuv: NDArray[np.uint8]
    """(h * 3 // 2, w), planes as in yuv420p; colours as in JPEG: BT.601, all of 0..255."""

    @property
    def gray(self) -> NDArray[np.uint8]:
        """(h, w), its grey levels."""
        return self.yuv[: len(self.yuv) * 2 // 3]


@dataclass(frozen=True, slots=True, eq=False)
class PictureSegment:
    """One chunk of the picture. Spans touch, do not overlap and add up to the whole."""

    index: int
    span: Span
    pictures: tuple[Picture, ...]
    """The first one, and each that differs from the one before it here; none behind the end of the picture."""
    signals: Signals


Pictures = Decoding[PictureSegment]


def pictures(
    recording: Recording,
    ends: Sequence[int] = (),
    *,
    video: int | None = None,
    fps: Fraction | int = 1,
    side: int = 1280,
    length_s: float = 60,
    stall_s: float = 60,
    ffmpeg: Path | None = None,
    read_ahead: int = 1,
) -> Pictures:
    """The picture segments of `recording`, in order, from one decode pass that leaves the sound alone.

    Pictures are what is shown at k / `fps`, the longer side at most `side` pixels. Segments end at each of `ends`, in
    ticks and ascending, and behind the last of them every `length_s`; the last one ends where the picture does, or the
    last of `ends`. `video` is a video track's index, None takes the default one.

    A minute of 1280x720 that changes all the time is 83 MB.

    Raises `NoVideoError` and `TrackError` at once; see `Decoding` for what comes later.
    """
    track = choose_video(recording, video)
    size = picture_size(track.width, track.height, side)
    cutter = PictureCutter(size, ends, rate=Fraction(fps), length=to_ticks(Fraction(length_s)))
    media = source(recording)
    binary = find_ffmpeg(ffmpeg)
    pipes = {name: Pipe() for name in ("frames", "stamps", "small", "small_stamps")}
    frames, stamps, small, small_stamps = (pipe.address for pipe in pipes.values())
    colours = ":out_range=full:out_color_matrix=bt601"
    looks = (
        Look(Fraction(fps), size, "yuv420p", frames, stamps, colours, deinterlace=True),
        # The mean of each area: noise and the fields of interlaced frames cancel out.
        Look(Fraction(RATE), (WIDTH, HEIGHT), "gray", small, small_stamps, ":flags=area"),
    )
    outputs = picture_outputs(media, track.index, looks, shift=clock_shift(recording, track, None))
    child = Child(command(binary, *outputs), pipes, source=recording.path, stall_s=stall_s)
    end = None if track.duration is None else to_ticks(track.start + track.duration)
    return Decoding(
        child,
        _cut(child, cutter, recording, end),
        lambda: _report(child, cutter, recording, end),
        read_ahead,
    )


def picture_size(width: int, height: int, side: int) -> tuple[int, int]:
    """The (width, height) of a `width` x `height` picture whose longer side is at most `side`: even, never enlarged."""
    if min(width, height) < 1 or side < 2:
        raise ValueError(f"no size for {width}x{height} in {side}")
    scale = min(Fraction(1), Fraction(side, max(width, height)))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def _cut(child: Child, cutter: PictureCutter, recording: Recording, end: int | None) -> Iterator[PictureSegment]:
    feed = {
        "frames": cutter.feed_frames,
        "stamps": cutter.feed_stamps,
        "small": cutter.feed_small,
        "small_stamps": cutter.feed_small_stamps,
    }
    stopped = False
    for name, data in child:
        feed[name](data)
        yield from cutter.segments()
        if name == "stamps" and runs_away(cutter.seen, end or recording.duration, recording):
            child.kill()
            stopped = True
            break
    check_end(child, recording, gave=cutter.seen > 0, stopped=stopped, what="video")
    cutter.end(end)
    yield from cutter.segments()


def _report(child: Child, cutter: PictureCutter, recording: Recording, end: int | None) -> Decoded:
    return judge(child, cutter.seen, end or recording.duration, recording, exact=True, notes=cutter.notes)


class PictureCutter:
    """Cuts streams of frames and their stamps into segments; see `pictures`. `length` is in ticks."""

    def __init__(self, size: tuple[int, int], ends: Sequence[int], *, rate: Fraction, length: int) -> None:
        if rate <= 0 or length < 1 or list(ends) != sorted(set(ends)) or (ends and ends[0] < 1):
            raise ValueError(f"no segments can be cut at {rate} a second, length {length}, ends {list(ends)[:3]}...")
        width, height = size
        self._frames = NumberedFrames((height * 3 // 2, width))
        self._small = NumberedFrames((HEIGHT, WIDTH))
        self._ends = list(ends)
        self._rate = rate
        self._length = length
        self._pictures: deque[Picture] = deque()
        self._last: Picture | None = None
        self._border = 0
        self._next_frame = 0
        self._pictured = 0
        self._next_sample = 0
        self._reducer = SignalReducer()
        self._late = 0
        self._final = False
        self._index = 0
        self._done = 0
        self.seen = 0
        """How far the picture has come, in ticks; where it ends, once `end` was called."""

    @property
    def notes(self) -> list[str]:
        """What was left out, in words."""
        late = f"{self._late} frame(s) were left out: their time stamps overlap what came before them."
        return [late] if self._late else []

    def feed_frames(self, data: bytes) -> None:
        """Take in yuv420p frames, in pieces of any length."""
        self._frames.feed_pixels(data)
        self._keep()

    def feed_stamps(self, data: bytes) -> None:
        """Take in their stamps, in pieces of any length (see `NumberedFrames`)."""
        self._frames.feed_stamps(data)
        self._keep()

    def feed_small(self, data: bytes) -> None:
        """Take in small grey frames, in pieces of any length."""
        self._small.feed_pixels(data)
        self._reduce()

    def feed_small_stamps(self, data: bytes) -> None:
        """Take in their stamps, in pieces of any length."""
        self._small.feed_stamps(data)
        self._reduce()

    def end(self, picture_end: int | None) -> None:
        """Nothing more will come. `picture_end`: where the header says that the last frame goes, in ticks."""
        self._final = True
        if picture_end is not None and self._next_sample:
            # The last frame is shown for at most one interval of the samples, and for at least a moment.
            self.seen = min(max(picture_end, (self._next_sample - 1) * SAMPLE + 1), self.seen)
        if self._next_frame:
            self.seen = max(self.seen, self._tick(self._next_frame - 1) + 1)

    def segments(self) -> Iterator[PictureSegment]:
        """Every segment that can be cut by now."""
        while (end := self._next_end()) is not None:
            yield self._take(end)

    def _next_end(self) -> int | None:
        end = self._border_behind(self._done)
        if self._final:
            whole = max(self.seen, self._ends[-1] if self._ends else 0)
            return min(end, whole) if whole > self._done else None
        return end if min(self.seen, self._pictured) >= end else None

    def _border_behind(self, tick: int) -> int:
        """Where the segment that holds `tick` ends."""
        position = bisect_right(self._ends, tick)
        if position < len(self._ends):
            return self._ends[position]
        last = self._ends[-1] if self._ends else 0
        return last + ((tick - last) // self._length + 1) * self._length

    def _keep(self) -> None:
        for number, yuv in self._frames.take():
            if number < self._next_frame:
                self._late += 1
                continue
            self._next_frame = number + 1
            self._pictured = self._tick(number + 1)
            picture = Picture(self._tick(number), yuv)
            if (
                self._last is not None
                and picture.at < self._border
                and not changed_blocks(self._last.gray, picture.gray).any()
            ):
                continue
            self._last = picture
            self._border = self._border_behind(picture.at)
            self._pictures.append(picture)

    def _reduce(self) -> None:
        for number, frame in self._small.take():
            if number < self._next_sample:
                continue
            self._reducer.feed(number, frame)
            self._next_sample = number + 1
            self.seen = self._next_sample * SAMPLE

    def _tick(self, number: int) -> int:
        return to_ticks(number / self._rate)

    def _take(self, end: int) -> PictureSegment:
        found = []
        while self._pictures and self._pictures[0].at < end:
            found.append(self._pictures.popleft())
        segment = PictureSegment(self._index, Span(self._done, end), tuple(found), self._reducer.take(end))
        self._index += 1
        self._done = end
        return segment
