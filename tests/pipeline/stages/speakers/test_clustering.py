"""Who is one person: vectors made for the purpose, with as many people as we say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.speakers.clustering import BLOCK, LEAST, Piece, Wanted, joined, joined_means, speakers

S = TICKS_PER_SECOND
SIZE = 192


class Talk:
    """Pieces of two seconds of people whose voices vary about a vector of their own."""

    def __init__(self, people: int, *, spread: float = 0.4, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self.voices = np.linalg.qr(self._random.standard_normal((SIZE, people)))[0].T
        self._spread = spread
        self.pieces: list[Piece] = []
        self.vectors: list[np.ndarray] = []  # type: ignore[type-arg]
        self.said: list[int] = []

    def say(
        self, person: int, seconds: float = 2, *, pause: float = 0.5, spread: float | None = None, **marks: bool
    ) -> None:
        """One piece more, behind the others; `spread` is how much it varies, where it is not as the others do."""
        start = (self.pieces[-1].end if self.pieces else 0) + int(pause * S)
        noise = self._random.standard_normal(SIZE)
        vector = self.voices[person] + (self._spread if spread is None else spread) * noise / np.linalg.norm(noise)
        number = len(self.pieces)
        overlapped, narrow = marks.get("overlapped", False), marks.get("narrow", False)
        self.pieces.append(Piece(start, start + int(seconds * S), overlapped, narrow, (number // 10, person)))
        self.vectors.append(vector / np.linalg.norm(vector))
        self.said.append(person)

    def found(self, wanted: Wanted | None = None) -> list[int]:
        """The speakers that are told apart."""
        return speakers(self.pieces, np.array(self.vectors, np.float32), wanted or Wanted())


def in_order(said: Sequence[int]) -> list[int]:
    numbers = {person: number for number, person in enumerate(dict.fromkeys(said))}
    return [numbers[person] for person in said]


@pytest.mark.parametrize("people", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("seed", [0, 1])
def test_as_many_as_speak(people: int, seed: int) -> None:
    talk = Talk(people, seed=seed)
    for number in range(60):
        talk.say((number * number // 3 + number) % people)
    assert talk.found() == in_order(talk.said)


def test_over_many_blocks_a_person_stays_the_same() -> None:
    talk = Talk(3)
    for number in range(90):
        talk.say(number % 3, pause=20)
    assert talk.pieces[-1].start > 4 * BLOCK
    assert talk.found() == in_order(talk.said)


def test_who_says_little_is_nobody_of_their_own() -> None:
    talk = Talk(3)
    for number in range(20):
        talk.say(number % 2)
    talk.say(2, seconds=LEAST / S - 1)
    talk.say(0)
    found = talk.found()
    assert max(found) == 1
    assert [one for one, said in zip(found, talk.said, strict=True) if said < 2] == in_order(
        [said for said in talk.said if said < 2]
    )


@pytest.mark.parametrize(("pieces", "apart", "people"), [(20, 0.41, 3), (600, 0.41, 2), (600, 0.6, 3)])
def test_in_a_long_talk_a_slight_voice_is_one_only_far_from_the_others(pieces: int, apart: float, people: int) -> None:
    """Some seconds in which the first person sounds otherwise; `apart` is the cosine distance of the two."""
    talk = Talk(3, spread=0.1)
    talk.voices[2] = (1 - apart) * talk.voices[0] + (1 - (1 - apart) ** 2) ** 0.5 * talk.voices[2]
    for number in range(pieces):
        talk.say(number % 2)
    for _ in range(3):
        talk.say(2)
    assert len(set(talk.found())) == people


@pytest.mark.parametrize(
    ("pieces", "seconds", "apart", "people"),
    [(5, 3, 0.9, 2), (5, 3, 0.45, 1), (5, 2, 0.9, 1), (60, 3, 0.9, 1), (2, 3, 0.9, 2)],
)
def test_in_a_short_talk_a_brief_voice_is_one_only_unlike_all_others(
    pieces: int, seconds: float, apart: float, people: int
) -> None:
    talk = Talk(2, spread=0.1)
    talk.voices[1] = (1 - apart) * talk.voices[0] + np.sqrt(1 - (1 - apart) ** 2) * talk.voices[1]
    for _ in range(pieces):
        talk.say(0)
    talk.say(1, seconds=seconds)
    assert len(set(talk.found())) == people


def test_short_and_overlapped_pieces_go_where_they_belong() -> None:
    talk = Talk(2)
    for number in range(20):
        talk.say(number % 2)
    talk.say(1, seconds=0.4)
    talk.say(0, overlapped=True)
    assert talk.found() == in_order(talk.said)


def test_numbers_go_by_who_is_surely_heard_first() -> None:
    """A word at the beginning is put down to the second speaker; the first who speaks for long is number 0."""
    talk = Talk(2)
    talk.say(1, seconds=0.3)
    for number in range(20):
        talk.say(number % 2)
    assert talk.found()[1:3] == [0, 1]


def test_overlapping_speech_is_its_local_speakers() -> None:
    """Its vector is a mixture, here even the other's."""
    talk = Talk(2)
    for number in range(10):
        talk.say(number % 2)
    mixed = talk.pieces[8]
    talk.pieces[9] = Piece(talk.pieces[9].start, talk.pieces[9].end, True, False, mixed.local)
    assert talk.found()[9] == talk.found()[8]


