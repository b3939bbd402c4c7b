"""What can be wrong with the media itself.

The whole tree, with the floors above, is drawn in `pipeline/errors.py`.
"""

from __future__ import annotations

from pathlib import Path

from chunkers.printable import without_controls


class LongmediaError(Exception):
    """Every error of this project.

    Its text is for people: what happened, to which file, and what cures it.
    """

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".strip()


class MediaError(LongmediaError):
    """A recording cannot be used; `path` is the file as the user named it."""

    def __init__(self, path: Path | str, message: str, *, cure: str = "") -> None:
        super().__init__(f"{without_controls(str(path))}: {message}", cure=cure)
        self.path = Path(path)
        self.what = message


class NotFoundError(MediaError):
    """There is no such file."""


class NotAFileError(MediaError):
    """A directory, a socket or a device where a file was expected."""


class UnreadableError(MediaError):
    """The file is there, but the user may not read it."""


class EmptyFileError(MediaError):
    """The file has no bytes."""


class NotMediaError(MediaError):
    """No container that we open: text, a playlist, a damaged header (missing moov)."""


class NoAudioError(MediaError):
    """The file has no audio track, and audio was needed."""


class NoVideoError(MediaError):
    """The file has no video track, and video was needed."""


class TrackError(MediaError):
    """The track that was asked for does not exist."""


class ChangedError(MediaError):
    """The file was replaced, or went on growing, while it was read: what was heard belongs to no one content."""


class DecodeError(MediaError):
    """The decoder stopped before it gave anything."""


class StalledError(MediaError):
    """The source gave nothing for longer than the stall time-out (a FIFO, a dead network mount)."""


class ProbeError(MediaError):
    """The process that reads the header died of the file: a crash, or more memory than it may have."""


class ProbeStartError(LongmediaError):
    """The process that reads headers cannot be started on this machine."""


class FfmpegMissingError(LongmediaError):
    """No ffmpeg could be found or started."""
