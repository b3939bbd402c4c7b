"""A summary as a document: headline, gist, decisions, tasks, open questions, figures, chapters, each with its moment.

All of it is told from what is stored: the gist is chosen from the sentences of the root, everything else is told by
rule from what was said. So it changes with its length and profile, and no model runs again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline import prompts
from pipeline.reports.outline_rows import profile_of
from pipeline.reports.outline_types import Chapter, Found, Line, Outline, Task
from pipeline.reports.reading import Sentence, by_time, root, traced
from pipeline.reports.written import Written
from pipeline.stages.describe import MEASURED
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run
from pipeline.store.tables import OutlineRow
from pipeline.text.chapters import borders, content
from pipeline.text.clauses import asks, is_fragment
from pipeline.text.lexicons import lexicon
from pipeline.text.notes import Kind
from pipeline.text.prominence import Prominence
from pipeline.text.said import Said, spoken, stated
from pipeline.text.salience import Candidate, alike, choose, topic
from pipeline.text.small_talk import courteous, small_talk
from pipeline.text.titles import Counted, counted, summed, titles

Length = Literal["short", "normal", "long"]

SOMEBODY = "?"
"""Who says `I` where several speak, and none of them said just that."""

_GIST = {"short": 3, "normal": 5, "long": 8}
"""Sentences of the gist, at most."""

_MINUTES = {"short": 6, "normal": 3, "long": 1}
"""A gist has three sentences and one more for so many minutes."""

_LINES = {"short": 5, "normal": 12, "long": None}
"""Decisions, tasks and questions, each at most; all of them where there is no number."""

_FIGURES = {"short": 3, "normal": 8, "long": 30}
"""Figures, at most, and one for so many minutes as `_MINUTES` has at least."""

_SHORTEST = 5 * 60 * TICKS_PER_SECOND
"""Ticks below which a recording is not divided into chapters."""

_LETTERS = 220
"""Letters of a sentence that is shown of what was said; longer ones are cut at a word."""


def told_outline(run: Run, length: Length, heard: Spoken, rows: Sequence[OutlineRow]) -> Outline:
    """The outline of a run, with the sections of its profile; empty while there is no root.

    `heard` is what was heard in the run, `rows` are the decisions, tasks, questions and figures in it.

    Of a recording that nobody speaks in, the root's sentences are measured, and all of them are the gist.
    """
    node = root(run)
    if node is None:
        return Outline()
    if node.model == MEASURED:
        return Outline(gist=tuple(Line(one.text, one.moments) for one in by_time(traced(node))))
    written = Written(run)
    shown = prompts.sections(profile_of(run))
    talk = _Talk(said_sentences(heard), rows, length)
    gist = talk.gist(by_time(written.true_root(traced(node)))) if "gist" in shown else ()
    return Outline(
        headline=talk.headline,
        gist=gist,
        decisions=talk.decisions,
        tasks=talk.tasks,
        questions=talk.questions,
        figures=talk.figures,
        found=talk.found,
        chapters=talk.told_chapters(written, gist) if "chapters" in shown else (),
        headings=talk.words.headings,
    )


def told_titles(run: Run, heard: Spoken) -> Outline:
    """The headline and the chapters alone, these without sentences: the rest takes longer."""
    node = root(run)
    if node is None or node.model == MEASURED:
        return Outline()
    talk = _Talk(said_sentences(heard), (), "normal")
    shown = "chapters" in prompts.sections(profile_of(run))
    return Outline(headline=talk.headline, chapters=talk.chapters if shown else ())


def said_sentences(heard: Spoken) -> tuple[Said, ...]:
    """All sentences that were said, with their speakers."""
    return tuple(spoken(cue for row in heard.heard() for cue in row.cues))


class _Talk:
    """What is told by rule from what was said; `rows` are the decisions, tasks, questions and figures in it."""

    def __init__(self, said: Sequence[Said], rows: Sequence[OutlineRow], length: Length) -> None:
        self._said = said
        self.words = lexicon(" ".join(one.text for one in said))
        self._rows = rows
        self._length = length
        self._minutes = (said[-1].span.end / TICKS_PER_SECOND / 60) if said else 0.0

    @cached_property
    def _topic(self) -> dict[str, float]:
        return topic((one.text for one in self._said), self.words)

    @cached_property
    def _prominence(self) -> Prominence:
        told = [one for one in self._said if not small_talk(one.text, self.words)]
        return Prominence([one.span.start for one in told], [one.text for one in told], self.words)

    @cached_property
    def _borders(self) -> list[int]:
        return borders(self._said, self.words)

    @cached_property
    def _chapters(self) -> list[Sequence[Said]]:
        """What was said in each chapter; there is one at least where anything was said."""
        stops = [*self._borders[1:], len(self._said)]
        return [self._said[first:stop] for first, stop in zip(self._borders, stops, strict=False)]

    @cached_property
    def _counted(self) -> list[Counted]:
        return [counted([one.text for one in part], self.words) for part in self._chapters]

    @property
    def headline(self) -> str:
        """What is spoken of most."""
        (title,) = titles([summed(self._counted)])
        return title

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters, without sentences; none where there is one only, or the recording is short."""
        if len(self._chapters) < 2 or self._said[-1].span.end < _SHORTEST:
            return ()
        return tuple(
            Chapter(Span(part[0].span.start, part[-1].span.end), title)
            for part, title in zip(self._chapters, titles(self._counted), strict=True)
        )

    def told_chapters(self, written: Written, gist: Sequence[Line]) -> tuple[Chapter, ...]:
        """The chapters with one or two sentences each of what was written of it, none of which is in the `gist`."""
        if not self.chapters:
            return ()
        starts = [chapter.span.start for chapter in self.chapters]
        own: list[list[Sentence]] = [[] for _ in starts]
        for one in written.every():
            at = bisect_right(starts, _middle(one.moments[0])) - 1
            span = self.chapters[at].span
            if all(span.holds(_middle(moment)) for moment in one.moments) and self._tells(one):
                own[at].append(one)
        told = [line.text for line in gist]
        chapters = []
        for chapter, part, found in zip(self.chapters, self._chapters, own, strict=True):
            lines = self._best(written, found, part, told)
            told += [line.text for line in lines]
            chapters.append(replace(chapter, lines=lines))
        return tuple(chapters)

    def _best(
        self, written: Written, found: Sequence[Sentence], part: Sequence[Said], told: Sequence[str]
    ) -> tuple[Line, ...]:
        """One or two sentences of `found` that say most of what is said in a `part`, and nothing that was told."""
        about = topic((one.text for one in part), self.words)
        long = self._length != "short" and part[-1].span.end - part[0].span.start >= _SHORTEST
        chosen = choose([Candidate(one.text, 0) for one in found], 1 + long, about, self.words, told)
        true = by_time(written.true(found[at] for at in chosen))
        return tuple(self._line(cut(one.text), one.moments) for one in true)

    def _tells(self, one: Sentence) -> bool:
        """Whether a sentence is no courtesy, and short enough to be shown."""
        return len(one.text) <= _LETTERS and not (small_talk(one.text, self.words) or courteous(one.text, self.words))

    def gist(self, found: Sequence[Sentence]) -> tuple[Line, ...]:
        """The few sentences of the root that say most, spread over the recording.

        Those without a moment, and questions, count only where there is nothing else, very long ones only where there
        are not enough others.
        """
        most = min(_GIST[self._length], 3 + round(self._minutes / _MINUTES[self._length]))
        told = [one for one in found if not (small_talk(one.text, self.words) or courteous(one.text, self.words))]
        told = [one for one in told if one.moments] or told or list(found)
        told = [one for one in told if not (asks(one.text, self.words) or is_fragment(one.text, self.words))] or told
        short = [one for one in told if len(one.text) <= _LETTERS]
        told = short if len(short) >= most else told
        among = [self._candidate(one.text, one.moments) for one in told]
        return tuple(
            self._line(cut(told[at].text), self._moments(told[at], told))
            for at in choose(among, most, self._topic, self.words)
        )

    @cached_property
    def _found_decisions(self) -> list[Line]:
        return self._joined("decision")

    @cached_property
    def _found_questions(self) -> list[Line]:
        return self._joined("question")

    @cached_property
    def _found_tasks(self) -> list[Task]:
        return [
            Task(row.who, cut(row.what), row.when, cut(row.text), row.span, row.speaker) for row in self._of("task")
        ]

    @property
    def found(self) -> Found:
        """How many of each there are."""
        return Found(
            decisions=len(self._found_decisions),
            tasks=len(self._found_tasks),
            questions=len(self._found_questions),
        )

    @property
    def decisions(self) -> tuple[Line, ...]:
        """Those that say most, each once."""
        return self._salient(self._found_decisions, _LINES[self._length])

    @property
    def questions(self) -> tuple[Line, ...]:
        """Those that say most, each once."""
        return self._salient(self._found_questions, _LINES[self._length])

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks; where there are too many, those that are dated or have somebody, of each part of the recording."""
        used: Counter[tuple[int, int]] = Counter()
        order = []
        for at, task in enumerate(self._found_tasks):
            rank, part = -bool(task.who) - bool(task.when), self._part(task.moment)
            order.append((rank, used[rank, part], at))
            used[rank, part] += 1
        best = sorted(order)[: _LINES[self._length]]
        return tuple(self._found_tasks[at] for at in sorted(at for *_, at in best))

    @property
    def figures(self) -> tuple[Line, ...]:
        """The sentences with the figures that say most, each once."""
        most = min(_FIGURES[self._length], 1 + round(self._minutes / _MINUTES[self._length]))
        lines = dict.fromkeys(Line(cut(row.text), (row.span,), row.speaker) for row in self._of("figure"))
        return self._salient(list(lines), most)

    def _joined(self, kind: Kind) -> list[Line]:
        """The notes of a kind, those that say the same joined."""
        lines: list[Line] = []
        for row in self._of(kind):
            text = cut(row.text)
            same = next((at for at, line in enumerate(lines) if alike(line.text, text, self.words)), None)
            if same is None:
                lines.append(Line(text, (row.span,), row.speaker))
            else:
                lines[same] = replace(lines[same], moments=(*lines[same].moments, row.span))
        return lines

    def _of(self, kind: Kind | Literal["figure"]) -> list[OutlineRow]:
        return [row for row in self._rows if row.kind == kind]

    @cached_property
    def _parts(self) -> list[int]:
        """The ticks at which parts begin over which a choice is spread: chapters, or thirds of a short recording."""
        thirds = [len(self._said) // 3, len(self._said) * 2 // 3] if len(self._said) > 2 else []
        return [self._said[at].span.start for at in (self._borders[1:] or thirds)]

    def _candidate(self, text: str, moments: Sequence[Span]) -> Candidate:
        return Candidate(text, self._part(moments[0]) if moments else 0, self._prominence.within(moments))

    def _part(self, moment: Span) -> int:
        """In which of the parts a moment lies, by number."""
        return bisect_right(self._parts, moment.start)

    def _salient(self, lines: Sequence[Line], most: int | None) -> tuple[Line, ...]:
        if most is None or len(lines) <= most:
            return tuple(lines)
        among = [self._candidate(line.text, line.moments) for line in lines]
        return tuple(lines[at] for at in choose(among, most, self._topic, self.words))

    def _moments(self, one: Sentence, others: Sequence[Sentence]) -> tuple[Span, ...]:
        """The moments of a sentence and of those that say the same."""
        same = [moment for other in others if alike(one.text, other.text, self.words) for moment in other.moments]
        return tuple(sorted({*one.moments, *same}))

    def _line(self, text: str, moments: tuple[Span, ...]) -> Line:
        """A sentence that was written; where a speaker means themselves in it, with who that is."""
        text = stated(text.replace("**", ""), self.words)
        if not self.words.in_first_person(text):
            return Line(text, moments)
        said = [one for one in self._said if one.speaker and any(one.span.overlaps(moment) for moment in moments)]
        if not said:
            return Line(text, moments)
        wanted = set(content(text, self.words))
        shared = [(len(wanted.intersection(content(one.text, self.words))), one) for one in said]
        most = max(count for count, _ in shared)
        who = {one.speaker for count, one in shared if count == most}
        return Line(text, moments, who.pop() if len(who) == 1 and most else SOMEBODY)


def _middle(span: Span) -> int:
    return (span.start + span.end) // 2


def cut(text: str) -> str:
    """`text` of a sentence that was said, or its beginning where it is very long."""
    if len(text) <= _LETTERS:
        return text
    return text[:_LETTERS].rsplit(" ", 1)[0].rstrip(" ,;") + " …"
