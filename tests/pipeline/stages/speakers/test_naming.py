"""Names stay with a voice, whatever numbers it gets; reports have them at once, summaries with the next run."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import SettingsError
from pipeline.reports import report
from pipeline.stages.speakers.assign import Voice
from pipeline.stages.speakers.clustering import Piece, Vectors
from pipeline.stages.speakers.naming import merged, parted, person, renamed
from pipeline.stages.speakers.splitting import halves, split
from pipeline.stages.speakers.spoken import Person, Spoken, named
from pipeline.store import Store
from pipeline.store.documents import NamedVoice, NamesDocument
from tests.pipeline.quick import QuickWriter
from tests.pipeline.stages.speakers.talk import made, unused

S = TICKS_PER_SECOND
NOBODY = NamesDocument(recording="r")


def pieces(count: int) -> list[Piece]:
    """Pieces of a second, one behind the other."""
    return [Piece(n * S, (n + 1) * S, False, False, (0, 0)) for n in range(count)]


def names(people: tuple[Person, ...]) -> list[str]:
    return [one.name for one in people]


def test_a_name_stays_with_its_voice() -> None:
    people = named(pieces(3), [0, 1, 0], NOBODY)
    assert names(people) == ["Speaker 1", "Speaker 2"]
    document = renamed(NOBODY, person(people, "S2"), "  Anna   Keller ")
    assert names(named(pieces(3), [0, 1, 0], document)) == ["Speaker 1", "Anna Keller"]
    assert names(named(pieces(3), [2, 0, 1], document)) == ["Anna Keller", "Speaker 2", "Speaker 3"]
    again = renamed(document, person(named(pieces(3), [0, 1, 0], document), "anna keller"), "Ann")
    assert [one.name for one in again.names] == ["Ann"], "the old name is gone"
    assert renamed(again, person(named(pieces(3), [0, 1, 0], again), "2"), "") == NOBODY


def test_who_is_called_the_same_is_the_same() -> None:
    people = named(pieces(4), [0, 1, 2, 1], NOBODY)
    document = renamed(renamed(NOBODY, people[0], "Anna"), people[2], "Anna")
    assert names(named(pieces(4), [0, 1, 2, 1], document)) == ["Anna", "Speaker 2"]


def test_two_who_are_one() -> None:
    people = named(pieces(4), [0, 1, 2, 3], NOBODY)
    document = renamed(renamed(NOBODY, people[1], "Ben"), people[2], "Cleo")
    document = merged(document, *named(pieces(4), [0, 1, 2, 3], document)[1:3])
    found = named(pieces(4), [0, 1, 2, 3], document)
    assert names(found) == ["Speaker 1", "Cleo", "Speaker 3"]
    assert [len(one.voices) for one in found] == [1, 2, 1]
    assert merged(document, found[0], found[0]) == document


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 15 * S), st.sampled_from(["Anna", "Ben"])), max_size=4),
    st.lists(st.tuples(st.integers(0, 15 * S), st.integers(0, 15 * S)), max_size=4),
)
def test_every_piece_is_one_persons_and_no_name_is_there_twice(
    found: list[int], called: list[tuple[int, str]], same: list[tuple[int, int]]
) -> None:
    voices = tuple(NamedVoice(at=at, name=name) for at, name in called)
    people = named(pieces(len(found)), found, NamesDocument(recording="r", names=voices, merged=tuple(same)))
    assert sorted(voice.start for one in people for voice in one.voices) == [n * S for n in range(len(found))]
    assert len(set(names(people))) == len(people)
    assert [one.number for one in people] == list(range(1, len(people) + 1))
    assert all(voice.speaker == one.name for one in people for voice in one.voices)


def test_whom_nobody_knows_is_refused() -> None:
    people = named(pieces(2), [0, 1], NOBODY)
    with pytest.raises(SettingsError, match="no speaker S3"):
        person(people, "S3")
    with pytest.raises(SettingsError, match="a name of 81 letters"):
        renamed(NOBODY, people[0], "a" * 81)


def test_a_digest_changes_with_what_is_said() -> None:
    one = NOBODY.model_copy(update={"names": (NamedVoice(at=1, name="Anna"),)})
    other = NOBODY.model_copy(update={"merged": ((1, 2),)})
    assert NOBODY.digest == ""
    third = NOBODY.model_copy(update={"split": ((1, 2),)})
    assert len({NOBODY.digest, one.digest, other.digest, third.digest}) == 4


def test_in_an_encrypted_store_no_name_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_KEY", base64.b64encode(bytes(range(32))).decode())
    store = Store(tmp_path, "env:STORE_KEY")
    document = NamesDocument(recording="r", names=(NamedVoice(at=1, name="Anna Keller"),))
    store.save_names(document)
    assert store.names("r") == document
    assert not any(b"Anna" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


TWO = "describe.windows=2"


def test_reports_have_a_name_at_once_and_the_summary_with_the_next_run(tmp_path: Path) -> None:
    run = made(tmp_path, TWO)
    store = Store(tmp_path / "store")
    recording = run.key.recording
    document = renamed(NamesDocument(recording=recording), person(Spoken(run).people, "S2"), "Anna <b>")
    store.save_names(document)
    assert "**Anna &lt;b&gt;:** " in "".join(report(run, "md"))
    assert "<v Anna &lt;b&gt;>" in "".join(report(run, "vtt"))
    assert "Anna_<b>" in "".join(report(run, "rttm"))
    writer = QuickWriter()
    again = made(tmp_path, TWO, hearer=unused, voices=unused, writer=lambda: writer)
    assert {stage for stage, key in again.key.stages.items() if run.key.stages[stage] != key} == {"describe", "merge"}
    assert any("Anna <b>: " in prompt.user for prompt in writer.asked)
    assert made(tmp_path, TWO, hearer=unused, voices=unused, writer=unused).key == again.key, "nothing is left to do"
    store.save_names(NamesDocument(recording=recording))
    assert made(tmp_path, TWO, writer=unused).key == run.key, "without the name it is the first run again"


def voiced(*people: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A voice a piece, steady but for a little: people who are told apart by hearing them."""
    rng = np.random.default_rng(7)
    found = np.eye(192, dtype=np.float32)[list(people)] + 0.4 * np.eye(192, dtype=np.float32)[191]
    found += rng.normal(0, 0.005, found.shape).astype(np.float32)
    return np.array(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def told(document: NamesDocument, found: list[int], vectors: Vectors) -> tuple[Person, ...]:
    """The people, as a run tells them."""
    given = pieces(len(found))
    return named(given, split(given, vectors, found, document.split), document)


@pytest.mark.parametrize("seconds", [6, 24])
def test_one_voice_that_is_two_people(seconds: int) -> None:
    """They need not be heard for long, for somebody says that they are two."""
    truth = [0, 1, 1] * (seconds // 3)
    vectors, found = voiced(*truth, 5), [0] * seconds + [1]
    given = pieces(len(found))
    people = told(NOBODY, found, vectors)
    document = parted(renamed(NOBODY, people[1], "Cleo"), people[0], given, vectors)
    halved = told(document, found, vectors)
    assert names(halved) == ["Speaker 1", "Cleo", "Speaker 3"], "nobody else gets another number"
    assert [truth[number] for number in halved[0].pieces + halved[2].pieces] == sorted(truth)
    assert told(document, [3 * truth[n] for n in range(seconds)] + [1], vectors)[1].name == "Cleo"
    for one, other in ((2, 0), (0, 2)):
        whole = merged(renamed(document, halved[2], "Ben"), halved[one], halved[other])
        assert (whole.split, whole.merged) == ((), ())
        assert len(told(whole, found, vectors)) == 2


def test_what_was_said_to_be_one_is_parted_as_it_was() -> None:
    vectors, found, given = voiced(0, 1, 2), [0, 1, 2], pieces(3)
    document = merged(NOBODY, *told(NOBODY, found, vectors)[:2])
    assert parted(document, told(document, found, vectors)[0], given, vectors) == NOBODY
    people = told(NOBODY, found, vectors)
    called = renamed(renamed(NOBODY, people[0], "Anna"), people[1], "Anna")
    again = parted(called, told(called, found, vectors)[0], given, vectors)
    assert names(told(again, found, vectors)) == ["Speaker 1", "Anna", "Speaker 3"]


def test_a_split_counts_only_where_one_voice_is_heard_at_both_moments() -> None:
    vectors, given = voiced(0, 1, 0), pieces(3)
    pair = [(S // 2, S + S // 2)]
    assert split(given, vectors, [0, 0, 0], pair) == [0, 1, 0]
    assert split(given, vectors, [0, 1, 0], pair) == [0, 1, 0]
    assert split(given, vectors, [0, 0, 0], [(S // 2, 2 * S + S // 2), (0, 9 * S)]) == [0, 0, 0]


def test_who_cannot_be_split() -> None:
    one = named(pieces(1), [0], NOBODY)[0]
    with pytest.raises(SettingsError, match="one piece of speech only"):
        parted(NOBODY, one, pieces(1), voiced(0))
    labelled = named([Voice(0, S, "Anna")], [0], NOBODY, ["Anna"])[0]
    with pytest.raises(SettingsError, match="the words came with their speakers"):
        parted(NOBODY, labelled, pieces(1), voiced(0))


@given(st.lists(st.integers(0, 3), min_size=2, max_size=14), st.integers(0, 13), st.integers(0, 13))
def test_every_half_has_a_piece_and_together_they_are_the_voice(found: list[int], one: int, other: int) -> None:
    vectors, given_pieces = voiced(*found), pieces(len(found))
    first, second = halves(given_pieces, vectors, range(len(found)))
    assert first
    assert second
    assert first[0] == 0
    assert sorted(first + second) == list(range(len(found)))
    parts = split(given_pieces, vectors, [0] * len(found), [(one * S, other * S)])
    assert parts in ([0] * len(found), [int(number in second) for number in range(len(found))])
