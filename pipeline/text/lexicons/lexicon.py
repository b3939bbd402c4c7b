"""What a language's module of words holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

NOTHING = r"(?!)"
"""A pattern that matches nowhere: what a language that is not known says."""


@dataclass(frozen=True)
class Lexicon:
    """Words and phrases of one language by which speech is sorted; patterns are regular expressions without case.

    An empty pattern finds nothing.
    """

    empty_words: str = ""
    """Words, parted by spaces, that say nothing about a topic."""
    filler_words: str = ""
    """Words, parted by spaces, that fill a pause, agree, greet or thank."""
    courtesy: str = ""
    """Phrases of greeting, thanking and leaving; a sentence of these and filler words alone is small talk."""
    housekeeping: str = ""
    """Phrases about the talk itself: can you hear me, excuse me, sorry I am late."""
    moves_on: str = ""
    """Phrases with which a speaker goes to another topic."""

    @cached_property
    def empty(self) -> frozenset[str]:
        """The empty words and the filler words."""
        return frozenset((self.empty_words + " " + self.filler_words).split())

    @cached_property
    def fillers(self) -> frozenset[str]:
        """The filler words."""
        return frozenset(self.filler_words.split())

    @cached_property
    def courtesies(self) -> re.Pattern[str]:
        """Greeting, thanking, leaving."""
        return pattern(self.courtesy)

    @cached_property
    def about_the_talk(self) -> re.Pattern[str]:
        """Remarks about the talk itself."""
        return pattern(self.housekeeping)

    @cached_property
    def transitions(self) -> re.Pattern[str]:
        """Going to another topic."""
        return pattern(self.moves_on)


def pattern(text: str) -> re.Pattern[str]:
    """The pattern, at the borders of words, without case."""
    return re.compile(rf"\b(?:{text})(?!\w)" if text else NOTHING, re.IGNORECASE)
