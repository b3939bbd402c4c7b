"""A run as the passages that are indexed: half a minute of what one person said, a summary, a text on the screen."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from chunkers.spans import TICKS_PER_SECOND, Span
from pipeline.reports.outline_types import Outline
from pipeline.reports.reading import root, traced
from pipeline.search.terms import composed
from pipeline.settings.languages import LANGUAGES
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import ended

Kind = Literal["transcript", "summary", "screen", "speaker", "chapter"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""Words that were said, summaries of chunks and of the whole, text on the screen, speakers, chapters."""

_ENOUGH, _MOST = 300, 1200
"""Letters from which a passage ends with a sentence, and with which it ends anyway; half and two minutes of speech."""

_PAUSE = 5 * TICKS_PER_SECOND
"""A pause that ends a passage, in ticks."""

_STANDS = 2 * TICKS_PER_SECOND
"""Ticks for which a line on the screen may be gone and is still the same."""

_TICKS_PER_MS = TICKS_PER_SECOND // 1000


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that is found as one, and its moments: (first letter, tick) of each piece of it, in order of letters."""

    kind: Kind
    span: Span
    text: str
    speaker: str
    language: str
    moments: tuple[tuple[int, int], ...]

    def at(self, letter: int) -> int:
        """The tick at which the piece begins that holds a letter."""
        return max((moment for moment in self.moments if moment[0] <= letter), default=(0, self.span.start))[1]

    def packed(self) -> bytes:
        """The moments as bytes: pairs of int32, letter and milliseconds from the beginning of the span."""
        flat = [
            number for letter, tick in self.moments for number in (letter, (tick - self.span.start) // _TICKS_PER_MS)
        ]
        return struct.pack(f"<{len(flat)}i", *flat)


def unpacked(moments: bytes, start: int) -> tuple[tuple[int, int], ...]:
    """What `Passage.packed` has packed, of a passage that begins at the tick `start`."""
    return tuple((letter, start + ms * _TICKS_PER_MS) for letter, ms in struct.iter_unpack("<2i", moments))


def passages(run: Run, spoken: Spoken, outline: Outline) -> Iterator[Passage]:
    """All passages of a run, as far as it has come; `spoken` and `outline` are its own."""
    languages: Counter[str] = Counter()
    for passage in said(spoken.heard()):
        languages[passage.language] += len(passage.text)
        yield passage
    main = languages.most_common(1)[0][0] if languages else ""
    yield from _summaries(run, main)
    yield from _on_screen(run, main)
    for person in spoken.people:
        if person.named or person.labels:
            first = min(person.voices, key=lambda voice: voice.start)
            yield _single(
                "speaker", Span(first.start, max(first.start, first.end)), person.name, "", composed(person.name)
            )
    for chapter in outline.chapters:
        if chapter.title:
            yield _single("chapter", chapter.span, chapter.title, main)


def said(rows: Iterable[HearRow]) -> Iterator[Passage]:
    """What was said: stretches of one speaker in one language, cut where sentences end."""
    held: list[Cue] = []
    language = ""
    for row in rows:
        for cue in row.cues or ([Cue(row.start, row.end, row.transcript)] if row.transcript else []):
            if held and (row.language != language or _parted(held, cue)):
                yield _joined(held, language)
                held = []
            held.append(cue)
            language = row.language
    if held:
        yield _joined(held, language)


def _parted(held: list[Cue], cue: Cue) -> bool:
    letters, last = sum(len(one.text) for one in held), held[-1]
    return (
        cue.speaker != last.speaker
        or cue.start - last.end >= _PAUSE
        or letters >= _MOST
        or (letters >= _ENOUGH and ended(last.text))
    )


def _joined(cues: list[Cue], language: str) -> Passage:
    text = ""
    moments: list[tuple[int, int]] = []
    for cue in cues:
        bare = composed(" ".join(cue.text.split()))
        text += "" if not text or spaceless(text[-1] + bare[:1]) else " "
        moments.append((len(text), cue.start))
        text += bare
    span = Span(cues[0].start, max(cues[0].start, *(cue.end for cue in cues)))
    return Passage("transcript", span, text, composed(cues[0].speaker or ""), language, tuple(moments))


def _summaries(run: Run, main: str) -> Iterator[Passage]:
    """The summary of the whole, and those of the chunks."""
    node, document = root(run), run.document()
    merging = document.settings.get("merge") if document is not None else None
    wanted = merging.get("language") if isinstance(merging, dict) else None
    if node is not None:
        text, moments = "", []
        for sentence in traced(node):
            text += "\n" if text else ""
            moments.append((len(text), sentence.moments[0].start if sentence.moments else node.start))
            text += composed(sentence.text)
        language = _code(wanted) if isinstance(wanted, str) else main
        yield Passage("summary", node.span, text, "", language, tuple(moments))
    for chunk in run.chunks():
        if chunk.summary:
            yield _single("summary", chunk.span, chunk.summary, main)


def _on_screen(run: Run, main: str) -> Iterator[Passage]:
    """The lines that were shown, each once for every stretch in which it stood there, over the borders of segments."""
    until: dict[str, int] = {}
    for row in run.seen():
        for line in row.texts:
            last = until.get(line.text)
            if last is None or line.start > last + _STANDS:
                yield _single("screen", Span(line.start, max(line.start, line.end)), line.text, main)
            until[line.text] = max(line.end, last or 0)


def _code(language: str) -> str:
    """The code of a language by its English name; empty where it has none."""
    named = language.strip().casefold()
    return next((code for code, name in LANGUAGES.items() if named in (code, name.casefold())), "")


def _single(kind: Kind, span: Span, text: str, language: str, speaker: str = "") -> Passage:
    return Passage(kind, span, composed(text), speaker, language, ((0, span.start),))
