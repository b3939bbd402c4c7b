"""What a file holds, as its header tells it."""

from __future__ import annotations

import contextlib
import itertools
import re
import stat
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.format import Flags
from av.frame import Frame
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chunkers.errors import (
    EmptyFileError,
    MediaError,
    NotAFileError,
    NotFoundError,
    NotMediaError,
    StalledError,
    UnreadableError,
)
from chunkers.ffmpeg import input_options
from chunkers.identity import content_id
from chunkers.levels import measure_levels
from chunkers.spans import TICKS_PER_SECOND, to_ticks

Firsts = dict[int, VideoFrame | AudioFrame]
"""Stream index to its first frame."""

OPEN_TIMEOUT_S = 60.0
_FRAME_SEARCH_PACKETS = 500

_GUESSING = {"aac", "ac3", "eac3", "dts", "amr", "h264", "hevc", "m4v", "mjpeg", "mpegvideo", "obu", "vc1"}
"""Containers without a clock: their duration is guessed from the bit rate."""


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
    """The loudest of a few excerpts, mixed to mono, in dBFS RMS; -inf is digital silence, None not measured."""


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
    content_id: str
    exact_duration: bool = True
    """False where the header's duration is a guess from the bit rate."""
    stamps_jump: bool = False
    """The container allows its time stamps to jump (MPEG-TS, MPEG-PS, Ogg)."""

    @property
    def pictures(self) -> tuple[VideoTrack, ...]:
        """The video tracks that can be looked at: no cover art, and of a size (a damaged header gives none)."""
        return tuple(track for track in self.video if not track.cover_art and track.width > 0 < track.height)


def probe(path: Path | str, *, levels: bool = False) -> Recording:
    """Read the header of `path`; with `levels` also how loud each audio track is, from a few short excerpts.

    Nothing but this one file is opened, whatever it says. Raises, each with its cause and cure, `NotFoundError`,
    `NotAFileError`, `UnreadableError`, `EmptyFileError`, `NotMediaError` and `StalledError`.
    """
    path = Path(path)
    size = _check_file(path)
    with _open(path) as container:
        recording = _describe(path, size, container)
    if levels:
        measured = measure_levels(path, float(recording.duration) / TICKS_PER_SECOND, len(recording.audio))
        tracks = zip(recording.audio, measured, strict=True)
        recording = replace(recording, audio=tuple(replace(track, level_db=level) for track, level in tracks))
    return recording


def _check_file(path: Path) -> int:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(path, "there is no such file.", cure="Check the name.") from None
    except PermissionError:
        raise UnreadableError(path, "may not be reached.", cure="Check the rights of its folders.") from None
    except (OSError, ValueError) as error:
        raise NotFoundError(path, f"cannot be reached ({error}).", cure="Check the name and the disk.") from error
    if stat.S_ISDIR(status.st_mode):
        raise NotAFileError(path, "is a directory.", cure="Name the files in it, one by one.")
    if not stat.S_ISREG(status.st_mode):
        # It could be read once only, but it is read twice: for its header and for its content.
        raise NotAFileError(path, "is a pipe or a device.", cure="Write it to a file first.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise UnreadableError(path, f"may not be read ({error.strerror}).", cure="Check its rights.") from error
    if not status.st_size:
        raise EmptyFileError(path, "is empty.", cure="Was it copied to the end?")
    return status.st_size


def _open(path: Path) -> InputContainer:
    try:
        return av.open(f"file:{path}", options=input_options(), timeout=OPEN_TIMEOUT_S, metadata_errors="replace")
    except av.error.FFmpegError as error:
        raise _translated(path, error) from error


def _translated(path: Path, error: av.error.FFmpegError) -> MediaError:
    if isinstance(error, TimeoutError | av.error.ExitError):
        return StalledError(path, f"gave nothing for {OPEN_TIMEOUT_S:g} s.", cure="Copy it to a local disk first.")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.lstrip().startswith((b"#EXTM3U", b"ffconcat", b"<?xml", b"[playlist]")):
        return NotMediaError(path, "is a playlist.", cure="Name the media files that it lists.")
    if head[4:8] in {b"ftyp", b"mdat", b"wide", b"free", b"moov"}:
        cure = (
            "The recorder was interrupted before it wrote the index (moov); recovery tools such as untrunc rebuild it."
        )
        return NotMediaError(path, f"an MP4/MOV without a usable index ({error.strerror}).", cure=cure)
    if not any(byte < 9 for byte in head):
        return NotMediaError(path, "is a text file.", cure="Name an audio or video file.")
    return NotMediaError(path, f"is no audio or video that can be opened ({error.strerror}).", cure="Is it damaged?")


def _describe(path: Path, size: int, container: InputContainer) -> Recording:
    start = _start_time(container)
    first = _first_frames(container)
    audio = tuple(_audio_track(*item, first, start) for item in enumerate(container.streams.audio))
    video = tuple(_video_track(*item, first, start) for item in enumerate(container.streams.video))
    if not audio and not video:
        raise NotMediaError(path, "holds neither audio nor video.", cure="Name an audio or video file.")
    name = container.format.name
    duration = to_ticks(Fraction(container.duration, av.time_base)) if container.duration else 0
    return Recording(
        path=path,
        container=name,
        size=size,
        duration=max(duration, 0),
        start_time=start,
        audio=audio,
        video=video,
        content_id=content_id(path),
        stamps_jump=Flags.ts_discont in Flags(container.format.flags),
        exact_duration=_counts_frames(path) if name == "mp3" else name not in _GUESSING,
    )


def _start_time(container: InputContainer) -> Fraction:
    if container.start_time is None:
        return Fraction(0)
    rounded = Fraction(container.start_time, av.time_base)
    # The container rounds to microseconds; the stream that it took the stamp from is exact.
    starts = [stamp for stream in container.streams if (stamp := _exact(stream, stream.start_time)) is not None]
    return min((stamp for stamp in starts if abs(stamp - rounded) < Fraction(1, 10**6)), default=rounded)


def _exact(stream: Stream, value: int | None) -> Fraction | None:
    return None if value is None or stream.time_base is None else value * stream.time_base


def _starts(stream: Stream, first: Frame | None, start_time: Fraction) -> tuple[Fraction, Fraction]:
    """On the recording's clock: the first frame, and the first packet."""
    packet = _exact(stream, stream.start_time)
    frame = None if first is None or first.pts is None or first.time_base is None else first.pts * first.time_base
    packet = start_time if packet is None else packet
    return (packet if frame is None else frame) - start_time, packet - start_time


def _duration(stream: Stream) -> Fraction | None:
    duration = _exact(stream, stream.duration)
    if duration is not None:
        return duration
    # Matroska keeps it as a tag: 00:00:03.023000000, some writers add a language to its name.
    for name, value in stream.metadata.items():
        match = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", value)
        if name.upper().startswith("DURATION") and match:
            return int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3])
    return None


