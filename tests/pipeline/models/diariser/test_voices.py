"""The pieces of speech of half a minute: inside the sound, short, each with its voice."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chunkers.audio import windows
from chunkers.probing import probe
from chunkers.spans import TICKS_PER_SECOND
from data.sounds import level, noise
from pipeline.models.diariser.segmentation import CHUNK, FRAMES, PEOPLE
from pipeline.models.diariser.voices import LONGEST, PAUSE, SHORTEST, Diariser, chunk_starts, is_narrow, stretches
from pipeline.models.protocol import Samples, VoiceFinder, VoicePiece

DATA = Path(__file__).parents[4] / "data"
S = TICKS_PER_SECOND


@pytest.fixture(scope="module")
def diariser(diariser_folder: Path) -> VoiceFinder:
    return Diariser(diariser_folder)


@pytest.fixture(scope="module")
def speech() -> Samples:
    """The first window of the meeting: its chair speaks, and at its end another."""
    with windows(probe(DATA / "meeting.opus")) as stream:
        return next(iter(stream)).samples


@pytest.fixture(scope="module")
def pieces(diariser: VoiceFinder, speech: Samples) -> list[VoicePiece]:
    return diariser.voices(speech)


def test_the_pieces_lie_where_somebody_speaks(pieces: list[VoicePiece], speech: Samples) -> None:
    lines = [json.loads(line) for line in (DATA / "meeting.reference.jsonl").read_text().splitlines()]
    spoken, found = np.zeros(len(speech), bool), np.zeros(len(speech), bool)
    for line in lines:
        spoken[int(line["start_s"] * S) : int(line["end_s"] * S)] = True
    for piece in pieces:
        assert SHORTEST <= piece.end - piece.start <= LONGEST
        found[piece.start : piece.end] = True
    assert (found & spoken).sum() > 0.95 * spoken.sum()
    assert (found & ~spoken).sum() < 0.05 * spoken.sum()
    assert not any(piece.overlapped or piece.narrow for piece in pieces)
    assert pieces == sorted(pieces, key=lambda piece: piece.start)


def test_a_voice_is_nearer_to_itself_than_to_another(diariser: VoiceFinder, pieces: list[VoicePiece]) -> None:
    chair = [piece.embedding for piece in pieces if piece.end < 20 * S]
    assert [float(np.linalg.norm(one)) for one in chair] == pytest.approx([1.0] * len(chair), abs=1e-5)
    alike = [float(one @ other) for one in chair for other in chair if one is not other]
    with windows(probe(DATA / "meeting.opus")) as stream:
        second = [window.samples for window, _ in zip(stream, range(2), strict=False)][1]
    other = diariser.voices(second)[2].embedding
    assert min(alike) > 0.6
    assert max(float(one @ other) for one in chair) < 0.4


def test_the_same_sound_gives_the_same(diariser: VoiceFinder, speech: Samples, pieces: list[VoicePiece]) -> None:
    again = diariser.voices(speech)
    assert [(one.start, one.end, one.local) for one in again] == [(one.start, one.end, one.local) for one in pieces]
    assert all((one.embedding == other.embedding).all() for one, other in zip(again, pieces, strict=True))


@pytest.mark.parametrize("length", [0, 1, 399, 3 * S, 12 * S])
def test_where_nobody_speaks_there_is_no_piece(diariser: VoiceFinder, length: int) -> None:
    hiss = level(noise(length / S, 2), -50)[:length] if length > S else np.zeros(length)
    assert diariser.voices(np.asarray(hiss, np.float32)) == []


def test_a_short_window_has_its_pieces(diariser: VoiceFinder, speech: Samples) -> None:
    found = diariser.voices(speech[: 3 * S])
    assert found
    assert all(piece.end <= 3 * S for piece in found)


def test_the_telephone_is_heard_as_such(diariser: VoiceFinder, speech: Samples) -> None:
    spectrum = np.fft.rfft(speech)
    frequencies = np.fft.rfftfreq(len(speech), 1 / S)
    narrow = np.fft.irfft(spectrum * ((frequencies > 300) & (frequencies < 3400)), len(speech)).astype(np.float32)
    assert all(piece.narrow for piece in diariser.voices(narrow))
    assert not is_narrow(np.asarray(noise(1, 1), np.float32))


@given(st.integers(1, 60 * S))
def test_chunks_cover_the_sound(length: int) -> None:
    starts = chunk_starts(length)
    assert starts[0] == 0
    assert starts[-1] == max(0, length - CHUNK)
    assert all(0 < after - before <= CHUNK for before, after in itertools.pairwise(starts))


@given(arrays(np.bool_, (FRAMES, PEOPLE)), st.integers(0, 20 * S), st.integers(0, CHUNK))
def test_stretches_lie_inside_and_in_order(speaking: np.ndarray, begin: int, own: int) -> None:  # type: ignore[type-arg]
    for person in range(PEOPLE):
        found = stretches(speaking, person, begin, (begin + own, begin + CHUNK))
        assert all(begin + own <= one.start < one.end <= begin + CHUNK for one in found)
        assert all(0 < one.end - one.start <= LONGEST for one in found)
        assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def frames(*spoken: tuple[int, float, float]) -> np.ndarray:  # type: ignore[type-arg]
    """Frames of a chunk in which person, from and until are given in seconds."""
    speaking = np.zeros((FRAMES, PEOPLE), bool)
    for person, start, end in spoken:
        speaking[round(start * S / 270) : round(end * S / 270), person] = True
    return speaking


def brief(speaking: np.ndarray, person: int) -> list[tuple[float, float, bool]]:  # type: ignore[type-arg]
    found = stretches(speaking, person, 0, (0, CHUNK))
    return [(round(one.start / S, 1), round(one.end / S, 1), one.overlapped) for one in found]


def test_pauses_divide_and_gaps_do_not() -> None:
    assert PAUSE == S // 5
    speaking = frames((0, 1, 2), (0, 2.1, 3), (0, 3.5, 4))
    assert brief(speaking, 0) == [(1.0, 3.0, False), (3.5, 4.0, False)]
    assert brief(speaking, 1) == []


def test_long_speech_is_divided_evenly() -> None:
    assert brief(frames((2, 1, 8)), 2) == [(1.0, 3.4, False), (3.4, 5.7, False), (5.7, 8.0, False)]


def test_where_two_speak_it_is_marked() -> None:
    speaking = frames((0, 1, 4), (1, 3, 6), (2, 5.9, 6))
    assert brief(speaking, 0) == [(1.0, 3.0, False), (3.0, 4.0, True)]
    assert brief(speaking, 1) == [(3.0, 4.0, True), (4.0, 6.0, False)]
