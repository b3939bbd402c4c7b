"""A sentence over the border of two windows is told where it begins; no word is lost, doubled or moved elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.merge.heard import heard_units
from pipeline.stages.describe import DescribeStage, NothingSaid
from pipeline.stages.passages import of_windows
from pipeline.stages.whole_sentences import whole_sentences
from pipeline.store import RunKey, Store
from pipeline.store.tables import DescribeRow, HearRow
from pipeline.text import cues
from pipeline.text.cues import Cue

WINDOW = 30 * TICKS_PER_SECOND


def row(index: int, text: str, speaker: str | None = None, language: str = "de", at: int = 0) -> HearRow:
    """A window whose words follow each other from its border on, or from `at` ticks behind it."""
    start, step = index * WINDOW, TICKS_PER_SECOND // 8
    said = [
        Cue(start + at + n * step, start + at + (n + 1) * step, f" {word}", speaker)
        for n, word in enumerate(text.split())
    ]
    return HearRow(
        recording="r", index=index, start=start, end=start + WINDOW, heard_start=start, transcript=text, words=said,
        status="processed" if said else "silent", language=language if said else "", cues=[],
    )  # fmt: skip


def late(one: HearRow) -> HearRow:
    """The same with its words at the end of the window."""
    shift = one.end - one.words[-1].end
    return replace(one, words=[replace(word, start=word.start + shift, end=word.end + shift) for word in one.words])


def told(*rows: HearRow) -> list[str]:
    return [one.transcript for one in whole_sentences(rows)]


def test_the_rest_is_told_where_the_sentence_begins() -> None:
    before = late(row(0, "Das ist klar. Jeder darf die Software kopieren, ändern und"))
    assert told(before, row(1, "verkaufen und weitergeben. Das gilt für alle.")) == [
        "Das ist klar. Jeder darf die Software kopieren, ändern und verkaufen und weitergeben.",
        "Das gilt für alle.",
    ]
    first, second = whole_sentences([before, row(1, "verkaufen und weitergeben. Das gilt für alle.")])
    assert first.words[-1].end > first.end, "its words keep their times"
    assert "".join(cue.text for cue in first.cues).endswith("weitergeben.")
    assert (first.span, second.span) == (row(0, "").span, row(1, "").span)


@pytest.mark.parametrize(
    "after",
    [
        row(1, "Verkaufen und weitergeben. Das gilt."),  # a new sentence, whose full stop before it was not heard
        row(1, "verkaufen und weitergeben. Das gilt.", speaker="B"),
        row(1, "verkaufen und weitergeben. Das gilt.", language="en"),
        row(1, "verkaufen und weitergeben. Das gilt.", at=3 * TICKS_PER_SECOND),  # behind a pause
        row(1, "und so weiter " * 30),  # no end is known
        row(1, "und so weiter"),
        row(1, ""),
    ],
)
def test_what_may_be_another_sentence_stays(after: HearRow) -> None:
    before = late(row(0, "Jeder darf die Software kopieren und"))
    assert list(whole_sentences([before, after])) == [before, after]


def test_a_sentence_that_has_ended_takes_nothing_more() -> None:
    rows = [late(row(0, "Das ist klar.")), row(1, "und das auch.")]
    assert list(whole_sentences(rows)) == rows


def test_cues_of_a_file_are_moved_whole_or_not_at_all() -> None:
    first = replace(row(0, ""), status="processed", source="imported", language="en", transcript="It goes on")
    first.cues = [Cue(first.end - TICKS_PER_SECOND, first.end, "It goes on")]
    second = replace(first, index=1, start=first.end, end=2 * WINDOW, transcript="until the end. Then it ends.")
    parts = ["until the end.", "Then it ends."]
    second.cues = [Cue(WINDOW + n * TICKS_PER_SECOND, WINDOW + (n + 1) * TICKS_PER_SECOND, parts[n]) for n in (0, 1)]
    assert told(first, second) == ["It goes on until the end.", "Then it ends."]
    second.cues = [Cue(WINDOW, WINDOW + TICKS_PER_SECOND, second.transcript)]
    assert told(first, second) == [first.transcript, second.transcript]


def test_a_window_whose_words_are_all_told_before_it_was_not_silent() -> None:
    rows = whole_sentences([late(row(0, "Jeder darf die Software kopieren und")), row(1, "verkaufen.")])
    stage = DescribeStage("r", NothingSaid())
    described = [stage.without_model(passage) for passage in of_windows(rows, 1)]
    assert [(one.status, one.summary) for one in described if one is not None] == [
        ("processed", "Jeder darf die Software kopieren und verkaufen."),
        ("processed", ""),
    ]


def test_summaries_are_held_against_whole_sentences_at_every_level(tmp_path: Path) -> None:
    run = Store(tmp_path).run(RunKey("r", {"hear": "h", "describe": "d"}))
    rows = [late(row(0, "Jeder darf die Software kopieren und")), row(1, "verkaufen. Das gilt für alle.")]
    run.hear.write(0, [replace(one, cues=cues.group(one.words)) for one in rows])
    chunks = [
        DescribeRow(
            recording="r", index=one.index, start=one.start, end=one.end, kind="window", inputs="", status="processed"
        )
        for one in rows
    ]
    run.describe.write(0, chunks)
    first, second = heard_units(run)
    assert (first.text, first.spans) == ("Jeder darf die Software kopieren und verkaufen.", (rows[0].span,))
    assert (second.text, second.spans) == ("Das gilt für alle.", (rows[1].span,))


WORDS = st.lists(st.sampled_from(["so", "Then", "it", "ends.", "goes", "on", "Why?"]), max_size=12)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["A", "B"]), st.booleans()), max_size=6))
def test_every_word_is_there_once_and_in_order(windows: list[tuple[list[str], str, bool]]) -> None:
    rows = [row(n, " ".join(words), speaker) for n, (words, speaker, _) in enumerate(windows)]
    rows = [late(one) if one.words and at_end else one for one, (_, _, at_end) in zip(rows, windows, strict=True)]
    whole = list(whole_sentences(rows))
    assert [one.span for one in whole] == [one.span for one in rows]
    assert [word for one in whole for word in one.words] == [word for one in rows for word in one.words]
    assert [one.transcript for one in whole] == [" ".join(word.text.strip() for word in one.words) for one in whole]
    assert [one.status for one in whole] == [one.status for one in rows]
