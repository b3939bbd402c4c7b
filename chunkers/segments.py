"""How frames and samples become segments: the planning, without files or processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from chunkers.audio import Cut, Window, WindowCutter, WindowRules, silence
from chunkers.frames import PATCH_PX, Frames, scene_cut
from chunkers.pairing import NumberedFrames
from chunkers.spans import Span, stamp, to_ticks

SKEW_S = 120
"""How far one track may run ahead of the other before the other is taken to be missing: bounds the memory."""


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """How a recording is cut into segments, and how large its frames are."""

    length_s: float = 60
    fps: Fraction | int = 1
    """Frames a second."""
    patches: int = 70
    """Patches a frame may have; Gemma 4 knows 70, 140, 280, 560 and 1120."""
    patch_px: int = PATCH_PX
    """The side of a square patch."""
    scene_range_s: float = 20
    """A new scene within the last so many seconds moves the border to it; 0 never does."""
    scene_threshold: float = 0.1
    """The mean change of the colours, of 1, that makes a new scene."""

    def __post_init__(self) -> None:
        if not (0 <= self.scene_range_s < self.length_s and self.fps > 0 and self.patches > 0 and self.patch_px > 0):
            raise ValueError(f"no segments can be cut by {self}")

    @property
    def rate(self) -> Fraction:
        """Frames a second, exactly."""
        return Fraction(self.fps)

    @property
    def length(self) -> int:
        """The longest segment, in ticks."""
        return to_ticks(Fraction(self.length_s))

    @property
    def scene_range(self) -> int:
        """The range of scene cuts, in ticks."""
        return to_ticks(Fraction(self.scene_range_s))


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One chunk of video. Spans touch, do not overlap and add up to the duration."""

    index: int
    span: Span
    frames: Frames
    """(n, height, width, 3), uint8, RGB; n is 0 where the picture has ended before the sound."""
    pts: tuple[Fraction, ...]
    """When each frame is shown, in seconds on the recording's clock."""
    windows: tuple[Window, ...]
    """Its own sound: their owned spans add up to `span`; none where the recording has no sound."""


