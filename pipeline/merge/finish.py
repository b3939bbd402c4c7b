"""From a model's answer to a summary that can be stored: cleaned, cited, measured, completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from chunkers.spans import Span
from pipeline.merge.citations import Sources, labels, labels_inside, sources_of, unlabelled
from pipeline.merge.fidelity import LOOPING, Fidelity, comparable, invented, measure, repetition
from pipeline.merge.ground import Ground
from pipeline.merge.inputs import Note, Unit
from pipeline.merge.selection import Sentence, choose, cut, sections
from pipeline.merge.shown import PARTS, shown
from pipeline.models.protocol import Written
from pipeline.store.structs import Citation
from pipeline.text.facts import find
from pipeline.text.labels import labelled, without_label
from pipeline.text.lexicons import lexicon
from pipeline.text.salience import alike
from pipeline.text.sentences import ended, joined, sentences
from pipeline.text.worth import least

_LEAD = re.compile(r"([^\W\d_][^:：.!?\n]{0,60})[:：]\s+(?=\S+\s+\S+\s+\S)")
"""A heading before three words at least."""

Count = Callable[[str], int]

_BULLET = "- "
_HEADING = re.compile(r"^(\s*(?:[-*•]\s+|\d+[.)]\s+)?)\*\*[^*\n]{1,80}\*\*:?[^\S\n]*", re.MULTILINE)

_FILLED = 0.3
"""The share of its notes up to which a summary is filled with sentences that hold no fact."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A summary, its sentences and its figures; `text` is empty where nothing of the answer can be used."""

    text: str
    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]
    fidelity: Fidelity

    @property
    def rank(self) -> tuple[bool, int, float, float]:
        """Of two drafts the one with the higher rank is kept: usable, nothing invented, facts kept, cited."""
        return bool(self.text), -len(self.fidelity.invented), self.fidelity.share, self.fidelity.cited


