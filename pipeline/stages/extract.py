"""Which sentences of a passage a writer is shown: those that tell most of the recording. Pure.

A small writer repeats what it is shown, what tells nothing included, and each token that it reads takes a CPU as long
as one that it writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chunkers.spans import Span
from pipeline.stages.passages import Passage
from pipeline.stages.speakers.assign import Turn
from pipeline.text.lexicons import lexicon
from pipeline.text.said import fluent
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import joined, sentences
from pipeline.text.small_talk import small_talk
from pipeline.text.worth import TERSE, Worth

_TRAILING = ("...", "…")
"""How a sentence ends that trails off, or is cut off where its window ends."""

_LETTERS = 4
"""Letters of a token, about, where words have spaces between them; elsewhere one."""


def with_told(passage: Passage, worth: Worth, room: int) -> Passage:
    """The passage with what a writer is shown of it: about `room` tokens that tell something of the recording."""
    return replace(passage, told=tuple(extract(substance(passage), passage.span, worth, room)))


def told(passage: Passage) -> Sequence[Turn]:
    """What a writer is shown of a passage, turn by turn: all that has substance where nothing was chosen."""
    return substance(passage) if passage.told is None else passage.told


def substance(passage: Passage) -> list[Turn]:
    """What was said in a passage without small talk and hesitations, turn by turn.

    All is one turn, by nobody, where no speakers are known. A turn of which nothing is left is left out.
    """
    turns = passage.turns or [Turn(passage.span.start, passage.span.end, None, passage.transcript)]
    words = lexicon(" ".join(turn.text for turn in turns))
    kept = [
        replace(turn, text=joined(fluent(one, words) for one in sentences(turn.text) if not small_talk(one, words)))
        for turn in turns
    ]
    return [turn for turn in kept if turn.text]


def extract(turns: Sequence[Turn], span: Span, worth: Worth, room: int) -> list[Turn]:
    """The turns of a passage with the sentences that tell enough, in order, about `room` tokens of them.

    Where none tells enough, the one that tells most is left. A turn of which nothing is left is left out, and so is a
    sentence that was broken off. One that trails off stands only where nothing else does.
    """
    texts = [(at, text) for at, turn in enumerate(turns) for text in sentences(turn.text) if worth.whole(text)]
    texts = [(at, text) for at, text in texts if not text.endswith(_TRAILING)] or texts
    found = [(at, text, worth.of(text, [span])) for at, text in texts]
    if not found:
        return []
    telling = [number for number, (_, text, _) in enumerate(found) if worth.tells(text, [span])]
    telling = telling or [max(range(len(found)), key=lambda number: found[number][2])]
    costs = {number: _tokens(found[number][1]) for number in telling}
    left, kept = room, list[int]()
    for number in sorted(telling, key=lambda number: -found[number][2] / (costs[number] + TERSE)):
        if costs[number] <= left or not kept:
            kept.append(number)
            left -= costs[number]
    chosen: dict[int, list[str]] = {}
    for number in sorted(kept):
        at, text, _ = found[number]
        chosen.setdefault(at, []).append(text)
    return [replace(turns[at], text=joined(own)) for at, own in chosen.items()]


def _tokens(text: str) -> int:
    """About how many tokens a text has: which are shown must not hang on a model that is not loaded yet."""
    return len(text) if spaceless(text) else len(text) // _LETTERS + 1
