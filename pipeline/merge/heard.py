"""What was said in a run: what every sentence of a node is held against, at every level, and where chapters begin."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.merge.inputs import Unit
from pipeline.stages.speakers.spoken import Spoken
from pipeline.stages.whole_sentences import whole_sentences
from pipeline.store import Run
from pipeline.text.chapters import borders
from pipeline.text.lexicons import lexicon
from pipeline.text.said import spoken
from pipeline.text.sentences import sentences


def heard_units(run: Run) -> Iterator[Unit]:
    """The sentences that were said in order of time, with their speakers and the spans of their chunks.

    The text that was read in a chunk stands beside them. Left out are chunks that a model has seen the pictures of:
    what it says of them nobody said.
    """
    rows = whole_sentences(Spoken(run).heard())
    row = next(rows, None)
    for chunk in run.chunks():
        cues, words = [], []
        while row is not None and row.start < chunk.end:
            cues += row.cues
            words += [] if row.cues else [row.transcript]
            row = next(rows, None)
        if chunk.frames_sent or not (cues or any(words)):
            continue
        yield from (Unit(one.text, (chunk.span,), one.speaker) for one in spoken(cues))
        more = [one for text in words for one in sentences(text)]
        shown = [*chunk.screen_text.splitlines(), *(event.text for event in chunk.events)]
        yield from (Unit(text, (chunk.span,)) for text in [*more, *shown] if text.strip())


def chapter_starts(run: Run) -> list[int]:
    """The ticks at which chapters begin, in order, without the first."""
    said = list(spoken(cue for row in run.heard() for cue in row.cues))
    words = lexicon(" ".join(one.text for one in said))
    return [said[number].span.start for number in borders(said, words)[1:]]
