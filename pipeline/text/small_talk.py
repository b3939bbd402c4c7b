"""Sentences that say nothing a note should keep: greetings, thanks, fillers, remarks about the talk itself. Pure."""

from __future__ import annotations

import re

from pipeline.text.lexicons import Lexicon
from pipeline.text.numbers import numbers
from pipeline.text.scripts import spaceless

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def small_talk(sentence: str, words: Lexicon) -> bool:
    """Whether nothing is left of `sentence` without courtesies, fillers, empty words and the names of who is addressed.

    Never where a number is left, and never where the language is not known.
    """
    if not words.empty or spaceless(sentence):
        return False
    bare, courtesies = words.courtesies.subn(" ", sentence.replace("’", "'"))
    bare, remarks = words.about_the_talk.subn(" ", bare)
    if numbers(bare):
        return False
    left = [word for word in _WORD.findall(bare) if word.lower() not in words.empty]
    if courtesies or remarks:
        left = [word for word in left if not word[0].isupper()]
    return not left


def courteous(sentence: str, words: Lexicon) -> bool:
    """Whether `sentence` greets, thanks or speaks of the talk itself, whatever else it says."""
    text = sentence.replace("’", "'")
    return bool(words.courtesies.search(text) or words.about_the_talk.search(text))


def aside(sentence: str, words: Lexicon) -> bool:
    """Whether `sentence` is courteous, or says who somebody is or what the meeting itself will do."""
    return courteous(sentence, words) or bool(words.introductions.search(sentence.replace("’", "'")))
