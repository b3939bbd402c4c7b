"""Whether words make a sentence of their own, and whether it asks. Pure."""

from __future__ import annotations

from pipeline.text.facts import find
from pipeline.text.lexicons import Lexicon
from pipeline.text.sentences import is_question

_FEW = 12
"""Words up to which a sentence without a known verb is a fragment; a longer one has a verb that is not known."""


def asks(text: str, words: Lexicon) -> bool:
    """Whether a sentence ends as a question does, or begins as one: not every transcript has its marks."""
    return is_question(text) or words.inversions.match(text.replace("’", "'")) is not None


def is_fragment(text: str, words: Lexicon) -> bool:
    """Whether a sentence is only a part of one: a clause that begins with `because`, or a few words without a verb.

    A number or a date tells something even so, and a question is whole as it is asked.
    """
    text = text.replace("’", "'")
    if is_question(text):
        return False
    if words.dependents.match(text):
        return "," not in text
    few = len(text.split()) <= _FEW and bool(words.verb_words) and all(fact.kind == "name" for fact in find(text))
    return few and not words.verbs.search(text)
