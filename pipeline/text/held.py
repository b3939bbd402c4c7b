"""Whether a written sentence is held by the sentences that were said, and which of them say it themselves. Pure.

`unsupported` asks whether the words are somewhere in the source. Here it is asked, too, whether they belong together:
all have to stand within three sentences in a row, none of which is about something else; a number, a date or a word
such as `agreed` in one with a good share of the sentence's words, a name in one with another of them; yes must not
become no, a question an answer, nor what may be what is.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from pipeline.text.attribution import (
    guessed,
    of_others,
    only_addressed,
    only_called,
    told_of,
    with_label_if_named,
    without_label,
    without_labels,
)
from pipeline.text.chapters import content
from pipeline.text.clauses import asks, is_fragment
from pipeline.text.dates import CALENDAR
from pipeline.text.deadlines import shifted
from pipeline.text.facts import find
from pipeline.text.figures import units
from pipeline.text.lexicons import Lexicon
from pipeline.text.places import at_places, moved
from pipeline.text.said import stated
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import terms
from pipeline.text.support import (
    REPORTING,
    another_language,
    has_word,
    names_in,
    unknown_subject,
    unsupported,
)
from pipeline.text.tense import told_as_done

RUN, LONGER_RUN = 3, 6
"""Sentences in a row that may be taken together: for a sentence with a number, a date or a name, and for any other."""

_BESIDE = 0.36
"""Share of a sentence's content words that its number, date or decision must have beside it in one of the source's."""

_SAME = 0.7
"""Share of a sentence's content words from which a sentence of the source is what it says again."""

_LACKING = 0.2
"""Share of its content words that nobody need have said: a writer is to shorten and to join, and what it adds is easily
bent. Of 162 sentences by the 1.5B about two meetings 17 lack more, and nine of these are false or bent.
"""

_ELSEWHERE = 0.34
"""Share of its content words that may stand elsewhere in the source than in these few sentences."""

_FULL = 3
"""Content words and facts that a sentence has at least that is about something."""

_STEM = 4
"""Letters by which forms of a word begin alike."""

_REPORTING = frozenset(stem for word in REPORTING for stem in terms(word))

_CLOSING = " \"'”’»)"
"""What may stand behind the mark that ends a sentence."""

_ANSWER = 60
"""Letters of what follows a question in which an answer says yes."""

LONGEST = 400
"""Letters of a sentence of the source that may stand in a summary; speech without full stops is no sentence."""


