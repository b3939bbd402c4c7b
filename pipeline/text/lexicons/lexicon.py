"""What a language's module of words holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

NOTHING = r"(?!)"
"""A pattern that matches nowhere: what a language that is not known says."""


@dataclass(frozen=True, slots=True)
class Headings:
    """What the parts of an outline are called in one language; without a module of its own in English."""

    language: str = "en"
    """The language's code (ISO 639-1)."""
    summary: str = "Summary"
    decisions: str = "Decisions"
    tasks: str = "Tasks"
    questions: str = "Open questions"
    figures: str = "Figures"
    chapters: str = "Chapters"
    who: str = "Who"
    what: str = "What"
    when: str = "When"
    said_at: str = "Said at"
    by: str = "by"
    """Before the name of who said it."""
    untitled: str = "Without a title"
    full: str = "In full"
    speakers: str = "Speakers"
    to_do: str = "To do"
    coverage: str = "Coverage"
    expected: str = "Expected words"


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words and phrases of one language by which speech is sorted; patterns are regular expressions without case.

    An empty pattern finds nothing. There is one object a language, by which what was made of it is kept.
    """

    empty_words: str = ""
    """Words, parted by spaces, that say nothing about a topic."""
    unit_words: str = ""
    """Words, parted by spaces, of measures, money and time: they make no title."""
    hesitation_words: str = ""
    """Words, parted by spaces, that are only a pause; nothing is lost without them."""
    opening: str = ""
    """Words with which a sentence takes up what was said before; nothing is lost without them."""
    own_words: str = ""
    """Words, parted by spaces, with which a single speaker means themselves."""
    group_words: str = ""
    """Words, parted by spaces, with which speakers mean themselves and others; none where verbs alone can say so."""
    modal_words: str = ""
    """Words, parted by spaces, of what people need, want, can, should, may, have or think."""
    place_words: str = ""
    """Words, parted by spaces, that stand before a place: where somebody is or comes from."""
    origin_words: str = ""
    """Those of them that belong to who or what stands before them: a team from there."""
    date_words: tuple[str, ...] = ()
    """Words, parted by spaces, that stand before a date on which something ends, begins, or after which it comes."""
    filler_words: str = ""
    """Words, parted by spaces, that fill a pause, agree, greet or thank."""
    courtesy: str = ""
    """Phrases of greeting, thanking and leaving; a sentence of these and filler words alone is small talk."""
    housekeeping: str = ""
    """Phrases about the talk itself: can you hear me, excuse me, sorry I am late."""
    introduction: str = ""
    """Phrases with which people say who they are, and what the meeting itself will do."""
    moves_on: str = ""
    """Phrases with which a speaker goes to another topic."""

    negation: str = ""
    """Words that say no."""
    claim: tuple[tuple[str, str], ...] = ()
    """Phrases about what people did (agreed, approved), each with those of which its source must have one."""
    decision: str = ""
    """Phrases that say that something is decided."""
    doubt: str = ""
    """Phrases that take it back: questions, conditions, negations, what others say."""
    immediate: str = ""
    """Phrases of what is done at once, while people talk, and is no task."""
    promise: str = ""
    """Phrases with which a speaker takes on a task; the last group is what is to be done."""
    duty: str = ""
    """What follows the name of somebody who has a task; the last group is what is to be done."""
    request: str = ""
    """Phrases with which a speaker gives a task; the last group is what is to be done.

    One that begins with the group `dated` or `wanted` counts only where a time is said.
    """
    undecided: str = ""
    """Phrases that say that a question is open."""
    attribution: str = ""
    """What follows the name of somebody of whom it is told what they said."""
    joining: str = ""
    """Words that join two sentences into one, with what shows that another subject follows."""
    asking: str = ""
    """Words with which a sentence says that something is asked."""
    inversion: str = ""
    """Words with which a question begins, by which it is known where its mark is missing."""
    past_form: str = ""
    """What verbs in the past look like, in one word."""
    before_participle_words: str = ""
    """Words, parted by spaces, behind which such a form is no verb in the past: `is closed`, `the closed road`."""
    assent: str = ""
    """Words with which an answer says yes."""
    dependent: str = ""
    """Words with which a clause begins that is no sentence without another one."""
    verb_words: str = ""
    """Words, parted by spaces, that are common verbs, in the forms that make a sentence."""
    verb_form: str = ""
    """What other verbs of such a form look like."""
    possible: str = ""
    """Words that say that something may be, or would be on a condition."""
    hedge: str = ""
    """Further words with which a sentence says that something is no fact yet, or what somebody thinks or wants."""
    deadline: str = ""
    """Times that are no dates: by tomorrow, every two weeks."""
    before_date: str = ""
    """Words that may stand before a date and belong to it: by, until."""
    headings: Headings = Headings()
    """What the parts of an outline are called."""

    @cached_property
    def empty(self) -> frozenset[str]:
        """The empty words and the filler words."""
        return frozenset((self.empty_words + " " + self.filler_words).split())

    @cached_property
    def untitled(self) -> frozenset[str]:
        """Words that make no title: empty ones and units."""
        return self.empty | frozenset(self.unit_words.split())

    @cached_property
    def fillers(self) -> frozenset[str]:
        """The filler words."""
        return frozenset(self.filler_words.split())

    @cached_property
    def own(self) -> frozenset[str]:
        """The words with which a single speaker means themselves."""
        return frozenset(self.own_words.split())

    def in_first_person(self, text: str) -> bool:
        """Whether a single speaker means themselves in `text`."""
        return _has(text, self.own)

    @cached_property
    def _themselves(self) -> frozenset[str]:
        return self.own.union(self.group_words.split())

    def in_any_first_person(self, text: str) -> bool:
        """Whether speakers mean themselves in `text`, alone or with others."""
        return _has(text, self._themselves)

    @cached_property
    def places(self) -> frozenset[str]:
        """The words that stand before a place."""
        return frozenset(self.place_words.split())

    @cached_property
    def origins(self) -> frozenset[str]:
        """The words of origin."""
        return frozenset(self.origin_words.split())

    @cached_property
    def modal(self) -> frozenset[str]:
        """The modal words."""
        return frozenset(self.modal_words.split())

    @cached_property
    def hesitations(self) -> frozenset[str]:
        """The hesitation words."""
        return frozenset(self.hesitation_words.split())

    @cached_property
    def openings(self) -> re.Pattern[str]:
        """Such words at the beginning of a text, with the mark and the space behind them."""
        return re.compile(rf"\s*(?:{self.opening})+" if self.opening else NOTHING, re.IGNORECASE)

    @cached_property
    def courtesies(self) -> re.Pattern[str]:
        """Greeting, thanking, leaving."""
        return pattern(self.courtesy)

    @cached_property
    def about_the_talk(self) -> re.Pattern[str]:
        """Remarks about the talk itself."""
        return pattern(self.housekeeping)

    @cached_property
    def introductions(self) -> re.Pattern[str]:
        """Who somebody is, and what the meeting itself will do."""
        return pattern(self.introduction)

    @cached_property
    def transitions(self) -> re.Pattern[str]:
        """Going to another topic."""
        return pattern(self.moves_on)

    @cached_property
    def negations(self) -> re.Pattern[str]:
        """Words that say no."""
        return pattern(self.negation)

    @cached_property
    def claims(self) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
        """Claims, and what bears each out."""
        return tuple((pattern(claimed), pattern(f"{claimed}|{evidence}")) for claimed, evidence in self.claim)

    @cached_property
    def decides(self) -> re.Pattern[str]:
        """Something is decided."""
        return pattern(self.decision)

    @cached_property
    def doubts(self) -> re.Pattern[str]:
        """It is not, or not yet."""
        return pattern(self.doubt)

    @cached_property
    def at_once(self) -> re.Pattern[str]:
        """Done while people talk."""
        return pattern(self.immediate)

    @cached_property
    def promises(self) -> re.Pattern[str]:
        """A speaker takes on a task."""
        return pattern(self.promise)

    @cached_property
    def duties(self) -> re.Pattern[str]:
        """What follows a name."""
        return pattern(self.duty)

    @cached_property
    def requests(self) -> re.Pattern[str]:
        """A speaker gives a task."""
        return pattern(self.request)

    @cached_property
    def attributed(self) -> re.Pattern[str]:
        """Somebody said it."""
        return pattern(self.attribution)

    @cached_property
    def joins(self) -> re.Pattern[str]:
        """Two sentences are joined."""
        return re.compile(rf",? +(?:{self.joining})" if self.joining else NOTHING, re.IGNORECASE)

    @cached_property
    def asks(self) -> re.Pattern[str]:
        """Something is asked."""
        return pattern(self.asking)

    @cached_property
    def inversions(self) -> re.Pattern[str]:
        """A question begins."""
        return pattern(self.inversion)

    @cached_property
    def dependents(self) -> re.Pattern[str]:
        """A clause begins that is no sentence without another one."""
        return pattern(self.dependent)

    @cached_property
    def verbs(self) -> re.Pattern[str]:
        """A verb, in a form that makes a sentence."""
        return pattern("|".join([*map(re.escape, self.verb_words.split()), *filter(None, [self.verb_form])]))

    @cached_property
    def past_forms(self) -> re.Pattern[str]:
        """Verbs in the past."""
        return pattern(self.past_form)

    @cached_property
    def before_participles(self) -> frozenset[str]:
        """Words behind which such a form is no verb in the past."""
        return frozenset(self.before_participle_words.split())

    @cached_property
    def assents(self) -> re.Pattern[str]:
        """Yes."""
        return pattern(self.assent)

    @cached_property
    def possibilities(self) -> re.Pattern[str]:
        """Something may be."""
        return pattern(self.possible)

    @cached_property
    def hedges(self) -> re.Pattern[str]:
        """Something is no fact yet."""
        return pattern("|".join(filter(None, (self.possible, self.hedge))))

    @cached_property
    def opens(self) -> re.Pattern[str]:
        """A question is open."""
        return pattern(self.undecided)

    @cached_property
    def deadlines(self) -> re.Pattern[str]:
        """Times that are no dates."""
        return pattern(self.deadline)

    @cached_property
    def leads_to_date(self) -> re.Pattern[str]:
        """Words before a date, at the end of a text."""
        return re.compile(rf"\b(?:{self.before_date})\s+\Z" if self.before_date else NOTHING, re.IGNORECASE)


def _has(text: str, words: frozenset[str]) -> bool:
    found = text.lower().replace("’", "'").split()
    return not words.isdisjoint(word.strip(',.;:!?"()') for word in found)


def pattern(text: str) -> re.Pattern[str]:
    """The pattern, at the borders of words, without case."""
    return re.compile(rf"\b(?:{text})(?!\w)" if text else NOTHING, re.IGNORECASE)
