"""What a recording is: one file and its tracks, as its header tells it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """One audio track. Times are in seconds on the recording's clock."""

    index: int
    """Among the audio tracks, from 0; what a user chooses by."""
    stream: int
    """Among all streams of the container."""
    codec: str
    channels: int
    sample_rate: int
    language: str | None
    title: str | None
    default: bool
    start: Fraction
    """Its first sample that can be decoded."""
    first_packet: Fraction
    """What the container calls its start."""
    duration: Fraction | None
    level_db: float | None = None
    """Its loudest channel in the loudest of a few excerpts, in dBFS RMS; -inf is digital silence, None not measured."""
    level_of_all: bool = False
    """Every second of it was measured, and not only excerpts."""
    layout: str = ""
    """What the decoder calls the arrangement of its channels, such as `stereo` or `9 channels`."""
    channel_names: tuple[str, ...] = ()
    """FL, FR, FC, LFE and so on; NONE where the file does not say."""
    channel_db: tuple[float, ...] = ()
    """The level of each channel, measured as `level_db` is; empty where it was not."""


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """One video track. Times are in seconds on the recording's clock."""

    index: int
    stream: int
    codec: str
    width: int
    """As shown: after rotation and with square pixels."""
    height: int
    rotation: int
    """Degrees counter-clockwise that a player turns the picture by; a multiple of 90."""
    fps: Fraction | None
    """The average rate."""
    start: Fraction
    """Its first frame that can be decoded."""
    first_packet: Fraction
    """What the container calls its start."""
    duration: Fraction | None
    cover_art: bool
    """A picture that comes with the sound, and no video."""
    language: str | None = None
    title: str | None = None
    default: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """One input file and its tracks."""

    path: Path
    container: str
    size: int
    """Bytes."""
    duration: int
    """Ticks, as the header says; 0 where it does not."""
    start_time: Fraction
    """The container's own stamp, in seconds, of the moment that is zero on the recording's clock."""
    audio: tuple[AudioTrack, ...]
    video: tuple[VideoTrack, ...]
    content_id: str = ""
    """See `chunkers.identity`; empty until somebody asked for it."""
    exact_duration: bool = True
    """False where the header's duration is a guess from the bit rate."""
    read_on: bool = False
    """The size in the header of a WAV is too small: it is read to the end of the file."""
    unread: int = 0
    """Bytes at the end that nothing reads: a recording of another kind was joined to the first."""
    modified_ns: int = 0
    """When the file was last written to, as its status says, before anything of it was read; 0 not known."""
    stamps_jump: bool = False
    """The container allows its time stamps to jump (MPEG-TS, MPEG-PS, Ogg)."""

    @property
    def pictures(self) -> tuple[VideoTrack, ...]:
        """The video tracks that can be looked at: no cover art, and of a size (a damaged header gives none)."""
        return tuple(track for track in self.video if not track.cover_art and track.width > 0 < track.height)
