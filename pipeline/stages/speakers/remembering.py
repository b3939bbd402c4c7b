"""Voices that are kept for later recordings, where people ask for it, and who a voice may be. Pure.

A voice is biometric data. Nothing here names anybody: it says which remembered voice is near, and how near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.speakers.clustering import Piece, Vectors
from pipeline.stages.speakers.spoken import Person
from pipeline.stages.speakers.stage import VOICE
from pipeline.store.tables import VoiceRow

NEAR, NARROW_NEAR = 0.38, 0.16
"""Cosine distance below which a remembered voice is proposed: at full width, and on the telephone.

Measured with forty seconds of each of eight people, and forty of other sentences: the same person at 0.03 to 0.11, with
noise and echo at most 0.30, others from 0.56 on; on the telephone at most 0.06, others from 0.26 on. From one band to
the other the same person is 0.44 away or more: a voice that is kept from one is not known on the other.
"""


@dataclass(frozen=True, slots=True)
class Mean:
    """The voice of one person in one recording."""

    vector: NDArray[np.float32]
    """(192,), of length 1."""
    seconds: float
    """How long it is heard."""
    narrow: bool
    """Whether most of it has nothing above a telephone's band."""


@dataclass(frozen=True, slots=True)
class Near:
    """A remembered voice that is near one that is heard, at a cosine distance from 0 to 2."""

    name: str
    distance: float


def mean_of(one: Person, pieces: Sequence[Piece], vectors: Vectors) -> Mean | None:
    """The mean voice of a person, of long clean pieces where there are some; None where no voice told who speaks.

    `pieces` are those of the run, `vectors` (pieces, 192) their voices.
    """
    if one.labels or not one.pieces:
        return None
    clean = [number for number in one.pieces if pieces[number].clean] or list(one.pieces)
    ticks = np.array([pieces[number].ticks for number in clean], np.float64)
    narrow = sum(float(weight) for number, weight in zip(clean, ticks, strict=True) if pieces[number].narrow)
    seconds = one.ticks / TICKS_PER_SECOND
    return Mean(_unit(ticks @ vectors[clean]), round(seconds, 3), 2 * narrow > float(ticks.sum()))


def remembered(
    rows: Sequence[VoiceRow], recording: str, voices: Mapping[str, Mean | None], *, named: str = ""
) -> list[VoiceRow]:
    """The table after people were named in `recording`; `voices` are those that have a name in it now.

    A row of this recording follows the voice that has its name, and goes where none has it any more. `named` is who
    is remembered from now on; without it nobody is added.
    """
    others = [row for row in rows if row.recording != recording]
    known = [row.name for row in rows if row.recording == recording]
    own = dict.fromkeys([*known, named] if named else known)
    kept = [(name, voice) for name in own if (voice := voices.get(name)) is not None]
    return [*others, *(_row(name, recording, voice) for name, voice in kept)]


def forgotten(rows: Sequence[VoiceRow], name: str) -> list[VoiceRow]:
    """The table without a person, whichever way the name is written."""
    return [row for row in rows if row.name.casefold() != name.strip().casefold()]


def nearest(rows: Sequence[VoiceRow], voice: Mean) -> Near | None:
    """The remembered voice that is nearest to `voice`, each the mean over its recordings; None where none is near."""
    found: list[Near] = []
    for name in dict.fromkeys(row.name for row in rows):
        total = sum((row.seconds * _vector(row) for row in rows if row.name == name), np.zeros(VOICE))
        found.append(Near(name, max(0.0, 1.0 - float(_unit(total) @ voice.vector))))
    limit = NARROW_NEAR if voice.narrow else NEAR
    return min((one for one in found if one.distance < limit), key=lambda one: one.distance, default=None)


def _row(name: str, recording: str, voice: Mean) -> VoiceRow:
    return VoiceRow(name=name, recording=recording, voice=voice.vector.astype("<f2").tobytes(), seconds=voice.seconds)


def _vector(row: VoiceRow) -> NDArray[np.float64]:
    return np.frombuffer(row.voice, "<f2").astype(np.float64)


def _unit(total: NDArray[np.float64]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (total / max(float(np.linalg.norm(total)), 1e-9)).astype(np.float32)
    return unit
