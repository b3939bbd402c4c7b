"""A sentence that goes on over the border of two windows, told where it begins. Pure planning.

Windows are cut where it is quiet, which is not always between two sentences. A writer that is shown half of one
completes it with words that nobody said, and the other half is no sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.stages.hear import take_words
from pipeline.stages.speakers.spoken import words_of
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue
from pipeline.text.said import ends_between
from pipeline.text.sentences import ended, sentences

_MOST_LETTERS = 200
"""Letters of the rest of a sentence, at most: in speech without full stops no end of it is known."""


def whole_sentences(rows: Iterable[HearRow]) -> Iterator[HearRow]:
    """Rows that follow each other, each sentence whole in the one in which it begins; their spans stay as they are.

    A row of which all words belong to the row before it is left without any.
    """
    waiting: HearRow | None = None
    for row in rows:
        following = row
        if waiting is not None:
            moved = _rest(waiting, row)
            if moved:
                own = words_of(row)
                waiting = _with_pieces(waiting, [*words_of(waiting), *own[:moved]])
                following = _with_pieces(row, own[moved:])
            yield waiting
        waiting = following
    if waiting is not None:
        yield waiting


def _rest(before: HearRow, row: HearRow) -> int:
    """How many pieces at the beginning of `row` belong to the sentence with which the row before it ends."""
    own, last = words_of(row), words_of(before)[-1:]
    if not (last and own) or (before.language, before.source) != (row.language, row.source):
        return 0
    if own[0].text.lstrip()[:1].isupper():  # a recogniser may leave out the full stop at the end of what it hears
        return 0
    letters, previous = 0, last[0]
    for number, piece in enumerate(own):
        if ends_between(previous, piece):
            return number
        letters += len(piece.text)
        if letters > _MOST_LETTERS or len(sentences(piece.text)) > 1:
            return 0
        previous = piece
    return len(own) if ended(previous.text) else 0


def _with_pieces(row: HearRow, pieces: Sequence[Cue]) -> HearRow:
    if row.source == "imported":  # its cues are those of the file
        own = [replace(piece, text=piece.text.strip()) for piece in pieces]
        return replace(row, cues=own, transcript=" ".join(piece.text for piece in own))
    changed = replace(row)
    take_words(changed, list(pieces))
    return changed
