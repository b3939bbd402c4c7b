"""Telling speakers apart: windows of sound in, pieces of speech with their voices out."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from chunkers.audio import Window
from pipeline.errors import ModelError
from pipeline.models.protocol import VoiceFinder, VoicePiece
from pipeline.stages.hear import Sound, owned_samples
from pipeline.stages.protocol import Absent, Made, Part, Worker
from pipeline.store.structs import SpeechPiece
from pipeline.store.tables import SpeakersRow

VERSION = 2
"""Raised when code changes the pieces of a row although no setting or model did."""

VOICE = 192
"""Numbers in the vector of a voice."""


@dataclass(frozen=True)
class SpeakersStage:
    """A `Stage` of windows."""

    recording: str
    worker: Worker[Sound, SpeakersRow]

    def inputs(self, item: Sound) -> str:
        """Nothing but the sound."""
        del item
        return ""

    def without_model(self, item: Sound) -> SpeakersRow | None:
        """A row of silence, or of what the file does not hold."""
        if isinstance(item, Absent):
            return _row(self.recording, item, "skipped", item.reason)
        return _row(self.recording, item, "silent") if item.silent else None


class SpeakersWorker:
    """A `Worker` over a diariser."""

    def __init__(self, finder: VoiceFinder) -> None:
        self._finder = finder

    def begin(self, item: Sound) -> Sound:
        """Nothing can be done before the diariser is free."""
        return item

    def work(self, *parts: Part[Sound]) -> list[Made[SpeakersRow]]:
        """A row a window, of the samples that it owns."""
        return [self._made(part.recording, item) for part in parts for item in part.items if isinstance(item, Window)]

    def _made(self, recording: str, window: Window) -> Made[SpeakersRow]:
        started = time.perf_counter()
        row = _row(recording, window, "processed")
        row.model, row.attempts = self._finder.name, 1
        try:
            row.pieces = [_stored(piece, window) for piece in self._finder.voices(owned_samples(window))]
        except ModelError as error:
            row.status, row.error = "failed", str(error)
            return Made(row, error)
        row.seconds = time.perf_counter() - started
        return Made(row)


def _stored(piece: VoicePiece, window: Window) -> SpeechPiece:
    at = window.span.start
    voice = piece.embedding.astype("<f2").tobytes()
    return SpeechPiece(at + piece.start, at + piece.end, voice, piece.overlapped, piece.local, piece.narrow)


def _row(recording: str, item: Sound, status: str, error: str = "") -> SpeakersRow:
    return SpeakersRow(
        recording=recording, index=item.index, start=item.span.start, end=item.span.end, status=status, error=error
    )


def vectors(pieces: list[SpeechPiece]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The voices of stored pieces, (pieces, 192)."""
    raw = b"".join(piece.voice for piece in pieces)
    return np.frombuffer(raw, "<f2").astype(np.float32).reshape(len(pieces), VOICE)