def _labels(stream: Stream) -> tuple[str | None, str | None, bool]:
    language = stream.metadata.get("language")
    return (
        None if language in {None, "", "und"} else language,
        stream.metadata.get("title") or None,
        bool(stream.disposition & Disposition.default),
    )


def _audio_track(index: int, stream: AudioStream, first: Firsts, start_time: Fraction) -> AudioTrack:
    start, first_packet = _starts(stream, first.get(stream.index), start_time)
    language, title, default = _labels(stream)
    context = stream.codec_context
    return AudioTrack(
        index=index,
        stream=stream.index,
        codec=context.name if context else "unknown",
        channels=context.channels if context else 0,
        sample_rate=context.sample_rate if context else 0,
        language=language,
        title=title,
        default=default,
        start=start,
        first_packet=first_packet,
        duration=_duration(stream),
    )


def _video_track(index: int, stream: VideoStream, first: Firsts, start_time: Fraction) -> VideoTrack:
    frame = first.get(stream.index)
    start, first_packet = _starts(stream, frame, start_time)
    language, title, default = _labels(stream)
    context = stream.codec_context
    width, height = (context.width, context.height) if context else (0, 0)
    # Square pixels: a DVD stores 720 columns for what is shown 1024 wide.
    if context and context.sample_aspect_ratio:
        width = round(width * context.sample_aspect_ratio)
    rotation = round(frame.rotation / 90) * 90 % 360 if isinstance(frame, VideoFrame) else 0
    if rotation % 180:
        width, height = height, width
    return VideoTrack(
        index=index,
        stream=stream.index,
        codec=context.name if context else "unknown",
        width=width,
        height=height,
        rotation=rotation,
        fps=stream.average_rate or None,
        start=start,
        first_packet=first_packet,
        duration=_duration(stream),
        cover_art=bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)),
        language=language,
        title=title,
        default=default,
    )


def _first_frames(container: InputContainer) -> Firsts:
    """Only the first frame tells the rotation, and where a file that was cut out of a longer one begins."""
    wanted = {stream.index for stream in (*container.streams.audio, *container.streams.video) if stream.codec_context}
    found: Firsts = {}
    with contextlib.suppress(av.error.FFmpegError):
        for packet in itertools.islice(container.demux(), _FRAME_SEARCH_PACKETS):
            if packet.stream.index not in wanted - found.keys():
                continue
            with contextlib.suppress(av.error.FFmpegError):
                for frame in packet.decode():
                    if isinstance(frame, VideoFrame | AudioFrame):
                        found.setdefault(packet.stream.index, frame)
            if found.keys() == wanted:
                break
    return found


def _counts_frames(path: Path) -> bool:
    """Whether an MP3 says how many frames it has; without, its duration is its size by its first bit rate."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":
            # The size of the tag, seven bits a byte.
            file.seek(10 + sum((byte & 127) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)))
        else:
            file.seek(0)
        first_frame = file.read(4096)
    return any(tag in first_frame for tag in (b"Xing", b"Info", b"VBRI"))
