"""Whether a sentence tells as done what was not said to be done. Pure."""

from __future__ import annotations

import re

from pipeline.text.lexicons import Lexicon
from pipeline.text.support import forms_of

_PAIR = re.compile(r"(?=\b([^\W\d_][\w'’]*) +([^\W\d_]+)\b)")
"""A word and the one behind it."""


def told_as_done(sentence: str, source: str, words: Lexicon) -> bool:
    """Whether a verb of `sentence` is in the past, and each form of it in `source` is not: `reported by Friday`.

    A form of the past behind an article or `is` tells how something is, and is not asked about; who says `I promise` or
    `I ask` has done so.
    """
    return any(
        words.past_forms.fullmatch(verb)
        and before.lower() not in words.before_participles
        and (said := forms_of(verb, source))
        and not any(words.past_forms.fullmatch(one) for one in said)
        and not (words.attributed.fullmatch(verb) and _by_the_speaker(said, source, words))
        for before, verb in _PAIR.findall(sentence)
    )


def _by_the_speaker(verbs: list[str], source: str, words: Lexicon) -> bool:
    """Whether one of the verbs stands behind `I` or `we` in the source."""
    return any(verb in verbs and words.in_any_first_person(before) for before, verb in _PAIR.findall(source))
