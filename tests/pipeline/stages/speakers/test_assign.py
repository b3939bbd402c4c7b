"""Words go to whoever speaks at their time; a sentence stays whole; cues and turns end where the speaker changes."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.speakers.assign import Turn, Voice, Voices, cues_with_speakers, turns, words_with_speakers
from pipeline.text import cues
from pipeline.text.cues import Cue

S = TICKS_PER_SECOND


def words(text: str, start: float, each: float = 0.4) -> list[Cue]:
    """The words of `text`, each of `each` seconds, one behind the other."""
    parts = text.split()
    return [Cue(int((start + n * each) * S), int((start + (n + 1) * each) * S), f" {w}") for n, w in enumerate(parts)]


def voices(*given: tuple[str, float, float]) -> Voices:
    return Voices(Voice(int(start * S), int(end * S), name) for name, start, end in given)


def told(pieces: list[Cue]) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in turns(pieces)]


def test_words_go_to_the_voice_of_their_time() -> None:
    said = [*words("How are you?", 0), *words("Very well, thank you.", 2)]
    assert told(words_with_speakers(said, voices(("A", 0, 1.3), ("B", 1.9, 4)))) == [
        ("A", "How are you?"),
        ("B", "Very well, thank you."),
    ]


def test_a_border_that_is_a_little_off_takes_no_word_from_its_sentence() -> None:
    said = [*words("We closed the road.", 0), *words("Thank you.", 1.6)]
    assert told(words_with_speakers(said, voices(("A", 0, 1.2), ("B", 1.2, 2.4)))) == [
        ("A", "We closed the road."),
        ("B", "Thank you."),
    ]


def test_without_a_full_stop_the_voices_part_it() -> None:
    said = words("so that is done then and what about the budget of this year", 0)
    assert told(words_with_speakers(said, voices(("A", 0, 2), ("B", 2, 6)))) == [
        ("A", "so that is done then"),
        ("B", "and what about the budget of this year"),
    ]


def test_a_pause_ends_a_sentence_too() -> None:
    said = [*words("yes", 0), *words("I will do that tomorrow", 2)]
    assert told(words_with_speakers(said, voices(("A", 0, 0.5), ("B", 2, 4.2)))) == [
        ("A", "yes"),
        ("B", "I will do that tomorrow"),
    ]


def test_a_word_between_two_voices_is_the_nearer_ones_and_one_far_away_nobodys() -> None:
    two = voices(("A", 0, 1), ("B", 3, 4))
    assert two.speaker(int(1.2 * S), int(1.4 * S)) == "A"
    assert two.speaker(int(2.5 * S), int(2.7 * S)) == "B"
    assert two.speaker(20 * S, 21 * S) is None
    assert voices().speaker(0, S) is None


def test_in_overlapping_speech_the_longer_voice_counts() -> None:
    assert voices(("A", 0, 5), ("B", 0.9, 3)).speaker(0, 2 * S) == "A"


def test_a_word_without_length_has_a_speaker() -> None:
    assert words_with_speakers([Cue(S, S, " Yes.")], voices(("A", 0, 3)))[0].speaker == "A"


def test_names_that_came_with_the_words_stay() -> None:
    named = Cue(0, S, " Hello.", "Anna")
    assert words_with_speakers([named], voices(("A", 0, 3))) == [named]
    assert cues_with_speakers([named, Cue(S, 2 * S, "Hi.")], voices(("A", 0, 3))) == [named, Cue(S, 2 * S, "Hi.", "A")]


def test_a_stretch_without_word_times_is_divided_by_sentences_over_the_voices() -> None:
    """Ten seconds of text, of which five are silence: the second half of the words is the second half of the speech."""
    stretch = Cue(0, 20 * S, "Where is the report of today? It lies upon the table.")
    found = words_with_speakers([stretch], voices(("A", 0, 3), ("B", 16, 19)))
    assert told(found) == [("A", "Where is the report of today?"), ("B", "It lies upon the table.")]
    assert "".join(one.text for one in found) == stretch.text
    assert (found[0].start, found[-1].end) == (0, 20 * S)


def test_a_turn_holds_its_words() -> None:
    said = [*words("One two.", 0), *words("Three.", 4)]
    assert list(turns(words_with_speakers(said, voices(("A", 0, 5))))) == [
        Turn(0, int(4.4 * S), "A", "One two. Three.")
    ]
    assert list(turns([])) == []


timeline = st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 30), st.floats(0.1, 5)), max_size=8)
texts = st.lists(st.sampled_from(["Yes.", "no", "the", "road", "closed.", "well,", "42"]), max_size=40)


@given(timeline, texts, st.floats(0.05, 2))
def test_no_word_is_lost_and_no_cue_crosses_a_change(
    heard: list[tuple[str, float, float]], said: list[str], each: float
) -> None:
    who = voices(*[(name, start, start + length) for name, start, length in heard])
    given_words = words(" ".join(said), 0, each)
    found = words_with_speakers(given_words, who)
    assert [(one.start, one.end, one.text) for one in found] == [(one.start, one.end, one.text) for one in given_words]
    for cue in cues.group(found):
        inside = {one.speaker for one in found if cue.start <= one.start < cue.end and one.end > one.start}
        assert inside <= {cue.speaker}
    told_turns = list(turns(found))
    assert all(one.speaker != other.speaker for one, other in itertools.pairwise(told_turns))
    assert "".join(turn.text for turn in told_turns).replace(" ", "") == "".join(said)
