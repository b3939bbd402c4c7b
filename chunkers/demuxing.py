"""The header of a file, read with PyAV; only ever in the process of `chunkers.probe_child`.

A demuxer is native code that meets bytes which nobody has checked. It may crash, hang or ask for all the memory.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import re
from dataclasses import replace
from fractions import Fraction
from numbers import Rational
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import Container, InputContainer
from av.format import Flags
from av.frame import Frame
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chunkers.errors import MediaError, NotMediaError, StalledError
from chunkers.ffmpeg import input_options
from chunkers.recording import AudioTrack, Recording, VideoTrack
from chunkers.refusals import refusal
from chunkers.spans import to_ticks
from chunkers.structure import structure

Firsts = dict[int, VideoFrame | AudioFrame]
"""Stream index to its first frame."""

OPEN_TIMEOUT_S = 60.0
_FRAME_SEARCH_PACKETS = 500

_GUESSING = {"aac", "ac3", "eac3", "dts", "amr", "h264", "hevc", "m4v", "mjpeg", "mpegvideo", "obu", "vc1"}
"""Containers without a clock: their duration is guessed from the bit rate."""

_END_STAMPS = {"matroska,webm", "nut", "asf"}
"""Containers whose duration is the stamp at which they end, counted from 0, wherever their first stamp is."""

_TAG_OPTIONS: dict[str, Any] = {"metadata_errors": "surrogateescape"} if int(av.__version__.split(".")[0]) < 19 else {}
"""Tags in another encoding than UTF-8 must not stop a file from being opened: PyAV 19 keeps their bytes as
surrogates, earlier versions do so only when told, and 19 no longer knows the argument."""


def read_header(path: Path) -> Recording:
    """What `path` holds, but for its content id. Nothing but this one file is opened, whatever it says.

    Raises `NotMediaError` and `StalledError`, each with its cause and cure, and `OSError`.
    """
    status = path.stat()
    with open_container(path) as container:
        return replace(_describe(path, status.st_size, container), modified_ns=status.st_mtime_ns)


def open_container(path: Path) -> InputContainer:
    """`path`, opened for demuxing by PyAV. Raises `NotMediaError`, `StalledError` and `MemoryError`."""
    try:
        container: InputContainer = av.open(
            f"file:{path}",
            options=input_options(read_on=structure(path).read_on),
            timeout=OPEN_TIMEOUT_S,
            **_TAG_OPTIONS,
        )
    except av.error.FFmpegError as error:
        raise _translated(path, error) from error
    return container


def _translated(path: Path, error: av.error.FFmpegError) -> MediaError:
    if error.errno == errno.ENOMEM:
        raise MemoryError
    if isinstance(error, TimeoutError | av.error.ExitError):
        return StalledError(path, f"gave nothing for {OPEN_TIMEOUT_S:g} s.", cure="Copy it to a local disk first.")
    return refusal(path, error.strerror or str(error))


def _describe(path: Path, size: int, container: InputContainer) -> Recording:
    start = _start_time(container)
    first = _first_frames(container)
    audio = tuple(_audio_track(*item, first, start) for item in enumerate(container.streams.audio))
    video = tuple(_video_track(*item, first, start) for item in enumerate(container.streams.video))
    if not audio and not video:
        raise NotMediaError(path, "holds neither audio nor video.", cure="Name an audio or video file.")
    name = container.format.name
    sizes = structure(path)
    if sizes.length or sizes.times != 1:
        # What the header says of the tracks is true of the first part alone.
        audio = tuple(replace(track, duration=None) for track in audio)
        video = tuple(replace(track, duration=None) for track in video)
    exact = _counts_frames(path, size) if name == "mp3" else name not in _GUESSING
    return Recording(
        path=path,
        container=name,
        size=size,
        duration=to_ticks(sizes.length or _length(container, start) * sizes.times),
        start_time=start,
        audio=audio,
        video=video,
        stamps_jump=Flags.ts_discont in Flags(container.format.flags),
        exact_duration=exact and sizes.times == 1,
        read_on=sizes.read_on,
        unread=sizes.unread,
    )


def _length(container: InputContainer, start: Fraction) -> Fraction:
    """From the first stamp to the end, in seconds; 0 where the header does not say."""
    duration = max(Fraction(container.duration or 0, av.time_base), Fraction(0))
    # mkvmerge alone writes the length; a length that ends before it starts is no stamp either.
    by_mkvmerge = container.metadata.get("ENCODER", "").startswith("libebml")
    if _counts_from_zero(container) and not by_mkvmerge and 0 < start < duration:
        return duration - start
    return duration


def _counts_from_zero(container: Container) -> bool:
    """Whether durations are stamps of ends. In Ogg, only those of Opus are."""
    if container.format.name == "ogg":
        contexts = [stream.codec_context for stream in container.streams.audio]
        return any(context and context.name.endswith("opus") for context in contexts)
    return container.format.name in _END_STAMPS


def _start_time(container: InputContainer) -> Fraction:
    if container.start_time is None:
        return Fraction(0)
    rounded = Fraction(container.start_time, av.time_base)
    # The container rounds to microseconds; the stream that it took the stamp from is exact.
    starts = [stamp for stream in container.streams if (stamp := _exact(stream, stream.start_time)) is not None]
    return min((stamp for stamp in starts if abs(stamp - rounded) < Fraction(1, 10**6)), default=rounded)


def _fraction(ratio: Rational | None) -> Fraction | None:
    """What PyAV gives for a time base, a rate or an aspect ratio; an unset one is None in 18 and a falsy 0/1 in 19."""
    return Fraction(int(ratio.numerator), int(ratio.denominator)) if ratio else None


def _exact(stream: Stream, value: int | None) -> Fraction | None:
    time_base = _fraction(stream.time_base)
    return None if value is None or time_base is None else value * time_base


def _starts(stream: Stream, first: Frame | None, start_time: Fraction) -> tuple[Fraction, Fraction]:
    """On the recording's clock: the first frame, and the first packet."""
    packet = _exact(stream, stream.start_time)
    time_base = None if first is None else _fraction(first.time_base)
    frame = None if first is None or first.pts is None or time_base is None else first.pts * time_base
    packet = start_time if packet is None else packet
    return (packet if frame is None else frame) - start_time, packet - start_time


