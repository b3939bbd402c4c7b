"""What a model wrote of a chunk, held against what was said in it, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.text.chapters import content
from pipeline.text.facts import find
from pipeline.text.held import LONGEST, fullest, held, own_words
from pipeline.text.labels import Line, label_inside, without_labels
from pipeline.text.lexicons import Lexicon, lexicon
from pipeline.text.said import stated
from pipeline.text.sentences import joined, sentences
from pipeline.text.small_talk import small_talk
from pipeline.text.support import unsupported

_QUOTATION = re.compile(r"[^\"“„«]{1,60}[\"“„«]\s*(.+?)\s*[\"”“»]\.?")
"""A whole sentence between quotation marks, and who says it."""

_TOLD_IN = 2
"""Sentences of the source, at most, that stand in the place of one that a model joined of them."""


@dataclass(frozen=True, slots=True)
class Supported:
    """A summary in which nothing is left that its source does not hold.

    `held` is how many of its sentences are left; `refused` are those that gave way, each with what it says beyond the
    source; nothing where its words are all there, but not together.
    """

    text: str
    held: int
    refused: tuple[tuple[str, tuple[str, ...]], ...]


def supported(summary: str, source: Sequence[Line]) -> Supported:
    """`summary` with each sentence that `source` does not hold replaced by the source's own, where one is like it.

    No sentence begins with the label of a speaker, or has one inside. Where nothing is left, the sentence of the source
    with most facts stands.
    """
    spoken = [line.labelled for line in source]
    whole = "\n".join(spoken)
    words = lexicon(whole)
    said = [line.text for line in source if len(line.text) <= LONGEST]
    speakers = {line.speaker for line in source if line.speaker}
    summary = without_labels(summary, speakers)
    kept: list[str] = []
    right = 0
    refused: list[tuple[str, tuple[str, ...]]] = []
    for written in _without_small_talk(sentences(summary), words):
        sentence = _unquoted(written, said)
        if held(sentence, spoken, words) and not label_inside(sentence, speakers):
            kept.append(stated(sentence, words))
            right += 1
            continue
        refused.append((sentence, tuple(unsupported(sentence, whole))))
        kept += [stated(said[own], words) for own in own_words(sentence, said, _TOLD_IN)]
    if refused and not kept and said:
        kept.append(said[fullest(said)])
    kept = _each_once(kept, words)
    return Supported(joined(kept) if refused or kept != sentences(summary) else summary, right, tuple(refused))


def _unquoted(sentence: str, said: Sequence[str]) -> str:
    """A sentence that was said, where `sentence` is only a quotation of it: `The speaker says "..."`."""
    found = _QUOTATION.fullmatch(sentence)
    return found[1] if found and found[1] in said else sentence


def _each_once(found: Sequence[str], words: Lexicon) -> list[str]:
    """The sentences without those of which another one has every word and fact; of two with the same, the first."""
    kept: dict[frozenset[str], str] = {}
    for one in found:
        kept.setdefault(frozenset([*content(one, words), *(fact.key for fact in find(one))]) or frozenset([one]), one)
    return [one for told, one in kept.items() if not any(told < other for other in kept)]


def _without_small_talk(found: list[str], words: Lexicon) -> list[str]:
    """The sentences without greetings and thanks; as they are where nothing else is left."""
    return [sentence for sentence in found if not small_talk(sentence, words)] or found
