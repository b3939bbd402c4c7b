"""Whether a sentence leaves places where they were said to be. Pure.

What happened `in New Hampshire` was not done by New Hampshire, nor did it happen `below` it; and where `a team from
Somerset` brought water, it was no water from Somerset.
"""

from __future__ import annotations

import re

from pipeline.text.lexicons import Lexicon
from pipeline.text.support import names_in

_BEFORE = re.compile(r"(\w+) (?:(?:the|our|la|le|les|el|los|las) )?\Z", re.IGNORECASE)
"""The word before a name, and an article between them."""

_LETTERS = 24
"""Letters before a name within which that word is."""


def moved(sentence: str, source: str, words: Lexicon) -> bool:
    """Whether a name of `sentence` stands behind a word of place behind which `source` never has it.

    Or whether it begins the sentence, where it stands behind words of place alone in `source`; or whether somebody or
    something else is from there.
    """
    for name in names_in(sentence):
        said = _before(name, source)
        written = _before(name, sentence)
        if said and (written & words.places) - said:
            return True
        if said and said <= words.places and sentence.lower().startswith(name.lower()):
            return True
        if any(_before(f"{word} {name}", sentence) - _before(f"{word} {name}", source) for word in words.origins):
            return True
    return False


def at_places(sentence: str, words: Lexicon) -> list[str]:
    """The names of `sentence` that stand behind a word of place."""
    return [name for name in names_in(sentence) if _before(name, sentence) & words.places]


def _before(name: str, text: str) -> set[str]:
    """The words that stand before a name, each time; an empty one where there is none."""
    found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    words = (_BEFORE.search(text[max(0, one.start() - _LETTERS) : one.start()]) for one in found)
    return {word[1].lower() if word else "" for word in words}
