"""Passages: what one person says for half a minute, with the moment of each piece."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.reports.outline_types import Outline
from pipeline.search.passages import Passage, passages, said, unpacked
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import RunKey, Store
from pipeline.store.structs import ScreenText
from pipeline.store.tables import HearRow, SeeRow
from pipeline.text.cues import Cue


def row(index: int, cues: list[Cue], language: str = "en", transcript: str = "") -> HearRow:
    return HearRow(
        recording="r", index=index, start=index * 30 * S, end=(index + 1) * 30 * S, heard_start=0, status="processed",
        language=language, cues=cues, transcript=transcript,
    )  # fmt: skip


def test_a_passage_goes_over_the_borders_of_windows() -> None:
    rows = [row(0, [Cue(28 * S, 30 * S, " the roof")]), row(1, [Cue(30 * S, 32 * S, " is  leaking.")])]
    (one,) = said(rows)
    assert (one.text, one.span) == ("the roof is leaking.", Span(28 * S, 32 * S))
    assert [one.at(one.text.index(word)) // S for word in ("roof", "leaking")] == [28, 30]


def test_another_speaker_a_pause_and_another_language_end_a_passage() -> None:
    rows = [
        row(0, [Cue(0, S, "One.", "A"), Cue(S, 2 * S, "Two.", "B"), Cue(20 * S, 21 * S, "Three.", "B")]),
        row(1, [Cue(22 * S, 23 * S, "Vier.", "B")], "de"),
    ]
    assert [(one.text, one.speaker, one.language) for one in said(rows)] == [
        ("One.", "A", "en"), ("Two.", "B", "en"), ("Three.", "B", "en"), ("Vier.", "B", "de"),
    ]  # fmt: skip


def test_a_long_speech_is_cut_at_sentences_and_without_them_anyway() -> None:
    told = [Cue(n * S, (n + 1) * S, f"word{n} " * 8 + ("end." if n % 5 == 4 else "")) for n in range(40)]
    assert all(one.text.endswith("end.") for one in said([row(0, told)]))
    endless = [Cue(n * S, (n + 1) * S, "word " * 8) for n in range(100)]
    cut = list(said([row(0, endless)]))
    assert len(cut) > 2
    assert max(len(one.text) for one in cut) < 1300
    assert sum(one.text.count("word") for one in cut) == 800


def test_letters_without_spaces_are_joined_without_spaces() -> None:
    (one,) = said([row(0, [Cue(0, S, "东京"), Cue(S, 2 * S, "大学")], "zh")])
    assert one.text == "东京大学"
    assert one.at(2) == S


def test_words_without_times_have_that_of_their_window() -> None:
    (one,) = said([row(1, [], transcript="Only words.")])
    assert (one.text, one.span.start) == ("Only words.", 30 * S)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 10**9)), min_size=1), st.integers(0, 10**9))
def test_moments_come_back_to_the_millisecond(moments: list[tuple[int, int]], start: int) -> None:
    given_ = tuple((letter, start + later) for letter, later in moments)
    passage = Passage("transcript", Span(start, start + 10**9), "x", "", "", given_)
    back = unpacked(passage.packed(), start)
    assert [letter for letter, _ in back] == [letter for letter, _ in given_]
    assert all(0 <= tick - other < S // 1000 for (_, tick), (_, other) in zip(given_, back, strict=True))


def test_a_line_that_goes_on_over_segments_is_one_passage(tmp_path: Path) -> None:
    run = Store(tmp_path).run(RunKey("r", {"see": "v"}))
    shown = [(0, 60), (60, 61), (90, 95)]
    run.see.write(
        0,
        [
            SeeRow(recording="r", index=n, start=n * 60 * S, end=(n + 1) * 60 * S, status="processed",
                   texts=[ScreenText("3.5 bar", first * S, last * S, (0, 0, 9, 9), 0.9)
                          for first, last in shown if first // 60 == n])
            for n in range(2)
        ],
    )  # fmt: skip
    found = list(passages(run, Spoken(run), Outline()))
    assert [(one.kind, one.text, one.span.start // S) for one in found] == [
        ("screen", "3.5 bar", 0), ("screen", "3.5 bar", 90),
    ]  # fmt: skip
