"""The sentences that were said, each with its time and its speaker, from the cues of a transcript. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text.cues import Cue
from pipeline.text.lexicons import Lexicon
from pipeline.text.numbers import numbers
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import parted, sentences

_PAUSE = 2 * TICKS_PER_SECOND
"""A pause of so many ticks ends a sentence, whatever its marks say."""

_FRAGMENT = re.compile(r"[b-df-hj-np-tv-xz]{1,3}", re.IGNORECASE)
_LONGEST_RUN = 12
"""Words that are said again at once, at most."""

_FEW = 2
"""Words that are no sentence by themselves."""

_LONGEST = 400
"""Letters after which speech without full stops is taken as ended at the next cue."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, from when to when it was said, and by whom; `speaker` is empty where that is not known."""

    span: Span
    text: str
    speaker: str = ""


def spoken(cues: Iterable[Cue]) -> Iterator[Said]:
    """The sentences of some cues in order of time.

    A sentence may go over several cues, and a cue hold several sentences: then its time is shared out by letters.
    Another speaker or a pause of two seconds ends a sentence.
    """
    waiting: list[Cue] = []
    for cue in cues:
        if waiting and (ends_between(waiting[-1], cue) or sum(len(one.text) for one in waiting) > _LONGEST):
            yield from _divided(waiting)
            waiting = []
        waiting.append(cue)
    yield from _divided(waiting)


def fluent(text: str, words: Lexicon) -> str:
    """`text` without hesitations, and without what is said again at once or was only begun.

    `I I will um send, will send it` is `I will send it`, and `a d detailed plan` is `a detailed plan`.
    """
    kept: list[str] = []
    for word in text.split():
        bare = word.strip(",.;:!?").lower()
        mark = word[-1] if word[-1] in ".!?" else ""
        if bare in words.hesitations or not bare:
            if mark and kept:
                kept[-1] = kept[-1].rstrip(",;:.!?") + mark
            continue
        if words.hesitations and kept and _begun(kept[-1], bare):
            kept.pop()
        kept.append(word)
        if words.hesitations:
            _drop_repeated(kept)
    whole = " ".join(kept).strip(" ,;")
    return whole[:1].upper() + whole[1:]


@lru_cache(maxsize=16_384)
def stated(text: str, words: Lexicon) -> str:
    """`text` of a sentence as it stands in a summary: fluent, and without the words that take up what was said before.

    `So and, uh, Keith would like it` is `Keith would like it`. Where less than three words were left, all stay. A merge
    asks for that of the same sentence again and again.
    """
    whole = fluent(text, words)
    opening = words.openings.match(whole)
    bare = whole[opening.end() :] if opening else whole
    return bare[:1].upper() + bare[1:] if len(bare.split()) > _FEW else whole


def _begun(word: str, following: str) -> bool:
    """Whether a word was only begun before it was said: letters without a vowel, as the following word begins."""
    return _FRAGMENT.fullmatch(word) is not None and following != word.lower() and following.startswith(word.lower())


def _drop_repeated(words: list[str]) -> None:
    """Take out of `words` the run before the last one where they are the same words: `five five` is a number.

    A sentence that ends between them was said twice, and stays.
    """
    for length in range(min(_LONGEST_RUN, len(words) // 2), 0, -1):
        before, run = words[-2 * length : -length], words[-length:]
        same = [one.strip(",").lower() for one in before] == [one.strip(",.;:!?").lower() for one in run]
        if same and not numbers(" ".join(run)):
            del words[-2 * length : -length]
            return


def ends_between(before: Cue, after: Cue) -> bool:
    """Whether a sentence ends between two cues, or words, that follow each other."""
    return (
        before.speaker != after.speaker
        or after.start - before.end >= _PAUSE
        or parted(before.text.rstrip(), after.text.lstrip())
    )


def _divided(cues: Sequence[Cue]) -> list[Said]:
    """The sentences of cues of one speaker."""
    text, begins = "", []
    for cue in cues:
        bare = " ".join(cue.text.split())
        text += "" if not text or spaceless(text[-1] + bare[:1]) else " "
        begins.append((len(text), cue))
        text += bare
    found, place = [], 0
    for sentence in sentences(text):
        start = text.index(sentence, place)
        place = start + len(sentence)
        span = Span(_moment(start, begins), max(_moment(start, begins), _moment(place - 1, begins, ends=True)))
        found.append(Said(span, sentence, cues[0].speaker or ""))
    return found


def _moment(at: int, begins: Sequence[tuple[int, Cue]], *, ends: bool = False) -> int:
    """When the letter at `at` begins, or with `ends` ends, in ticks."""
    first, cue = max((pair for pair in begins if pair[0] <= at), key=lambda pair: pair[0])
    letters = max(1, len(" ".join(cue.text.split())))
    return cue.start + (cue.end - cue.start) * min(at - first + ends, letters) // letters
