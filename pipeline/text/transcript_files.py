"""Stub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ImportedCue:
    """x"""

    start: int
    end: int
    text: str
    speaker: str | None = None
    words: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedTranscript:
    """x"""

    cues: tuple[ImportedCue, ...]
    language: str = ""
    form: str = ""


def is_transcript(path: Path) -> bool:
    """x"""
    return path.suffix in (".srt", ".vtt")


def read_transcript(path: Path) -> ImportedTranscript:
    """x"""
    raise NotImplementedError