def held(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether the sentences of `source`, in order of time and with the labels of their speakers, hold `sentence`."""
    if any(_is(sentence, one, words) for one in source):
        return True
    possible = not (
        is_fragment(sentence, words) or guessed(sentence, source, words) or only_called(sentence, source, words)
    )
    source = [with_label_if_named(one, sentence) for one in source]
    whole = "\n".join(source)
    if (
        not possible
        or unsupported(sentence, whole, same_language=True, lacking=_LACKING)
        or unknown_subject(sentence, whole)
        or another_language(sentence, whole)  # asked last: a model may have to be loaded for it
    ):
        return False
    if spaceless(sentence):
        return True
    told = told_of(sentence, source, words)
    if told is None and only_addressed(sentence, source, words):
        return False
    if told is not None:
        rest, source = told
        same = [source[at] for at in _said_again(rest, source, words)]
        if of_others(rest, same, words) or unsupported(
            rest, without_labels(source), same_language=True, lacking=_LACKING
        ):
            return False
    return all(
        _in_a_row(clause, source, words)
        and not _negated(clause, source, words)
        and not _only_asked(clause, source, words)
        and not _only_possible(clause, source, words)
        for clause in _clauses(sentence, words)
    )


def _is(sentence: str, said: str, words: Lexicon) -> bool:
    """Whether `sentence` is one of the source as it was said, or as it is stated."""
    bare = without_label(said)
    return sentence in (said, bare) or sentence == stated(bare, words)


def _clauses(sentence: str, words: Lexicon) -> list[str]:
    """The sentences that were joined by `and` into one, where each says something; else the sentence itself."""
    parts = words.joins.split(sentence)
    return parts if all(len(content(part, words)) > 1 for part in parts) else [sentence]


def _in_a_row(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a few sentences in a row say it; no more of them than it has content words."""
    length = RUN if find(sentence) or names_in(sentence) else LONGER_RUN
    length = max(1, min(length, len(set(content(sentence, words)))))
    runs = (
        part[at : at + length]
        for part in _parts(sentence, source, words)
        for at in range(max(1, len(part) - length + 1))
    )
    return any(_holds(sentence, run, words) for run in runs)


def _parts(sentence: str, source: Sequence[str], words: Lexicon) -> list[list[str]]:
    """The source, parted by each sentence that is about something else: what stands before it does not belong to what
    comes after it.

    That is a full sentence without a word of `sentence`, in any form.
    """
    own = {word[:_STEM] for word in set(content(sentence, words)) - _REPORTING}
    parts: list[list[str]] = [[]]
    for one in source:
        said = {word[:_STEM] for word in content(one, words)}
        if len(said) + len(find(one)) >= _FULL and own.isdisjoint(said):
            parts.append([])
        else:
            parts[-1].append(one)
    return [part for part in parts if part]


def own_words(sentence: str, source: Sequence[str], most: int = 1) -> list[int]:
    """The numbers of the sentences of `source` that say what `sentence` says, at most `most`, in order.

    First the one that shares most with it, then those that share a fact or a name that is not among them yet, and
    another word with it. Nothing where none shares anything.
    """
    wanted, found = _weighty(sentence), list[int]()
    telling = {fact.key for fact in find(sentence, small=True)}.union(*map(terms, names_in(sentence)))
    words = [_weighty(one) if len(one) <= LONGEST else set[str]() for one in source]
    while len(found) < most:
        best = max(range(len(source)), key=lambda at: len(wanted & words[at]), default=None)
        shared = wanted & words[best] if best is not None else set[str]()
        if best is None or not shared or (found and (len(shared) == 1 or not shared & telling)):
            break
        found.append(best)
        wanted -= words[best]
    return sorted(found)


def fullest(source: Sequence[str]) -> int:
    """The number of the sentence of `source`, which is not empty, that has most facts, and of these most words."""
    return max(range(len(source)), key=lambda at: (len(find(source[at])), len(terms(source[at]))))


def _holds(sentence: str, run: Sequence[str], words: Lexicon) -> bool:
    whole = "\n".join(run)
    if unsupported(sentence, whole, same_language=True, lacking=_ELSEWHERE):  # as `held` has found before
        return False
    named = {name: set(terms(name)) for name in names_in(sentence)}
    own = {word for word in content(sentence, words) if word.isalpha()} - CALENDAR
    rest = own.difference(*named.values())
    if rest and not all(_in_one_sentence(name, rest, run) for name in named.values()):
        return False
    if not _in_same_sentence(set(named) - set(at_places(sentence, words)), run):
        return False
    beside = [(one, len(own & set(content(one, words))) >= _BESIDE * len(own)) for one in run]
    near = [one for one, enough in beside if enough]
    if words.in_first_person(sentence) and not any(map(words.in_first_person, near)):  # no "I" of a "you"
        return False
    known = {fact.key for one in near for fact in find(one, small=True)}
    facts = {fact.key for fact in find(sentence) if fact.kind != "name"}
    bent = (moved, shifted, told_as_done)
    if not facts <= known or any(rule(sentence, whole, words) for rule in bent):
        return False
    together = "\n".join(near)
    return all(any(_stands(way, together) for way in ways) for ways in units(sentence, words)) and all(
        any(evidence.search(one) for one in near) for claim, evidence in words.claims if claim.search(sentence)
    )


def _stands(unit: str, text: str) -> bool:
    return has_word(text, unit) if unit.isalpha() else unit in text.lower()


def _in_one_sentence(name: set[str], rest: set[str], run: Sequence[str]) -> bool:
    """Whether a sentence that has the name has another word of the summary's sentence, too."""
    return any(name & said and rest & said for said in map(set, map(terms, run)))


def _in_same_sentence(names: Set[str], run: Sequence[str]) -> bool:
    """Whether one sentence has all these names, where there are several: else it is not known what one has to do with
    the other.
    """
    different = {name.replace(" ", "").lower(): set(terms(name)) for name in names}  # "S P" is "SP"
    said = [set(terms(one)) for one in run]
    return len(different) < 2 or any(all(name & own for name in different.values()) for own in said)


def _negated(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a sentence says no where the source does not, or leaves out the no of the sentence that it repeats."""
    says_no = bool(words.negations.search(sentence))
    if says_no:
        return not words.negations.search("\n".join(source))
    same = _said_again(sentence, source, words)
    return bool(same) and all(words.negations.search(source[at]) for at in same)


def _only_asked(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a sentence says as a fact what the source only asks, and to which nobody says yes."""
    if not words.asking or asks(sentence.rstrip(_CLOSING), words) or words.asks.search(sentence):
        return False
    same = _said_again(sentence, source, words)
    return bool(same) and all(
        asks(stated(without_label(source[at]), words).rstrip(_CLOSING), words)
        and not words.assents.search(" ".join(source[at + 1 : at + 3])[:_ANSWER])
        for at in same
    )


def _only_possible(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a sentence says as a fact what the source says only as possible, or so on a condition."""
    if not words.possible or words.hedges.search(sentence):
        return False
    same = _said_again(sentence, source, words)
    return bool(same) and all(words.possibilities.search(source[at]) for at in same)


def _said_again(sentence: str, source: Sequence[str], words: Lexicon) -> list[int]:
    """The numbers of the sentences of the source that `sentence` repeats."""
    own = set(content(sentence, words)) - _REPORTING  # "the speaker asks" is not in what the speaker said
    if not own:
        return []
    return [at for at, one in enumerate(source) if len(own & set(content(one, words))) >= _SAME * len(own)]


def _weighty(text: str) -> set[str]:
    found = {word for word in terms(text) if len(word) > 3 or word.isdigit()}
    return found | {fact.key for fact in find(text, small=True) if fact.kind != "name"}