def test_the_telephone_asks_for_nearer_voices() -> None:
    """Two voices at a distance of 0.3 are one person at full width, and two on the telephone."""
    shared = np.eye(SIZE)[0]
    for narrow, people in ((False, 1), (True, 2)):
        talk = Talk(3, spread=0.2)
        for number in range(20):
            talk.say(number % 2, narrow=narrow)
            own = np.array(talk.vectors[-1]) * np.sqrt(0.3) + shared * np.sqrt(0.7)
            talk.vectors[-1] = own / np.linalg.norm(own)
        assert len(set(talk.found())) == people


@pytest.mark.parametrize(
    ("least", "most", "people"), [(1, 2, 2), (5, 5, 5), (6, None, 6), (1, 4, 4), (1, 1, 1), (2, 8, 4)]
)
def test_the_number_may_be_known(least: int, most: int | None, people: int) -> None:
    """Four people, of whom one has three tones of voice."""
    talk = Talk(6, spread=0.2, seed=2)
    shared = talk.voices[3].copy()
    for number in range(3, 6):
        tone = 0.85 * shared + 0.5 * talk.voices[number]
        talk.voices[number] = tone / np.linalg.norm(tone)
    for number in range(72):
        talk.say(number % 6)
    assert len(set(talk.found(Wanted(least, most)))) == people


def test_a_distance_may_be_given() -> None:
    talk = Talk(2)
    for number in range(20):
        talk.say(number % 2)
    assert len(set(talk.found(Wanted(distance=1.2)))) == 1


def test_nobody_and_hardly_anybody() -> None:
    assert Talk(1).found() == []
    talk = Talk(2)
    talk.say(0, seconds=0.3)
    assert talk.found() == [0]
    talk.say(0, seconds=0.3, overlapped=True)
    assert talk.found() == [0, 0]


vectors = st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4).filter(any), min_size=1, max_size=12)


@given(vectors, st.floats(0, 1.9))
def test_groups_hold_everything_once_and_stay_near(raw: list[list[int]], distance: float) -> None:
    units = np.array(raw, np.float32)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    for groups in (joined(units, distance), joined_means(units.astype(np.float64), distance)):
        assert sorted(one for group in groups for one in group) == list(range(len(units)))
        assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    groups = joined(units, distance)
    for group in groups:
        inside = [1 - units[one] @ units[other] for one in group for other in group if one < other]
        assert not inside or np.mean(inside) <= distance + 1e-5
    for one, other in pairwise(groups):
        assert np.mean([1 - units[a] @ units[b] for a in one for b in other]) > distance - 1e-5


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.1, 3), st.booleans()), max_size=40), st.integers(0, 9))
def test_every_piece_has_a_speaker_and_it_is_always_the_same(said: list[tuple[int, float, bool]], seed: int) -> None:
    talk = Talk(4, seed=seed)
    for person, seconds, overlapped in said:
        talk.say(person, seconds, overlapped=overlapped)
    found = talk.found()
    assert len(found) == len(said)
    assert set(found) == set(range(len(set(found))))
    assert found == talk.found()


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lines", [6, 40])
def test_a_lively_voice_is_not_put_down_to_a_steady_one(lines: int, narrow: bool) -> None:
    """Pieces of a lively talk are too unlike each other to be joined at first."""
    talk = Talk(2, seed=5)
    for _ in range(lines):
        talk.say(0, narrow=narrow)
        talk.say(1, spread=0.9, narrow=narrow)
    assert talk.found() == in_order(talk.said)
    assert set(talk.found(Wanted(most=1))) == {0}


def test_one_voice_that_varies_stays_one() -> None:
    talk = Talk(1, seed=6)
    for number in range(40):
        talk.say(0, spread=0.4 if number % 2 else 0.9)
    assert set(talk.found()) == {0}
