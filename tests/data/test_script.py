"""What is said: marks, facts, and the endless meeting."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.long_script import long_script
from data.normalise import normalise
from data.script import Fact, Pause, Utterance, meeting, parse

WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@settings(deadline=None)
@given(WORD, WORD, WORD)
def test_a_mark_becomes_a_fact_of_the_text(before: str, value: str, after: str) -> None:
    line = parse(f"Ann: {before} [number:{value}] {after}.")
    assert line == Utterance("Ann", f"{before} {value} {after}.", (Fact("number", value),))


def test_a_pause_is_read() -> None:
    assert parse("(pause 2.5)") == Pause(2.5)


@pytest.mark.parametrize("line", ["no speaker here", "Ann:", ": nobody", "(pause)"])
def test_what_is_neither_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        parse(line)


def test_the_meeting_has_speakers_facts_and_a_long_silence() -> None:
    lines = meeting()
    spoken = [line for line in lines if isinstance(line, Utterance)]
    assert len({line.speaker for line in spoken}) >= 3
    assert {"number", "name", "date", "amount"} <= {fact.kind for line in spoken for fact in line.facts}
    assert Pause(8.0) in lines


@pytest.mark.parametrize("seed", range(3))
def test_the_endless_meeting(seed: int) -> None:
    lines = list(islice(long_script(seed), 1500))
    assert lines == list(islice(long_script(seed), 1500))
    spoken = [line for line in lines if isinstance(line, Utterance)]
    assert all(fact.value in line.text for line in spoken for fact in line.facts)
    assert not any("{" in line.text or "[" in line.text for line in spoken)
    assert max(len(line.text) for line in spoken) < 130, "about 12 s of speech"
    assert len({line.text for line in spoken}) > 0.8 * len(spoken)


def test_another_seed_says_other_things() -> None:
    assert list(islice(long_script(1), 50)) != list(islice(long_script(2), 50))


@settings(deadline=None)
@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("48,250 euros", "48, 250 Euros"),
        ("48,250 euros", "€48,250"),
        ("12 percent", "12%"),
        ("at 9:30.", "at 9.30"),
        ("3.2 metres", "3.2 meters"),
        ("the second of five", "the 2nd of 5"),
    ],
)
def test_what_is_said_the_same_is_the_same(written: str, heard: str) -> None:
    assert normalise(written) == normalise(heard)
