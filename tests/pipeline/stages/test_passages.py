"""What is described at once: passages touch, cover the rows, and keep their numbers, whatever was heard and seen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chunkers.audio import Window
from chunkers.decoding import Decoded
from chunkers.segments import Segment
from chunkers.spans import Span
from pipeline.stages.passages import MISSING, Passage, of_segments, of_windows, row_of
from pipeline.store.coverage import coverage
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue

STATUSES = st.sampled_from(["processed", "processed", "silent", "failed"])


@st.composite
def heard(draw: st.DrawFn) -> list[HearRow]:
    """Windows that touch, of any length and status; the last one may be what the file did not hold."""
    lengths = draw(st.lists(st.integers(1, 40), max_size=20))
    statuses: list[str] = [draw(STATUSES) for _ in lengths]
    if draw(st.booleans()) and statuses:
        statuses[-1] = "skipped"
    ends = list(itertools.accumulate(lengths))
    return [
        row(n, end - length, end, status)
        for n, (length, end, status) in enumerate(zip(lengths, ends, statuses, strict=True))
    ]


def row(index: int, start: int, end: int, status: str = "processed") -> HearRow:
    said = f"Words of {index}." if status == "processed" else ""
    return HearRow(
        recording="r", index=index, start=start, end=end, heard_start=start, status=status, transcript=said,
        cues=[Cue(start, end, said)] if said else [],
        error={"failed": "loop", "skipped": MISSING}.get(status, ""),
    )  # fmt: skip


def check(passages: Sequence[Passage], end: int) -> None:
    """They touch, reach from 0 to `end`, and their numbers ascend."""
    total = coverage([row_of("r", passage, "processed") for passage in passages])
    assert total.end == end
    assert all(before.index < after.index for before, after in itertools.pairwise(passages))
    assert all(passage.span.ticks for passage in passages)


# -- sound alone -------------------------------------------------------------------------------------------


@given(heard(), st.integers(1, 8))
def test_passages_of_windows_cover_the_rows(rows: list[HearRow], size: int) -> None:
    passages = list(of_windows(rows, size))
    check(passages, rows[-1].end if rows else 0)
    assert [one for passage in passages for one in passage.heard] == rows
    for passage in passages:
        assert 1 <= len(passage.heard) <= size
        assert passage.index == passage.heard[0].index
        alone = passage.heard[0].status in ("failed", "skipped")
        assert len(passage.heard) == 1 or not alone
        assert all(one.status in ("processed", "silent") for one in passage.heard) or alone
        assert passage.skipped == (MISSING if passage.heard[0].status == "skipped" else "")
    assert " ".join(one.transcript for one in passages if one.transcript) == " ".join(
        one.transcript for one in rows if one.transcript
    )


@given(heard(), st.integers(1, 8), st.integers(1, 5))
def test_no_passage_crosses_a_part(rows: list[HearRow], size: int, part_rows: int) -> None:
    span = part_rows * size
    for passage in of_windows(rows, size):
        assert {one.index // span for one in passage.heard} == {passage.index // span}


@given(heard(), st.integers(1, 8), st.data())
def test_numbers_stay_when_a_failed_window_is_heard_at_last(
    rows: list[HearRow], size: int, data: st.DataObject
) -> None:
    """Only the passages of its own group of windows are others; the rest keep number, span and what they rest on."""
    failed = [one.index for one in rows if one.status == "failed"]
    if not failed:
        return
    index = data.draw(st.sampled_from(failed))
    retried = [row(one.index, one.start, one.end) if one.index == index else one for one in rows]
    before, after = (
        {one.index: (one.span, one.inputs) for one in of_windows(some, size) if one.index // size != index // size}
        for some in (rows, retried)
    )
    assert before == after


@given(heard(), st.integers(1, 8))
def test_the_sound_comes_along_where_it_is_the_same(rows: list[HearRow], size: int) -> None:
    """A decoder that gives less at the end: the windows are those of the rows as far as they are the same."""
    windows = [window(one) for one in rows if one.status != "skipped"]
    for passage in of_windows(rows, size, windows):
        assert [one.span for one in passage.sound] == [one.span for one in passage.heard if one.status != "skipped"]
    shorter = [*windows[:-1], *(window(replace(one, end=one.end - 1)) for one in rows[len(windows) - 1 : len(windows)])]
    given_again = [one.span for passage in of_windows(rows, size, shorter) for one in passage.sound]
    assert given_again == [one.span for one in windows[:-1]]
    fewer = [one.span for passage in of_windows(rows, size, windows[:-1]) for one in passage.sound]
    assert fewer == given_again


def window(of: HearRow) -> Window:
    return Window(of.index, of.span, of.span, np.zeros(of.span.ticks, np.float32), silent=False)


def test_what_was_heard_decides_what_a_passage_rests_on() -> None:
    (plain,) = of_windows([row(0, 0, 10), row(1, 10, 20)], 2)
    changes = [
        {"end": 11},
        {"status": "silent"},
        {"transcript": "Other."},
        {"cues": [Cue(0, 10, "Words of 0.", "Anna")]},
        {"cues": [Cue(1, 10, "Words of 0.")]},
    ]
    for change in changes:
        first = replace(row(0, 0, 10), **change)  # type: ignore[arg-type]
        (other,) = of_windows([first, row(1, 10, 20)], 2)
        assert other.inputs != plain.inputs, change
    (same,) = of_windows([replace(row(0, 0, 10), seconds=9.0, attempts=3), row(1, 10, 20)], 2)
    assert same.inputs == plain.inputs, "how long it took is nothing that a summary rests on"


# -- with pictures -----------------------------------------------------------------------------------------


@dataclass
class Shown:
    """A pass over the picture, and its report."""

    borders: Sequence[int]
    header: int = 0
    """What the header promises; 0: no more than there is."""

    @property
    def report(self) -> Decoded:
        end = self.borders[-1]
        return Decoded(end, self.header or end, 0, (), self.header > end, ())

    def __iter__(self) -> Iterator[Segment]:
        for index, (start, end) in enumerate(itertools.pairwise(self.borders)):
            yield Segment(index, Span(start, end), np.zeros((1, 48, 48, 3), np.uint8), (), ())


@st.composite
def seen(draw: st.DrawFn) -> tuple[list[HearRow], Shown]:
    """Segments that end where windows end, as the cutter makes them, with a picture that may go on behind the sound."""
    rows = draw(heard())
    borders = [0]
    for end in [one.end for one in rows if one.status != "skipped"]:
        if draw(st.booleans()) or end == max(one.end for one in rows if one.status != "skipped"):
            borders.append(end)
    for more in draw(st.lists(st.integers(1, 60), max_size=3)):
        borders.append(borders[-1] + more)
    header = borders[-1] + draw(st.sampled_from([0, 0, 5, 500]))
    return rows, Shown(borders, header)


@given(seen())
def test_passages_of_segments_cover_sound_and_picture(both: tuple[list[HearRow], Shown]) -> None:
    rows, shown = both
    passages = list(of_segments(shown, rows))
    sound = rows[-1].end if rows else 0
    missing = shown.report.missing
    check(passages, max(sound, shown.borders[-1], missing.end if missing else 0))
    spoken = [one for one in rows if one.status != "skipped"]
    inside = [one for passage in passages if passage.segment for one in passage.heard]
    assert inside == spoken, "each window belongs to one segment"
    for passage in passages:
        if passage.segment is None:
            assert passage.skipped == MISSING
        else:
            assert (passage.index, passage.span) == (passage.segment.index, passage.segment.span)
            assert all(passage.span.start <= one.start and one.end <= passage.span.end for one in passage.heard)


@given(heard(), st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(0, 100))
def test_pictures_that_another_decoder_has_cut_elsewhere_lose_nothing(
    rows: list[HearRow], lengths: list[int], header: int
) -> None:
    """Segments that end anywhere: shorter than the sound, longer, in the middle of a window."""
    borders = [0, *itertools.accumulate(lengths)]
    shown = Shown(borders, borders[-1] + header)
    passages = list(of_segments(shown, rows))
    sound = rows[-1].end if rows else 0
    check(passages, max(sound, borders[-1] + header))
    used = [one for passage in passages for one in passage.heard]
    spoken = [one for one in rows if one.status != "skipped"]
    assert [one for one in used if one.status != "skipped"] == spoken, "every word belongs to one passage"


def test_without_sound_there_are_only_segments() -> None:
    passages = list(of_segments(Shown([0, 10, 20]), []))
    assert [(one.index, one.span, one.heard) for one in passages] == [(0, Span(0, 10), ()), (1, Span(10, 20), ())]


def test_sound_behind_the_picture_has_passages_of_its_own() -> None:
    rows = [row(0, 0, 10), row(1, 10, 20), row(2, 20, 30, "failed"), row(3, 30, 40, "skipped")]
    passages = list(of_segments(Shown([0, 10]), rows))
    assert [(one.index, one.span, one.skipped) for one in passages] == [
        (0, Span(0, 10), ""),
        (1, Span(10, 20), ""),
        (2, Span(20, 30), ""),
        (3, Span(30, 40), MISSING),
    ]
    assert [one.heard for one in passages] == [(one,) for one in rows]