def _duration(stream: Stream, start: Fraction) -> Fraction | None:
    """How long the track lasts from its first stamp `start` of the container's own clock on."""
    container = stream.container
    duration, lasts = _exact(stream, stream.duration), not _counts_from_zero(container)
    if duration is None:
        # Matroska keeps it as a tag: 00:00:03.023000000, some writers add a language to its name.
        for name, value in stream.metadata.items():
            match = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", value)
            if name.upper().startswith("DURATION") and match:
                duration = int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3])
                lasts = any(tag.startswith("_STATISTICS") for tag in stream.metadata)  # mkvmerge again
                break
    if not duration or duration < 0:
        return None
    return duration if lasts or duration <= start else duration - max(start, Fraction(0))


def _labels(stream: Stream) -> tuple[str | None, str | None, bool]:
    language = _tag(stream, "language")
    return (
        None if language == "und" else language,
        _tag(stream, "title"),
        bool(stream.disposition & Disposition.default),
    )


def _tag(stream: Stream, name: str) -> str | None:
    """A tag as text that can be printed: bytes that are no UTF-8 become replacement characters."""
    raw = stream.metadata.get(name, "").encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "replace") or None


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
        duration=_duration(stream, start + start_time),
        layout=context.layout.name if context else "",
        channel_names=tuple(channel.name for channel in context.layout.channels) if context else (),
    )


def _video_track(index: int, stream: VideoStream, first: Firsts, start_time: Fraction) -> VideoTrack:
    frame = first.get(stream.index)
    start, first_packet = _starts(stream, frame, start_time)
    language, title, default = _labels(stream)
    context = stream.codec_context
    width, height = (context.width, context.height) if context else (0, 0)
    # Square pixels: a DVD stores 720 columns for what is shown 1024 wide.
    if context and (aspect := _fraction(context.sample_aspect_ratio)):
        width = round(width * aspect)
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
        fps=_fraction(stream.average_rate),
        start=start,
        first_packet=first_packet,
        duration=_duration(stream, start + start_time),
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
            # PyAV 19 gives a stream of an unknown codec a context too, and raises ValueError when it should decode.
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                for frame in packet.decode():
                    if isinstance(frame, VideoFrame | AudioFrame):
                        found.setdefault(packet.stream.index, frame)
            if found.keys() == wanted:
                break
    return found


def _counts_frames(path: Path, size: int) -> bool:
    """Whether an MP3 says how many frames it has; without, its duration is its size by its first bit rate.

    As in ffmpeg, one that says so counts as joined, and its number as that of the first part, where it is a sixteenth
    larger than it says.
    """
    start = 0
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":
            # The size of the tag, seven bits a byte.
            start = 10 + sum((byte & 127) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        file.seek(start)
        first_frame = file.read(4096)
    # Behind the name: flags, of which 2 says that bytes are counted, and the frames if 1 says so; or a fixed layout.
    found = re.search(rb"(?:Xing|Info)(...)(.)(.{8})|VBRI.{6}(.{4})", first_frame, re.DOTALL)
    if found is None:
        return False
    if found[4] is not None:
        told = int.from_bytes(found[4], "big")
    else:
        flags, counts = found[2][0], found[3]
        told = int.from_bytes(counts[4:] if flags & 1 else counts[:4], "big") if flags & 2 else 0
    return not told or size - start - told <= told / 16
