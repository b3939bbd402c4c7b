"""The whole error tree.

LongmediaError
├── MediaError                      a recording cannot be used          (chunkers/errors.py)
│   ├── NotFoundError   NotAFileError   UnreadableError   EmptyFileError
│   ├── NotMediaError   NoAudioError    NoVideoError      TrackError
│   └── DecodeError     StalledError    ProbeError        ChangedError
├── ProbeStartError                 no process that reads headers       (chunkers/errors.py)
├── FfmpegMissingError              no ffmpeg to decode with            (chunkers/errors.py)
├── SettingsError                   a setting is unknown or absurd
├── ModelError
│   ├── WeightsMissingError         weights are not on this machine
│   ├── WeightsDamagedError         weights are not the ones we pinned
│   ├── MissingExtraError           an optional dependency is not installed
│   ├── EndpointError               a server did not answer as it was asked
│   │   └── UnreachedError          no way to the server
│   ├── LimitError                  a chunk or prompt is over the model's limit
│   └── InputMismatchError          the model saw something else than we sent
├── EgressError
│   ├── EgressRefusedError          a rule forbids to send this
│   └── LedgerError                 what is sent cannot be accounted for
├── StoreError
│   ├── StoreBusyError              another process writes this run
│   ├── StoreDamagedError           a part cannot be read
│   ├── StoreFullError              the disk is full or read-only
│   └── StoreLockedError            the store is encrypted, and the key is not here
└── NoSuchRunError                  nothing in the store answers to that name
"""

from __future__ import annotations

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

__all__ = [
    "ChangedError",
    "DecodeError",
    "EgressError",
    "EgressRefusedError",
    "EmptyFileError",
    "EndpointError",
    "FfmpegMissingError",
    "InputMismatchError",
    "Interrupted",
    "LedgerError",
    "LimitError",
    "LongmediaError",
    "MediaError",
    "MissingExtraError",
    "ModelError",
    "NoAudioError",
    "NoSuchRunError",
    "NoVideoError",
    "NotAFileError",
    "NotFoundError",
    "NotMediaError",
    "ProbeError",
    "ProbeStartError",
    "SettingsError",
    "StalledError",
    "StoreBusyError",
    "StoreDamagedError",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "TrackError",
    "UnreachedError",
    "UnreadableError",
    "WeightsDamagedError",
    "WeightsMissingError",
]


class SettingsError(LongmediaError):
    """A setting is unknown, of the wrong type or out of its range."""


class ModelError(LongmediaError):
    """A model cannot be had, or did not do its work."""


class WeightsMissingError(ModelError):
    """The weights are not on this machine; the cure names the command that brings them."""


class WeightsDamagedError(ModelError):
    """The bytes of the weights are not those that were pinned."""


class MissingExtraError(ModelError):
    """An optional dependency is not installed; the cure names the extra."""


class EndpointError(ModelError):
    """A server's answer is not what was asked for, or did not come."""


class UnreachedError(EndpointError):
    """No connection to the server: nothing was sent."""


class LimitError(ModelError):
    """A chunk or a prompt is over the model's limit."""


class InputMismatchError(ModelError):
    """What the processor made of a chunk is not what was computed for it."""


class EgressError(LongmediaError):
    """Something was not sent."""


class EgressRefusedError(EgressError):
    """A rule forbids to send this; nothing left the machine."""


class LedgerError(EgressError):
    """The ledger is damaged or cannot be written: without it nothing is sent."""


class StoreError(LongmediaError):
    """The store cannot be used."""


class StoreBusyError(StoreError):
    """Another process writes this run."""


class StoreDamagedError(StoreError):
    """A part cannot be read."""


class StoreFullError(StoreError):
    """No space left, a quota reached, or a read-only file system."""


class StoreLockedError(StoreError):
    """The store is encrypted, and the key is missing or another one."""


class NoSuchRunError(StoreError):
    """Nothing in the store answers to that name."""


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it, and the state is kept
    """The job was asked to stop, and stopped between two steps."""
