"""Ground floor: media in, chunks out. No model, no Prefect."""

from chunkers.audio import Window, WindowRules, Windows, windows
from chunkers.decoding import Decoded, Decoding
from chunkers.errors import (
    ChangedError,
    DecodeError,
    EmptyFileError,
    FfmpegMissingError,
    LongmediaError,
    MediaError,
    NoAudioError,
    NotAFileError,
    NotFoundError,
    NotMediaError,
    NoVideoError,
    ProbeError,
    ProbeStartError,
    StalledError,
    TrackError,
    UnreadableError,
)
from chunkers.ffmpeg import ffmpeg_version, find_ffmpeg
from chunkers.frames import BUDGETS, frame_size
from chunkers.identity import content_id
from chunkers.names import from_text, shown, to_text
from chunkers.probing import check_file, probe
from chunkers.recording import AudioTrack, Recording, VideoTrack
from chunkers.segments import Segment, SegmentRules
from chunkers.silence import is_silent, quiet_point
from chunkers.spans import TICKS_PER_SECOND, Span, stamp, to_seconds, to_ticks, union
from chunkers.tracks import Choice, choose_audio, render_probe
from chunkers.video import Segments, segments

__all__ = [
    "BUDGETS",
    "TICKS_PER_SECOND",
    "AudioTrack",
    "ChangedError",
    "Choice",
    "DecodeError",
    "Decoded",
    "Decoding",
    "EmptyFileError",
    "FfmpegMissingError",
    "LongmediaError",
    "MediaError",
    "NoAudioError",
    "NoVideoError",
    "NotAFileError",
    "NotFoundError",
    "NotMediaError",
    "ProbeError",
    "ProbeStartError",
    "Recording",
    "Segment",
    "SegmentRules",
    "Segments",
    "Span",
    "StalledError",
    "TrackError",
    "UnreadableError",
    "VideoTrack",
    "Window",
    "WindowRules",
    "Windows",
    "check_file",
    "choose_audio",
    "content_id",
    "ffmpeg_version",
    "find_ffmpeg",
    "frame_size",
    "from_text",
    "is_silent",
    "probe",
    "quiet_point",
    "render_probe",
    "segments",
    "shown",
    "stamp",
    "to_seconds",
    "to_text",
    "to_ticks",
    "union",
    "windows",
]
