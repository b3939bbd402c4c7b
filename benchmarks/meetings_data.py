"""Meetings in the form of QMSum: what was said turn by turn, gold topics, and gold answers with their turns.

The turns have no times: each gets as long as its words take at 150 a minute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.text.lexicons import lexicon
from pipeline.text.said import Said
from pipeline.text.sentences import sentences
from pipeline.text.small_talk import small_talk

WORDS_A_MINUTE = 150


@dataclass(frozen=True)
class Meeting:
    """A meeting: what was said turn by turn, and the turns with which a gold topic begins."""

    name: str
    turns: tuple[Said, ...]
    gold: tuple[int, ...]
    answers: tuple[frozenset[int], ...]
    """For every question the turns on which its gold answer rests."""
    summary: str
    """The gold answer to the question for the whole meeting."""
    told: str
    """The gold answers to all other questions."""

    @classmethod
    def read(cls, path: Path) -> Meeting:
        """A meeting in the form of QMSum."""
        document = json.loads(path.read_text(encoding="utf-8"))
        said, tick = [], 0
        for turn in document["meeting_transcripts"]:
            end = tick + len(turn["content"].split()) * 60 * TICKS_PER_SECOND // WORDS_A_MINUTE
            said.append(Said(Span(tick, end), _plain(turn["content"]), turn["speaker"]))
            tick = end
        spans = [
            (int(first), int(last)) for topic in document["topic_list"] for first, last in topic["relevant_text_span"]
        ]
        answers = [
            frozenset(turn for first, last in query["relevant_text_span"] for turn in range(int(first), int(last) + 1))
            for query in document["specific_query_list"]
        ]
        summary = " ".join(query["answer"] for query in document["general_query_list"])
        told = " ".join(query["answer"] for query in document["specific_query_list"])
        return cls(path.stem, tuple(said), tuple(_begins(spans, len(said))), tuple(answers), summary, told)

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(one.text for one in self.turns)

    def turns_in(self, spans: Iterable[Span]) -> list[int]:
        """The numbers of the turns that are said within any of some spans."""
        wanted = list(spans)
        return [at for at, turn in enumerate(self.turns) if any(turn.span.overlaps(span) for span in wanted)]

    def hits(self, turns: Sequence[int]) -> tuple[float, float]:
        """Precision and recall of chosen turns against those on which gold answers rest."""
        gold = frozenset[int]().union(*self.answers)
        right = [turn for turn in turns if turn in gold]
        met = [answer for answer in self.answers if not answer.isdisjoint(turns)]
        return len(right) / max(1, len(turns)), len(met) / max(1, len(self.answers))

    def sentences(self) -> list[tuple[int, str]]:
        """Every sentence that is no small talk, with the number of its turn."""
        words = lexicon(self.text)
        return [
            (at, one)
            for at, turn in enumerate(self.turns)
            for one in sentences(turn.text)
            if not small_talk(one, words)
        ]


def write(meeting: Meeting, folder: Path) -> Path:
    """The meeting as a JSON transcript: a segment a sentence, its time shared out by letters; returns its file."""
    folder.mkdir(parents=True, exist_ok=True)
    segments: list[dict[str, str | float]] = []
    for turn in meeting.turns:
        parts = sentences(turn.text)
        ends = list(accumulate(map(len, parts), initial=0))
        for part, start, end in zip(parts, ends, ends[1:], strict=False):
            at, stop = (turn.span.start + turn.span.ticks * place // ends[-1] for place in (start, end))
            times = {"start": at / TICKS_PER_SECOND, "end": stop / TICKS_PER_SECOND}
            segments.append({**times, "text": part, "speaker": turn.speaker})
    path = folder / f"{meeting.name}.json"
    path.write_text(json.dumps({"segments": segments}, ensure_ascii=False), encoding="utf-8")
    return path


def _begins(spans: Sequence[tuple[int, int]], turns: int) -> list[int]:
    """The turns with which a topic begins, or after which none goes on."""
    begins = {first for first, _ in spans}
    begins |= {last + 1 for _, last in spans if not any(first <= last + 1 <= stop for first, stop in spans)}
    return sorted(one for one in begins if 0 < one < turns)


def _plain(text: str) -> str:
    """The words of a turn without marks of noises, written as usual."""
    bare = re.sub(r"\{\w+\}", "", text)
    return " ".join(re.sub(r"\s+([.,?!;:'])", r"\1", bare).split())