class SegmentCutter:
    """Cuts streams of frames and samples into segments.

    A segment ends where an audio window ends, so that each window belongs to one segment; a new scene shortens its
    last window, unless its cut is among `cuts`. Without sound it ends at its full length or at a new scene.
    `sound_start` is the tick at which the first sample is heard, None without sound.
    """

    def __init__(
        self,
        rules: SegmentRules,
        window_rules: WindowRules | None,
        *,
        size: tuple[int, int],
        sound_start: int | None,
        cuts: Sequence[Cut] = (),
    ) -> None:
        self._rules = rules
        self._window_rules = window_rules or WindowRules()
        if sound_start is not None and self._window_rules.length > rules.length:
            raise ValueError(f"windows of {self._window_rules.length_s} s do not fit into {rules.length_s} s")
        self._shape = (size[1], size[0], 3)
        self._sound = None if sound_start is None else WindowCutter(self._window_rules, cuts)
        self._sound_start = sound_start or 0
        self._numbered = NumberedFrames(self._shape)
        self._frames: deque[tuple[int, Frames]] = deque()
        self._received = 0
        self._windows: list[Window] = []
        self._index = 0
        self._final = False
        self._picture_end = 0
        self._heard = False
        self._owed = 0
        self._late_frames = 0
        self._late_samples = 0
        self.done = 0
        """Where the last segment ended, in ticks."""

    @property
    def empty(self) -> bool:
        """Whether nothing came in so far."""
        return not self._received and not self._heard

    @property
    def notes(self) -> list[str]:
        """What was left out, in words."""
        notes = []
        if self._late_frames:
            notes.append(
                f"{self._late_frames} frame(s) came too late, {SKEW_S} s or more behind the sound, and were left out."
            )
        if self._late_samples:
            notes.append(f"{stamp(self._late_samples)} of sound came over {SKEW_S} s behind the picture: left out.")
        return notes

    def feed_frames(self, data: bytes) -> None:
        """Take in rgb24 frames, in pieces of any length."""
        self._numbered.feed_pixels(data)
        self._pair()

    def feed_stamps(self, data: bytes) -> None:
        """Take in lines, in pieces of any length, that hold `pts:k` for each frame in turn."""
        self._numbered.feed_stamps(data)
        self._pair()

    def _pair(self) -> None:
        for number, frame in self._numbered.take():
            if number < self._received or self._tick(number) < self.done:
                self._late_frames += 1
                continue
            self._frames.append((number, frame))
            self._received = number + 1

    def feed_audio(self, data: bytes) -> None:
        """Take in 16-bit samples, in pieces of any length."""
        if self._sound is None:
            raise ValueError("this recording has no sound")
        if not self._heard:
            self._heard = True
            for second in silence(self._sound_start - self._sound.received):
                self._sound.feed(second)
            self._owed = 2 * max(0, self._sound.received - self._sound_start)
        if self._owed:
            late = data[: self._owed]
            self._owed -= len(late)
            # The decoder fills a gap with zeros once it is over; those were given already.
            self._late_samples += int(np.count_nonzero(np.frombuffer(late, np.uint8))) // 2
            data = data[len(late) :]
        self._sound.feed(data)

    def end(self, picture_end: int | None) -> None:
        """Nothing more will come. `picture_end`: where the header says that the last frame goes, in ticks."""
        self._final = True
        self._picture_end = self._end_of_picture(picture_end)
        if self._sound is not None:
            # Where only the picture goes on, there is silence.
            self._sound.feed(bytes(2 * max(0, self._picture_end - self._sound.received)))

    def segments(self) -> Iterator[Segment]:
        """Every segment that can be cut by now."""
        while (end := self._next_end()) is not None:
            yield self._take(end)

    def _end_of_picture(self, header: int | None) -> int:
        """The last frame is shown for at most one interval, and for at least a moment."""
        if not self._received:
            return 0
        first, last = self._tick(self._received - 1) + 1, self._tick(self._received)
        return last if header is None else min(max(header, first), last)

    def _tick(self, frame: int) -> int:
        return to_ticks(frame / self._rules.rate)

    def _seen(self, tick: int) -> bool:
        """Whether every frame before `tick` is here, or will never be."""
        if self._final or self._tick(self._received) >= tick:
            return True
        return self._sound is not None and self._sound.received - self._tick(self._received) > to_ticks(SKEW_S)

    def _next_end(self) -> int | None:
        """Where the next segment ends; takes its windows on the way. None: more has to come in first."""
        cap = self.done + self._rules.length
        if self._sound is None:
            return self._silent_end(cap)
        self._fill()
        while cut := self._sound.next_cut(final=self._final):
            end, keep = cut
            if end > cap:
                return self._windows[-1].span.end
            if not self._seen(end):
                return None
            # No window behind this one can end before the cap.
            given, behind = self._sound.given(), self._sound.given(1)
            earliest = end - keep + self._window_rules.length - self._window_rules.cut_range
            last = (earliest if behind is None else behind[0]) > cap
            if last and given is None and not (self._final and end == self._sound.received):
                end, keep = self._scene_border(end, keep)
            self._windows.append(self._sound.take(end, keep))
            if last:
                return end
        return self._windows[-1].span.end if self._final and self._windows else None

    def _silent_end(self, cap: int) -> int | None:
        if self._final and self._picture_end <= cap:
            return self._picture_end if self._picture_end > self.done else None
        if not self._seen(cap):
            return None
        scene = self._scene(cap - self._rules.scene_range, cap)
        return cap if scene is None else self._tick(scene)

    def _scene_border(self, end: int, keep: int) -> tuple[int, int]:
        """The border at a new scene within the last window, which would end at `end`; else `end` itself."""
        window_start = self._windows[-1].span.end if self._windows else self.done
        earliest = max(end - self._rules.scene_range, window_start + self._window_rules.cut_range)
        scene = self._scene(earliest, end)
        if scene is None or self._sound is None:
            return end, keep
        # The scene changed between two frames: any moment between them will do, best a quiet one.
        pause = self._sound.pause_within(self._tick(scene - 1) + 1, self._tick(scene))
        return (self._tick(scene), self._window_rules.lead_in) if pause is None else (pause, 0)

    def _scene(self, start: int, end: int) -> int | None:
        """The number of the frame in [start, end) that begins a new scene."""
        if not self._rules.scene_range:
            return None
        frames = [(number, frame) for number, frame in self._frames if self._tick(number) < end]
        first = sum(self._tick(number) < start for number, _ in frames)
        if len(frames) - first < 1:
            return None
        found = scene_cut(np.stack([frame for _, frame in frames]), first, self._rules.scene_threshold)
        return None if found is None else frames[found][0]

    def _fill(self) -> None:
        """Where the sound is too far behind, silence takes its place."""
        if self._sound is None or self._final:
            return
        behind = self._tick(self._received) - self._sound.received
        if behind > to_ticks(SKEW_S):
            self._owed += 2 * behind if self._heard else 0
            self._sound.feed(bytes(2 * behind))

    def _take(self, end: int) -> Segment:
        numbers: list[int] = []
        frames: list[Frames] = []
        while self._frames and self._tick(self._frames[0][0]) < end:
            number, frame = self._frames.popleft()
            numbers.append(number)
            frames.append(frame)
        segment = Segment(
            index=self._index,
            span=Span(self.done, end),
            frames=np.stack(frames) if frames else np.empty((0, *self._shape), np.uint8),
            pts=tuple(number / self._rules.rate for number in numbers),
            windows=tuple(self._windows),
        )
        self._windows = []
        self._index += 1
        self.done = end
        return segment