class Finisher:
    """Where the answers about one group of notes are finished."""

    def __init__(
        self,
        notes: Sequence[Note],
        span: Span,
        count: Count,
        *,
        cap: int,
        carry: bool,
        translated: bool,
        said: Sequence[Unit] = (),
        worth: Callable[[Unit], float] = lambda _: 1.0,
    ) -> None:
        """`said` is what was said in the span, in order of time; where it is empty, the notes are all that is known.

        `worth` says how much a sentence tells of the recording: of the copied ones those that tell most are taken.
        """
        self.notes = notes
        self.span = span
        self._count = count
        self._cap = cap
        self._carry = carry
        self._worth = worth
        self._translated = translated
        self._tokens = max(1, sum(count(note.text) for note in notes))
        self._sources = Sources(sources_of(notes))
        self._ground = Ground(said)
        self._speakers = {unit.speaker for unit in said if unit.speaker}
        units = [unit for note in notes for unit in note.units]
        self._units = self._true_units(units)
        self._text = "\n".join(unit.text for unit in self._units)
        self._known = "\n".join([self._text, *(labelled(unit.text, unit.speaker) for unit in said)])
        self._kinds = ("number", "date") if translated else comparable(self._text)
        self._own: dict[str, tuple[Span, ...]] = {}
        moments = sorted((unit.spans[0].start, count(unit.text)) for unit in self._units if unit.spans)
        self._sections = sections([start for start, _ in moments], [weight for _, weight in moments], cap, PARTS)

    @property
    def ratio(self) -> float:
        """The longest summary over its notes, in tokens."""
        return self._cap / self._tokens

    def draft(self, answer: Written) -> Draft:
        """The answer without loops, repeats, labels and an unfinished end: cited, measured, completed.

        Where all of it is invented there is no text, only the figures.
        """
        done: list[str] = []
        asked = _lines(labels_inside(answer.text))
        if not answer.complete:
            done.append("unfinished")
            if asked and not ended(answer.text):
                asked.pop()
        named: dict[str, list[int]] = {}
        lines: list[tuple[str, str]] = []
        for lead, line in asked:
            bare = self._without_lead(without_label(unlabelled(line), self._speakers))
            if bare and bare not in named and repetition(bare) <= LOOPING:
                named[bare] = labels(line)
                lines.append((lead, bare))
        if len(lines) < len(asked):
            done.append("repeats left out")
        lines = self._true(lines, named, done)
        draft = self._measured(self._within(lines, done), named, done)
        if {"unfinished", "trimmed"} & set(done):
            draft = self._cut(draft, lines, named, done)
        if len(draft.fidelity.invented_lines) == len(draft.sentences):
            return replace(draft, text="", sentences=(), citations=())
        return self._completed(draft) if self._carry and self.usable(draft) else draft

    def usable(self, draft: Draft) -> bool:
        """Whether anything of a draft can stand: small writers answer with words of their instructions.

        Of a summary in another language too little can be compared.
        """
        return bool(draft.text) and (self._translated or any(one.valid for one in draft.citations))

    def borne_out(self, draft: Draft) -> Draft:
        """The draft without the sentences that no moment bears out; as it is where none would be left.

        Of a summary in another language too little can be compared: it stays whole.
        """
        kept = self._standing(draft)
        if not kept or len(kept) == len(draft.sentences):
            return draft
        lines, place = [], 0
        for sentence in draft.sentences:
            at = draft.text.index(sentence, place)
            lines.append((draft.text[place:at], sentence))
            place = at + len(sentence)
        numbers = {number: position for position, number in enumerate(kept)}
        citations = [replace(one, sentence=numbers[one.sentence]) for one in draft.citations if one.sentence in numbers]
        done = [*draft.fidelity.notes, f"{len(lines) - len(kept)} sentences that nothing bears out"]
        chosen = [lines[number] for number in kept]
        return self._final(_text(chosen), [line for _, line in chosen], citations, done)

    def verbatim(self) -> Draft:
        """A lone note as it is: nothing can be lost."""
        return self._copied(self._units, ["copied"])

    def extract(self) -> Draft:
        """Sentences of the notes, those that tell most, in their order: for when no answer is of use."""
        notes = [replace(note, units=tuple(self._true_units(note.units))) for note in self.notes]
        chosen = [unit for note in shown(notes, self._cap, self._count, self._worth) for unit in note.units]
        while chosen and self._count(joined(unit.text for unit in chosen)) > self._cap:
            chosen.pop()
        return self._copied(chosen, ["extract"])

    def _without_lead(self, line: str) -> str:
        """A line without the heading before it, `Decision: ...`, where the notes and what was said have no such words.

        Small writers take headings from their instructions.
        """
        found = _LEAD.match(line)
        if self._translated or not found or found[1].lower() in self._known.lower():
            return line
        bare = line[found.end() :]
        return bare[:1].upper() + bare[1:]

    def _true_units(self, units: Sequence[Unit]) -> list[Unit]:
        """Those that what was said bears out, or its own sentences in their place."""
        return list(units) if self._translated else self._ground.true(units)

    def _standing(self, draft: Draft) -> list[int]:
        """The numbers of the sentences that a moment bears out; all of them where too little can be compared."""
        if self._translated:
            return list(range(len(draft.sentences)))
        return sorted({one.sentence for one in draft.citations if one.valid})

    # -- steps --------------------------------------------------------------------------------------

    def _completed(self, draft: Draft) -> Draft:
        """The draft followed by sentences of the notes that hold facts it left out, as far as the cap allows.

        A sentence that nothing bears out tells of nothing: it will be left out.
        """
        missing = set(draft.fidelity.missing)
        keys = frozenset(key for key, text in self._facts().items() if text in missing)
        standing, weighed = self._standing(draft), self._weighed(draft)
        prose, (units, notes) = [weighed[at] for at in standing], self._unsaid([draft.sentences[at] for at in standing])
        plain = round(_FILLED * self._tokens)
        room, over = self._cap, 0
        while True:
            room -= over
            carried = [units[at] for at in choose(prose, notes, room, facts=keys, plain=min(room, plain))]
            if not carried:
                return draft
            text = "\n".join([draft.text, *(_BULLET + unit.text for unit in carried)])
            over = self._count(text) - self._cap  # joined lines may count more than their parts
            if over <= 0:
                break
        lines = [*draft.sentences, *(unit.text for unit in carried)]
        citations = [*draft.citations, *self._carried(carried, len(draft.sentences))]
        return self._final(text, lines, citations, [*draft.fidelity.notes, f"{len(carried)} sentences carried"])

    def _cut(self, draft: Draft, lines: list[tuple[str, str]], named: dict[str, list[int]], done: list[str]) -> Draft:
        """The draft of an answer that ran out of room, without what its beginning has beyond its share."""
        kept = cut(self._weighed(draft), self._sections)
        if len(kept) == len(draft.sentences):
            return draft
        done.append(f"{len(draft.sentences) - len(kept)} sentences made way")
        return self._measured([lines[at] for at in kept], named, done)

    def _true(
        self, lines: list[tuple[str, str]], named: Mapping[str, list[int]], done: list[str]
    ) -> list[tuple[str, str]]:
        """The lines; what is not held gives way to what was said, where that tells enough, small talk to nothing."""
        if self._translated:
            return lines
        kept: dict[str, str] = {}
        replaced = 0
        for lead, line in lines:
            cited = self._sources.cite(0, line, named.get(line, ()))
            unit = self._ground.borne_out(Unit(line, tuple(one.span for one in cited if one.valid)))
            own = unit is None or unit.text != line
            replaced += own
            if unit is None or (own and self._worth(unit) < self._least):
                continue
            if own:
                self._own[unit.text] = unit.spans
            kept.setdefault(unit.text, lead)
        if replaced:
            done.append(f"{replaced} sentences gave way to what was said")
        return [(lead, line) for line, lead in kept.items()]

    def _weighed(self, draft: Draft) -> list[Sentence]:
        """The draft's sentences, as the balance sees them."""
        spans: dict[int, list[Span]] = {}
        for one in draft.citations:
            if one.valid:
                spans.setdefault(one.sentence, []).append(one.span)
        return [
            Sentence(self._count(f"\n{line}"), self._sections.of(spans.get(number, ())))
            for number, line in enumerate(draft.sentences)
        ]

    def _within(self, lines: list[tuple[str, str]], done: list[str]) -> list[tuple[str, str]]:
        """The lines that fit the cap: a writer that overruns must not make the tree grow."""
        while lines and self._count(_text(lines)) > self._cap:
            lines = lines[:-1]
            if "trimmed" not in done:
                done.append("trimmed")
        return lines

    def _measured(self, lines: Sequence[tuple[str, str]], named: dict[str, list[int]], done: list[str]) -> Draft:
        bare = [line for _, line in lines]
        citations = [citation for number, line in enumerate(bare) for citation in self._cited(number, line, named)]
        return self._final(_text(lines), bare, citations, done)

    def _cited(self, number: int, line: str, named: Mapping[str, list[int]]) -> list[Citation]:
        if line in self._own:
            return [Citation(number, span.start, span.end, True, "carried") for span in self._own[line]]
        return self._sources.cite(number, line, named.get(line, ()), translated=self._translated)

    def _final(self, text: str, lines: Sequence[str], citations: Sequence[Citation], done: Sequence[str]) -> Draft:
        """The figures; a citation outside the node, or of a sentence with something invented, is not valid."""
        wrong = invented(lines, self._known, self._kinds)
        checked = tuple(
            replace(one, valid=one.valid and one.sentence not in wrong and self._inside(one.span)) for one in citations
        )
        ratio = self._count(text) / self._tokens
        figures = measure(lines, self._text, checked, ratio=ratio, kinds=self._kinds, done=done, known=self._known)
        return Draft(text, tuple(lines), checked, figures)

    def _inside(self, span: Span) -> bool:
        return self.span.start <= span.start and span.end <= self.span.end

    def _copied(self, units: Sequence[Unit], done: Sequence[str]) -> Draft:
        lines = [unit.text for unit in units]
        return self._final(joined(lines), lines, self._carried(units, 0), done)

    def _carried(self, units: Sequence[Unit], first: int) -> list[Citation]:
        return [
            Citation(number, span.start, span.end, True, "carried")
            for number, unit in enumerate(units, first)
            for span in unit.spans
        ]

    def _facts(self) -> dict[str, str]:
        return {fact.key: fact.text for fact in reversed(find(self._text)) if fact.kind in self._kinds}

    def _unsaid(self, lines: Sequence[str]) -> tuple[list[Unit], list[Sentence]]:
        """The sentences that may be copied and say what `lines` do not."""
        units, weighed = self._copyable
        words = lexicon(self._text)
        new = [at for at, unit in enumerate(units) if not any(alike(unit.text, line, words) for line in lines)]
        return [units[at] for at in new], [weighed[at] for at in new]

    @cached_property
    def _least(self) -> float:
        """What a sentence must be worth to be copied beside the others."""
        return least(self._worth(unit) for unit in self._units)

    @cached_property
    def _copyable(self) -> tuple[list[Unit], list[Sentence]]:
        """The sentences that may be copied, as the balance sees them; those that rest on no moment may not."""
        units = [unit for unit in self._units if unit.spans]
        kept = [(unit, worth) for unit in units if (worth := self._worth(unit)) >= self._least]
        weighed = [
            Sentence(
                self._count(f"\n{_BULLET}{unit.text}") + 1,
                self._sections.of(unit.spans),
                frozenset(fact.key for fact in find(unit.text)),
                worth,
            )
            for unit, worth in kept
        ]
        return [unit for unit, _ in kept], weighed


def _text(lines: Sequence[tuple[str, str]]) -> str:
    """The lines of an answer, laid out as the writer did."""
    return "".join(lead + line for lead, line in lines).strip()


def _lines(text: str) -> list[tuple[str, str]]:
    """The sentences of an answer, each with what stands before it: a space, or a new line with its bullet.

    A heading in bold before a sentence is left out: nobody said it.
    """
    found: list[tuple[str, str]] = []
    for line in _HEADING.sub(r"\1", text).splitlines():
        lead = f"\n{_BULLET}" if re.match(r"\s*(?:[-*•]|\d+[.)])\s", line) else "\n"
        found += [(" " if at else lead, sentence) for at, sentence in enumerate(sentences(line))]
    return found
