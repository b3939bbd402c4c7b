"""Sentences with their times, from cues."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND as S
from pipeline.text.cues import Cue
from pipeline.text.lexicons import LEXICONS
from pipeline.text.said import spoken, stated


def test_a_sentence_goes_over_cues_and_a_cue_holds_sentences() -> None:
    cues = [Cue(0, 2 * S, "The pump is"), Cue(2 * S, 4 * S, "broken. Order"), Cue(4 * S, 6 * S, "a new one.")]
    found = list(spoken(cues))
    assert [one.text for one in found] == ["The pump is broken.", "Order a new one."]
    assert found[0].span.start == 0
    assert found[0].span.end < found[1].span.start < 4 * S
    assert found[1].span.end == 6 * S


def test_another_speaker_and_a_pause_end_a_sentence() -> None:
    cues = [
        Cue(0, S, "I think that", "Anna"),
        Cue(S, 2 * S, "so do I", "Ben"),
        Cue(5 * S, 6 * S, "next week", "Ben"),
    ]
    assert [(one.text, one.speaker) for one in spoken(cues)] == [
        ("I think that", "Anna"),
        ("so do I", "Ben"),
        ("next week", "Ben"),
    ]


def test_a_script_without_spaces_gets_none() -> None:
    cues = [Cue(0, S, "会議は"), Cue(S, 2 * S, "火曜日です。")]
    assert [one.text for one in spoken(cues)] == ["会議は火曜日です。"]


def test_speech_without_full_stops_is_parted_all_the_same() -> None:
    cues = [Cue(at * S, (at + 1) * S, "and then we went on with it") for at in range(100)]
    found = list(spoken(cues))
    assert max(len(one.text) for one in found) < 500
    assert sum(len(one.text.split()) for one in found) == 700


WORDS = st.text(alphabet="ab .?!", min_size=1, max_size=30)
CUES = st.lists(st.tuples(st.integers(0, 3 * S), st.integers(0, 5 * S), WORDS), max_size=20)


@given(CUES)
@example([(0, 0, "?"), (1, 0, "a")])
def test_sentences_lie_within_their_cues_and_follow_each_other(given: list[tuple[int, int, str]]) -> None:
    cues, at = [], 0
    for pause, length, text in given:
        cues.append(Cue(at + pause, at + pause + length, text))
        at = cues[-1].end
    found = list(spoken(cues))
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
    if found:
        assert cues[0].start <= found[0].span.start <= cues[-1].end
        assert max(one.span.end for one in found) <= cues[-1].end
    letters = "".join(one.text for one in found).replace(" ", "")
    assert set(letters) <= set("ab.?!")
    assert letters.count("a") == sum(text.count("a") for _, _, text in given)


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", "So and and, of course Keith would like the German.", "Of course Keith would like the German."),
        ("en", "Good so we keep a reserve.", "We keep a reserve."),
        ("en", "And, uh, John learned how to write it.", "John learned how to write it."),
        ("en", "Well, we can pay for it.", "We can pay for it."),
        ("en", "So far the road is open.", "So far the road is open."),
        ("en", "So that is settled.", "So that is settled."),
        ("en", "Well water is clean here.", "Well water is clean here."),
        ("en", "Now we pay 3 euros.", "Now we pay 3 euros."),
        ("en", "But the offer is higher.", "But the offer is higher."),
        ("en", "No, we will not pay.", "No, we will not pay."),
        ("en", "And yes.", "And yes."),
        ("de", "Also, wir zahlen das.", "Wir zahlen das."),
        ("de", "Und zwar morgen um drei.", "Und zwar morgen um drei."),
        ("fr", "Alors on va fermer le marché.", "On va fermer le marché."),
        ("es", "Pues, cerramos el mercado.", "Cerramos el mercado."),
    ],
)
def test_what_only_takes_up_the_talk_is_not_stated(language: str, said: str, expected: str) -> None:
    words = LEXICONS[language]
    assert stated(said, words) == expected
    assert stated(expected, words) == expected
