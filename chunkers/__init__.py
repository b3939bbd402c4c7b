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
from chunkers.key_frames import key_frames
from chunkers.names import from_text, to_text
from chunkers.picture_events import PictureEvent, picture_events
from chunkers.pictures import Picture, Pictures, PictureSegment, pictures
from chunkers.printable import printable, without_controls
from chunkers.probing import check_file, probe
from chunkers.recording import AudioTrack, Recording, VideoTrack
from chunkers.segments import Segment, SegmentRules
from chunkers.signals import Signals, concatenated
from chunkers.silence import is_silent, quiet_point
from chunkers.spans import TICKS_PER_SECOND, Span, stamp, to_seconds, to_ticks, union
from chunkers.tracks import Choice, Each, choose_audio, render_probe
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
    "Each",
    "EmptyFileError",
    "FfmpegMissingError",
    "LongmediaError",
    "MediaError",
    "NoAudioError",
    "NoVideoError",
    "NotAFileError",
    "NotFoundError",
    "NotMediaError",
    "Picture",
    "PictureEvent",
    "PictureSegment",
    "Pictures",
    "ProbeError",
    "ProbeStartError",
    "Recording",
    "Segment",
    "SegmentRules",
    "Segments",
    "Signals",
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
    "concatenated",
    "content_id",
    "ffmpeg_version",
    "find_ffmpeg",
    "frame_size",
    "from_text",
    "is_silent",
    "key_frames",
    "picture_events",
    "pictures",
    "printable",
    "probe",
    "quiet_point",
    "render_probe",
    "segments",
    "stamp",
    "to_seconds",
    "to_text",
    "to_ticks",
    "union",
    "windows",
    "without_controls",
]
