"""Who it was, by a written sentence, and by what was said: pure.

A summary that puts what was said down to the wrong one is worse than one that names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.text.clauses import asks
from pipeline.text.lexicons import Lexicon
from pipeline.text.support import LABEL

_BEFORE_SPEAKER = frozenset(
    ("by", "according", "and", "or", "von", "und", "oder", "laut", "par", "selon", "et", "ou", "por", "según", "y", "o")
)
"""Words behind which a speaker stands of whom it is told what they do or say."""

_CALLING = frozenset(
    ("i", "we", "you", "please", "let", "ich", "wir", "du", "ihr", "bitte", "je", "nous", "vous", "tu", "yo", "usted")
)
"""Words that follow the name of somebody who is spoken to."""

_WORD = re.compile(r"\w+")

_NAMED = re.compile(r"([^\W\d_]\w+(?: [^\W\d_a-z]\w+)*) ")
"""What may be a name at the beginning of a sentence."""


def with_label_if_named(said: str, sentence: str) -> str:
    """A sentence of the source, behind its speaker only where `sentence` names them.

    The words of a label were not said: that it was the Industrial Designer who spoke does not make it true that
    something was designed.
    """
    label = LABEL.match(said)
    if label is None or (" " in label[1] and label[1].lower() in sentence.lower()):
        return said
    named = _WORD.findall(label[1])
    telling = [word for word in named if len(word) > 1 or word.isdigit()] or named  # an initial may be anybody's
    return said if not set(telling).isdisjoint(_WORD.findall(sentence)) else said[label.end() :]


def told_of(sentence: str, source: Sequence[str], words: Lexicon) -> tuple[str, Sequence[str]] | None:
    """What a sentence tells of a speaker (`Anna suggests ...`), without their name, and what they said themselves.

    None where it tells of nobody, or where others speak of them, too, and it need not be they who said it. Nobody
    speaks of `Speaker 2`, nor often of a `Project Manager`.
    """
    for label in {found[1] for found in map(LABEL.match, source) if found}:
        begins = re.match(rf"(?:\w+ )?{re.escape(label)} ", sentence, re.IGNORECASE)
        if begins and (
            label[-1].isdigit()
            or words.attributed.match(sentence, begins.end())
            or label.lower() not in without_labels(source).lower()
        ):
            return sentence[begins.end() :], [one for one in source if one.startswith(f"{label}: ")]
    return None


def only_addressed(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a sentence says that somebody said something (`Marge says ...`) of whom nobody tells so.

    Whoever is spoken to, or of, did not say it. One whose name stands in the label of a speaker may have.
    """
    begins = _NAMED.match(sentence)
    if begins is None or begins[1].lower() in words.empty or not words.attributed.match(sentence, begins.end()):
        return False
    name = re.compile(rf"\b{re.escape(begins[1])}\b(?: [^\W\d_a-z]\w+)? ?")
    if any(found and name.search(found[1]) for found in map(LABEL.match, source)):
        return False
    said = without_labels(source)
    spoken = list(name.finditer(said))
    return bool(spoken) and not any(words.attributed.match(said, one.end()) for one in spoken)


def only_called(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a sentence begins with somebody who is only spoken to: `Ben should plant trees` for `Ben, we should ...`.

    It is not known then who is to do it.
    """
    begins = _NAMED.match(sentence)
    if begins is None or begins[1].split()[0].lower() in words.empty or words.attributed.match(sentence, begins.end()):
        return False
    said = without_labels(source)
    found = list(re.finditer(rf"\b{re.escape(begins[1])}\b", said))
    return bool(found) and all(_called(said[one.end() :], words) for one in found)


def _called(following: str, words: Lexicon) -> bool:
    """Whether a name is called by what follows it: a comma, and who is meant, or a question."""
    after = re.match(r", (\w+)", following)
    return after is not None and (after[1].lower() in _CALLING or asks(following[2:], words))


def guessed(sentence: str, source: Sequence[str], words: Lexicon) -> bool:
    """Whether a sentence puts a speaker of whom nobody speaks in the place of a pronoun: `does not affect Grad B`.

    Who is meant by `us` or `you` can only be guessed; `me` is whoever says it. Who says or does something stands at the
    beginning of a sentence or clause, or behind a word such as `by`.
    """
    said = without_labels(source).lower()
    themselves = {one.split(": ")[0] for one in source if words.in_first_person(without_label(one))}
    for label in {found[1] for found in map(LABEL.match, source) if found} - themselves:
        for found in re.finditer(rf"\b{re.escape(label)}\b", sentence) if label.lower() not in said else ():
            before = sentence[: found.start()].rstrip()
            near = [word.lower() for word in _WORD.findall(before)]
            if (
                len(near) > 1
                and not before.endswith(",")
                and _BEFORE_SPEAKER.isdisjoint(near[-2:])
                and not words.attributed.match(sentence, found.end() + 1)
            ):
                return True
    return False


def of_others(rest: str, said: Sequence[str], words: Lexicon) -> bool:
    """Whether what a speaker is told to do (`... appoints them`) is no deed of theirs, by the sentences that say it.

    `rest` is what is told of them, `said` what they said of it themselves: a deed of one's own is told as `I` or `we`.
    Nor can a sentence about somebody go on as `I`.
    """
    if words.in_first_person(rest) and '"' not in rest:
        return True
    if not words.group_words or words.attributed.match(rest):
        return False
    return bool(said) and not any(words.in_any_first_person(without_label(one)) for one in said)


def without_label(said: str) -> str:
    """A sentence of the source without its speaker."""
    return LABEL.sub("", said, count=1)


def without_labels(source: Sequence[str]) -> str:
    """The sentences of the source, a line each, without their speakers."""
    return "\n".join(map(without_label, source))
