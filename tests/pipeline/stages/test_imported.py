"""A transcript laid into windows: they touch, none is too long, and every word is in one of them."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chunkers.spans import TICKS_PER_SECOND
from pipeline.stages.imported import imported_rows
from pipeline.store.coverage import coverage
from pipeline.text.transcript_files import ImportedCue, ImportedTranscript

S = TICKS_PER_SECOND


@st.composite
def transcripts(draw: st.DrawFn) -> ImportedTranscript:
    """Cues in order, with pauses, or on top of each other."""
    cues: list[ImportedCue] = []
    start = 0
    for number in range(draw(st.integers(0, 12))):
        start += draw(st.sampled_from([0, 0, 1, S, 4 * S, 6 * S, 90 * S]))
        length = draw(st.sampled_from([1, S // 2, 3 * S, 9 * S, 10 * S, 25 * S]))
        words = " ".join(f"w{number}.{n}" for n in range(draw(st.integers(1, 30))))
        cues.append(ImportedCue(start=start, end=start + length, text=words))
        start += draw(st.sampled_from([0, length]))
    return ImportedTranscript(tuple(cues), "en", "test")


@given(transcripts(), st.integers(0, 200 * S))
def test_windows_of_any_transcript_touch_and_hold_every_word(words: ImportedTranscript, duration: int) -> None:
    length = 10 * S
    rows = imported_rows("r", words, duration, length)
    spoken = max((cue.end for cue in words.cues), default=0)
    assert coverage(rows).end == max(duration, spoken)
    assert [row.index for row in rows] == list(range(len(rows)))
    assert all(0 < row.span.ticks <= length for row in rows)
    said = sorted(word for row in rows for cue in row.cues for word in cue.text.split())
    assert said == sorted(word for cue in words.cues for word in cue.text.split())
    for row in rows:
        assert all(row.start <= cue.start < row.end for cue in row.cues)
        assert row.status == ("processed" if row.cues else "silent")
        assert row.source == "imported"
    starts = [cue.start for row in rows for cue in row.cues]
    assert all(before <= after for before, after in itertools.pairwise(starts))
