"""The report for people: summary with its moments, coverage, notes and transcript, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from chunkers.spans import Span, stamp
from pipeline.reports.by_speaker import BySpeaker, told_by_speaker
from pipeline.reports.expected import ExpectedWord, expected_words
from pipeline.reports.kept_outline import outline
from pipeline.reports.outline import Length
from pipeline.reports.outline_types import Line, Outline, Task
from pipeline.reports.reading import (
    MEANING,
    Section,
    by_time,
    covered,
    heading,
    imported,
    no_summary,
    notes,
    root,
    sections,
    traced,
)
from pipeline.stages.describe import MEASURED
from pipeline.stages.see.findings import Finding, findings
from pipeline.stages.see.looked import Looked
from pipeline.stages.speakers.spoken import Spoken, turns_of
from pipeline.store import DESCRIBE, Run
from pipeline.store.coverage import STATUSES, Coverage
from pipeline.store.tables import NodeRow
from pipeline.text.lexicons import Headings
from pipeline.text.markup import code, markdown

_MOST_MOMENTS = 5
"""Links behind a sentence about the picture."""

Anchors = Sequence[tuple[Span, str]]
"""The sections of the transcript, and the names that links lead to."""


def report(run: Run, length: Length = "normal", *, by_speaker: bool = False) -> Iterator[str]:
    """Markdown, a section at a time; an anchor a chunk, to which the summary's stamps lead."""
    document = run.document()
    total = covered(run)
    yield f"# {markdown(document.input.name if document else run.key.recording)}\n\n"
    yield f"{markdown(heading(run, total.end))}\n\n"
    node = root(run)
    spoken, looked = Spoken(run), Looked(run.seen())
    anchors = [(section.span, section.anchor) for section in sections(run, run.heard())]
    summary = outline(run, length, spoken)
    yield from _summary(run, summary, total, anchors)
    if node is not None and length == "long" and node.model != MEASURED:
        yield from _in_full(node, summary.headings, anchors)
    yield from _findings(findings(looked, document.severity if document else ()), anchors)
    if node is None or node.model != MEASURED:
        yield from _picture(looked, anchors)
    yield from _speakers(spoken, summary.headings, anchors)
    yield from _expected(expected_words(run, run.heard()), summary.headings, anchors)
    if by_speaker:
        yield from _by_speaker(told_by_speaker(spoken, summary, length), summary.headings, anchors)
    yield from _coverage(total, notes(run), summary.headings)
    yield "## Notes and transcript\n\n"
    for section in sections(run, spoken.heard()):
        yield from _section(section)
    yield from _made(run)


def _summary(run: Run, found: Outline, total: Coverage, anchors: Anchors) -> Iterator[str]:
    yield f"## {found.headings.summary}\n\n"
    if root(run) is None:
        yield f"{no_summary(run, total)}\n\n"
        return
    if found.headline:
        yield f"**{markdown(found.headline)}**\n\n"
    yield from _lines(found.gist, anchors)
    if not total.complete:
        yield f"> {stamp(sum(gap.ticks for gap, _, _ in total.gaps))} of the recording are not in this summary: "
        yield f"see {found.headings.coverage}.\n\n"
    yield from _listed(found.heading("decisions"), found.decisions, anchors)
    yield from _tasks(found, anchors)
    yield from _listed(found.heading("questions"), found.questions, anchors)
    yield from _listed(found.headings.figures, found.figures, anchors)
    if found.chapters:
        yield f"## {found.headings.chapters}\n\n"
        for chapter in found.chapters:
            yield f"- {_link(chapter.span.start, anchors)} {markdown(chapter.title)}".rstrip() + "\n"
            for line in chapter.lines:
                yield f"  - {_line(line, anchors)}\n"
        yield "\n"


def _tasks(found: Outline, anchors: Anchors) -> Iterator[str]:
    headings = found.headings
    if not found.tasks:
        return
    columns = " | ".join(one.lower() for one in (headings.who, headings.what, headings.when, headings.said_at))
    yield f"## {found.heading('tasks')}\n\n| {columns} |\n|---|---|---|---|\n"
    for task in found.tasks:
        by = f" {headings.by} {markdown(task.speaker)}" if task.speaker else ""
        said = f"{_link(task.moment.start, anchors)}{by}"
        cells = [markdown(task.who), markdown(task.what), markdown(task.when), said]
        yield f"| {' | '.join(cells)} |\n"
    yield "\n"


def _listed(heading: str, lines: Sequence[Line], anchors: Anchors) -> Iterator[str]:
    if lines:
        yield f"## {heading}\n\n"
        yield from _lines(lines, anchors)


def _lines(lines: Sequence[Line], anchors: Anchors) -> Iterator[str]:
    for one in lines:
        yield f"- {_line(one, anchors)}\n"
    yield "\n"


def _line(one: Line, anchors: Anchors) -> str:
    who = f"**{markdown(one.speaker)}:** " if one.speaker else ""
    return f"{who}{markdown(one.text)} {_moments(one.moments, anchors)}"


def _in_full(node: NodeRow, headings: Headings, anchors: Anchors) -> Iterator[str]:
    """Every sentence of the root, also those that no moment bears out."""
    yield f"## {headings.full}\n\n"
    yield from _lines([Line(one.text, one.moments) for one in by_time(traced(node))], anchors)


def _findings(found: list[Finding], anchors: Anchors) -> Iterator[str]:
    """What the profile's rules call bad, the worst first."""
    if not found:
        return
    yield "## Findings\n\n| severity | when | what |\n|---|---|---|\n"
    for one in found:
        yield f"| {one.severity} | {_link(one.span.start, anchors)} | {markdown(one.text)} |\n"
    yield "\n"


