"""Voices that are remembered follow their names, and are near or not; an encrypted store keeps them sealed."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import StoreDamagedError, StoreLockedError
from pipeline.stages.speakers.assign import Voice
from pipeline.stages.speakers.clustering import Piece
from pipeline.stages.speakers.remembering import Mean, forgotten, mean_of, nearest, remembered
from pipeline.stages.speakers.spoken import Person
from pipeline.store import Store
from pipeline.store.tables import VoiceRow

S = TICKS_PER_SECOND


def towards(angle: float, *, seconds: float = 10.0, narrow: bool = False) -> Mean:
    """A voice at an angle from the first axis."""
    vector = np.zeros(192, np.float32)
    vector[:2] = np.cos(angle), np.sin(angle)
    return Mean(vector, seconds, narrow)


def test_the_mean_is_of_long_clean_pieces_weighted_by_their_length() -> None:
    pieces = [
        Piece(0, 3 * S, False, False, (0, 0)),
        Piece(3 * S, 4 * S, False, True, (0, 0)),
        Piece(4 * S, 9 * S, True, True, (0, 0)),  # another speaks meanwhile
        Piece(9 * S, 9 * S + S // 2, False, True, (0, 0)),
    ]
    vectors = np.eye(192, dtype=np.float32)[[0, 1, 2, 3]]
    voices = tuple(Voice(one.start, one.end, "Anna") for one in pieces)
    mean = mean_of(Person(1, "Anna", True, voices, pieces=(0, 1, 2, 3)), pieces, vectors)
    assert mean is not None
    assert mean.vector[:4] == pytest.approx([3 / 10**0.5, 1 / 10**0.5, 0, 0])
    assert (mean.seconds, mean.narrow) == (9.5, False)
    short = mean_of(Person(1, "Anna", True, voices[3:], pieces=(3,)), pieces, vectors)
    assert short is not None
    assert (short.vector[3], short.narrow) == (1.0, True)
    assert mean_of(Person(1, "Anna", True, voices, labels=("Anna",), pieces=(0,)), pieces, vectors) is None


def test_a_row_follows_its_name_and_goes_with_it() -> None:
    one = remembered([], "a", {"Anna": towards(0), "Ben": towards(1)}, named="Anna")
    assert [(row.name, row.recording, row.seconds) for row in one] == [("Anna", "a", 10.0)], "only who was asked for"
    both = remembered(one, "b", {"Anna": towards(0.2, seconds=30)}, named="Anna")
    assert [(row.name, row.recording) for row in both] == [("Anna", "a"), ("Anna", "b")]
    again = remembered(both, "a", {"Anna": towards(0.5, seconds=5)})
    assert [(row.recording, row.seconds) for row in again] == [("b", 30.0), ("a", 5.0)], "it is renewed, not added to"
    assert remembered(again, "a", {"Ann": towards(0.5)}) == both[1:], "nobody is called that any more"
    assert remembered(both, "c", {"Ben": None}, named="Ben") == both, "tracks have no voice to remember"
    assert forgotten(both, " anna ") == []
    assert forgotten(both, "Ann") == both


def test_the_nearest_is_proposed_with_its_distance_and_nobody_who_is_far() -> None:
    rows = remembered([], "a", {"Anna": towards(0)}, named="Anna")
    rows = remembered(rows, "b", {"Ben": towards(1.2)}, named="Ben")
    near = nearest(rows, towards(0.5))
    assert near is not None
    assert (near.name, near.distance) == ("Anna", pytest.approx(1 - np.cos(0.5), abs=1e-3))
    assert nearest(rows, towards(2.2)) is None
    assert nearest([], towards(0)) is None
    telephone = 0.8  # 0.30 away
    assert nearest(rows[:1], towards(telephone)) is not None
    assert nearest(rows[:1], towards(telephone, narrow=True)) is None


def test_a_person_is_the_mean_of_their_recordings_by_length() -> None:
    rows = remembered([], "a", {"Anna": towards(0, seconds=30)}, named="Anna")
    rows = remembered(rows, "b", {"Anna": towards(np.pi / 2, seconds=10)}, named="Anna")
    near = nearest(rows, towards(np.arctan(1 / 3)))
    assert near is not None
    assert near.distance == pytest.approx(0, abs=1e-3)


@given(st.lists(st.floats(0, 3.1), min_size=1, max_size=4), st.floats(0, 3.1))
def test_no_other_is_nearer_than_who_is_proposed(angles: list[float], angle: float) -> None:
    rows = [row for n, at in enumerate(angles) for row in remembered([], str(n), {f"P{n}": towards(at)}, named=f"P{n}")]
    away = [1 - np.cos(at - angle) for at in angles]
    near = nearest(rows, towards(angle))
    if near is None:
        assert min(away) > 0.37
    else:
        assert near.distance == pytest.approx(min(away), abs=2e-3)


def test_the_table_is_sealed_where_the_store_is_and_gone_when_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_KEY", base64.b64encode(bytes(range(32))).decode())
    rows = remembered([], "a", {"Anna Keller": towards(0)}, named="Anna Keller")
    store = Store(tmp_path, "env:STORE_KEY")
    assert store.voices.rows() == []
    store.voices.save(rows)
    assert store.voices.rows() == rows
    assert store.recordings() == []
    written = (tmp_path / "voices.parquet").read_bytes()
    assert b"Anna" not in written
    assert rows[0].voice not in written
    with pytest.raises(StoreLockedError):
        Store(tmp_path).voices.rows()
    store.voices.save([])
    assert not (tmp_path / "voices.parquet").exists()
    store.voices.save([])


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "voices.parquet").write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(StoreDamagedError, match=r"voices\.parquet: damaged"):
        Store(tmp_path).voices.rows()


def test_every_column_says_what_it_means(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    Store(tmp_path).voices.save([VoiceRow(name="Anna", recording="a", voice=b"\0" * 384, seconds=1.0)])
    schema = pq.read_schema(tmp_path / "voices.parquet")
    assert schema.names == ["name", "recording", "voice", "seconds"]
    assert all(b"meaning" in field.metadata for field in schema)
