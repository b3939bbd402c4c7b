"""Sentences of a summary held against what was said in the chunks that they rest on. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from chunkers.spans import Span
from pipeline.merge.inputs import Unit
from pipeline.text.chapters import content
from pipeline.text.held import LONGEST, fullest, held, own_words
from pipeline.text.labels import label_inside, labelled
from pipeline.text.lexicons import Lexicon, lexicon
from pipeline.text.said import stated
from pipeline.text.small_talk import small_talk

_JOINED = 2
"""Content words that a sentence takes from a second stretch of the talk, and that join what was said in both."""


class Ground:
    """What was said in a span of the recording, sentence by sentence, each with the span of its chunk."""

    def __init__(self, said: Sequence[Unit]) -> None:
        """`said` in order of time."""
        self._said = said
        self._begins = [unit.spans[0].start for unit in said]
        self._words = lexicon(" ".join(unit.text for unit in said))

    def true(self, units: Sequence[Unit]) -> list[Unit]:
        """The units that are borne out, or the sentences in their place, each once.

        Where nothing is left, the sentence that was said with most facts and words; without one the units as they are.
        """
        found: dict[str, Unit] = {}
        for unit in map(self.borne_out, units):
            if unit is not None:
                known = found.get(unit.text)
                spans = unit.spans if known is None else tuple(dict.fromkeys([*known.spans, *unit.spans]))
                found[unit.text] = replace(unit, spans=spans)
        return list(found.values()) or self._fullest(units) or list(units)

    def borne_out(self, unit: Unit) -> Unit | None:
        """The unit itself where what was said in its chunks holds it, else a sentence of theirs, or none.

        Where nothing is known of one of its chunks, it stays as it is. None also for small talk, and for what has no
        letter.
        """
        if not any(char.isalpha() for char in unit.text):
            return None
        if not self._said:
            return unit
        stretches = self._stretches(unit.spans)
        said = [one for stretch in stretches for one in stretch]
        words = self._lexicon(said)
        if small_talk(unit.text, words):
            return None
        speakers = {one.speaker for one in said if one.speaker}
        if not stretches or (self._held(unit.text, stretches) and not label_inside(unit.text, speakers)):
            return unit
        usable = self._usable(said, words)
        best = own_words(unit.text, [one.text for one in usable])
        return Unit(stated(usable[best[0]].text, words), usable[best[0]].spans) if best else None

    def _fullest(self, units: Sequence[Unit]) -> list[Unit]:
        """The one sentence of what was said in the chunks of `units` that holds most."""
        stretches = self._stretches([span for unit in units for span in unit.spans])
        found = [one for stretch in stretches for one in stretch]
        said = self._usable(found, self._lexicon(found))
        if not said:
            return []
        return [replace(said[fullest([one.text for one in said])], speaker="")]

    @staticmethod
    def _usable(said: Sequence[Unit], words: Lexicon) -> list[Unit]:
        return [one for one in said if len(one.text) <= LONGEST and not small_talk(one.text, words)]

    def _lexicon(self, said: Sequence[Unit]) -> Lexicon:
        """That of what is said here: a recording may be in several languages."""
        return lexicon(" ".join(one.text for one in said), self._words)

    def _held(self, text: str, stretches: Sequence[Sequence[Unit]]) -> bool:
        """Whether one of the stretches holds `text`, and nothing in it is of another one.

        What was said far apart is easily joined into what nobody said.
        """
        words = [self._lexicon(said) for said in stretches]
        own = [set(content(text, its)) for its in words]
        told = [
            {word for one in said for word in content(one.text, its)}
            for said, its in zip(stretches, words, strict=True)
        ]
        return any(
            held(text, [labelled(one.text, one.speaker) for one in said], words[at])
            and all(len((own[at] - told[at]) & other) < _JOINED for other in told)
            for at, said in enumerate(stretches)
        )

    def _stretches(self, spans: Sequence[Span]) -> list[list[Unit]]:
        """What was said in the chunks of `spans`, those together that follow each other; nothing where one of them has
        no words that are known.
        """
        found: list[list[Unit]] = []
        end = -1
        for span in sorted(set(spans)):
            first, stop = bisect_left(self._begins, span.start), bisect_left(self._begins, span.end)
            if first == stop:
                return []
            if first != end:
                found.append([])
            found[-1] += self._said[first:stop]
            end = stop
        return found
