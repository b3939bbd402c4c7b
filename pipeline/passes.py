"""The passes over a recording that its stages are fed from: its sound, its picture, or both together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chunkers.audio import Cut, WindowRules, Windows, windows
from chunkers.pictures import Pictures, pictures
from chunkers.recording import Recording
from chunkers.segments import SegmentRules
from chunkers.video import Segments, segments
from pipeline.settings import Audio, Media, See, Video
from pipeline.source import Source


@dataclass(frozen=True, slots=True)
class Passes:
    """How one recording is decoded; each pass is begun when it is asked for, and closed by whoever asked."""

    source: Source
    media: Media
    audio: Audio
    video: Video
    look: See

    def sound(self, cuts: Sequence[Cut]) -> Windows:
        """Windows of sound, cut where `cuts` say as far as they reach."""
        return windows(
            self._recording,
            self._window_rules,
            track=self.source.track,
            channel=self._channel,
            each=self.source.each,
            read_ahead=self.media.read_ahead,
            stall_s=self.media.stall_s,
            ffmpeg=self.media.ffmpeg,
            cuts=cuts,
        )

    def film(self, cuts: Sequence[Cut]) -> Segments:
        """Segments of frames as the multimodal model takes them, with their sound."""
        rules = SegmentRules(
            length_s=self.video.length_s,
            fps=Fraction(self.video.fps).limit_denominator(1000),
            patches=self.video.frame_tokens,
            scene_range_s=self.video.scene_range_s,
        )
        return segments(
            self._recording,
            rules,
            self._window_rules,
            track=self.source.track,
            channel=self._channel,
            stall_s=self.media.stall_s,
            ffmpeg=self.media.ffmpeg,
            cuts=cuts,
        )

    def picture(self, ends: Sequence[int]) -> Pictures:
        """Segments of the picture alone, as the reader takes it; they end at `ends` as far as those reach."""
        return pictures(
            self._recording,
            ends=ends,
            length_s=self.video.length_s,
            side=self.look.side,
            stall_s=self.media.stall_s,
            ffmpeg=self.media.ffmpeg,
        )

    @property
    def _channel(self) -> int | None:
        """The only channel that is heard."""
        return self.audio.channel if isinstance(self.audio.channel, int) else None

    @property
    def _window_rules(self) -> WindowRules:
        audio = self.audio
        return WindowRules(length_s=audio.length_s, cut_range_s=audio.cut_range_s, lead_in_s=audio.lead_in_s)

    @property
    def _recording(self) -> Recording:
        if self.source.media is None:
            raise ValueError(f"{self.source.path}: there is no media to decode")
        return self.source.media