def _picture(looked: Looked, anchors: Anchors) -> Iterator[str]:
    """What was measured and read in the picture, where it was looked at."""
    if not looked.segments:
        return
    yield "## Picture\n\n"
    for one in looked.within(looked.span).statements:
        yield f"- {markdown(one.text)} {_moments(one.spans[:_MOST_MOMENTS], anchors)}\n"
    yield "\n"


def _speakers(spoken: Spoken, headings: Headings, anchors: Anchors) -> Iterator[str]:
    """Who speaks how much, and where each is heard first; nothing where nobody was told apart."""
    if len(spoken.people) < 2:
        return
    total = sum(person.ticks for person in spoken.people)
    count = Counter(turn.speaker for turn in spoken.turns())
    how = "As the words came with them." if spoken.people[0].labels else "Told apart by their voices."
    yield f"## {headings.speakers}\n\n{how}\n\n"
    yield "| | speech | share | turns | first heard |\n|---|---:|---:|---:|---|\n"
    for person in spoken.people:
        first = min(voice.start for voice in person.voices)
        yield f"| {markdown(person.name)} | {stamp(person.ticks)} | {person.ticks / max(total, 1):.0%} "
        yield f"| {count[person.name]} | {_link(first, anchors)} |\n"
    yield "\n"


def _expected(words: Sequence[ExpectedWord], headings: Headings, anchors: Anchors) -> Iterator[str]:
    """The words that the recogniser was to expect, and where it heard them."""
    if not words:
        return
    yield f"## {headings.expected}\n\n"
    for word in words:
        links = " ".join(_link(moment.start, anchors) for moment in word.moments[:_MOST_MOMENTS])
        yield f"- {markdown(word.text)}: {word.count}{f' {links}' if links else ''}\n"
    yield "\n"


def _by_speaker(people: Sequence[BySpeaker], headings: Headings, anchors: Anchors) -> Iterator[str]:
    for person in people:
        yield f"### {markdown(person.name)}\n\n"
        yield from _lines(person.lines, anchors)
        if person.tasks:
            yield f"{headings.to_do}:\n\n"
            yield from _lines([Line(_to_do(task), (task.moment,)) for task in person.tasks], anchors)


def _to_do(task: Task) -> str:
    return f"{task.what} ({task.when})" if task.when and task.when not in task.what else task.what


def _moments(moments: Sequence[Span], anchors: Anchors) -> str:
    if not moments:
        return "*(no moment found that bears this out)*"
    return " ".join(_link(moment.start, anchors) for moment in moments)


def _link(tick: int, anchors: Anchors) -> str:
    anchor = next((name for span, name in anchors if span.holds(tick)), "")
    return f"[{stamp(tick)}](#{anchor})" if anchor else stamp(tick)


def _coverage(total: Coverage, found: list[str], headings: Headings) -> Iterator[str]:
    yield f"## {headings.coverage}\n\n| | time | share | |\n|---|---:|---:|---|\n"
    for status in STATUSES:
        ticks = total.ticks[status]
        share = ticks / total.end if total.end else 0
        yield f"| {status} | {stamp(ticks, millis=True)} | {share:.1%} | {MEANING[status]} |\n"
    yield f"| **all** | {stamp(total.end, millis=True)} | 100.0% | |\n\n"
    for span, status, reason in total.gaps:
        yield f"- {span}: {status}: {markdown(reason)}\n"
    for note in found:
        yield f"- {markdown(note)}\n"
    yield "\n"


def _section(section: Section) -> Iterator[str]:
    if section.status == "silent":
        return
    chunk = section.chunk
    yield f'### <a id="{section.anchor}"></a>{section.span}\n\n'
    if section.status != "processed":
        yield f"*{section.status}: {markdown(section.error)}*\n\n"
    elif section.error:
        yield f"*{markdown(section.error)}*\n\n"
    if chunk is not None and chunk.summary:
        yield f"> {markdown(chunk.summary)}\n\n"
    if chunk is not None and chunk.screen_text:
        yield f"On screen: {markdown(chunk.screen_text)}\n\n"
    for one in chunk.screen_differences if chunk is not None else ():
        yield f"- *read by the {one.by} alone:* {markdown(one.text)}\n"
    for event in chunk.events if chunk is not None else ():
        yield f"- {stamp(event.at)} {markdown(event.text)}\n"
    turns = list(turns_of(section.heard))
    if any(turn.speaker for turn in turns):
        for turn in turns:
            who = f"**{markdown(turn.speaker)}:** " if turn.speaker else ""
            yield f"{who}{markdown(turn.text)}\n\n"
    else:
        yield from (f"{markdown(row.transcript)}\n\n" for row in section.heard if row.transcript)
    elsewhere = chunk is not None and chunk.source == "cloud"
    if elsewhere or any(row.source == "cloud" for row in section.heard):
        yield "*made outside this machine: cloud*\n\n"


def _made(run: Run) -> Iterator[str]:
    yield "## How it was made\n\n"
    yield f"- recording {code(run.key.recording)}, run {code(run.key.run)}\n"
    document = run.document()
    if document is None:
        return
    if imported(run):
        yield "- the transcript was brought along; the recording itself was not heard\n"
    for name, value in sorted(document.identity.items()):
        yield f"- {markdown(name)}: {code(value)}\n"
    elsewhere = [
        f"level {node.level} node {node.index}"
        for level in run.levels()
        for node in run.nodes(level)
        if node.source != "local"
    ]
    if elsewhere:
        yield f"- made outside this machine: {', '.join(elsewhere)}\n"
    versions = ", ".join(f"{name} {version}" for name, version in sorted(document.versions.items()))
    yield f"- versions: {markdown(versions)}\n"
    if not run.has(DESCRIBE):
        yield "- it ends with hearing\n"
