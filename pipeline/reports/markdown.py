"""The report for people: summary with its moments, coverage, notes and transcript, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from chunkers.spans import Span, stamp
from pipeline.reports.reading import Sentence, by_time, root, traced
from pipeline.store import Run
from pipeline.store.coverage import STATUSES, Coverage, coverage
from pipeline.store.tables import ChunkRow

_MEANING = {
    "processed": "heard and summarised",
    "silent": "no speech: never given to a model",
    "failed": "a model failed; tried again by the next `longmedia run`",
    "skipped": "not in the file, or left out",
}


def report(run: Run) -> Iterator[str]:
    """Markdown, a section at a time; an anchor a chunk, to which the summary's stamps lead."""
    described = run.manifest()
    total = coverage(run.chunks())
    yield f"# {_inline(described['input']['name'])}\n\n"
    yield f"{stamp(total.end)} · {', '.join(_languages(run)) or 'no speech'}\n\n"
    yield from _summary(run, total)
    yield from _coverage(total, described)
    yield "## Notes and transcript\n\n"
    for row in run.chunks():
        yield from _chunk(row)
    yield from _made(run)


def _summary(run: Run, total: Coverage) -> Iterator[str]:
    yield "## Summary\n\n"
    node = root(run)
    if node is None:
        done = bool(run.result()) and not total.ticks["processed"]
        yield "Nothing was said in this recording.\n\n" if done else "The run is not finished: run it again.\n\n"
        return
    starts = [(row.span, f"t{row.index}") for row in run.chunks()]
    for one in by_time(traced(node)):
        yield f"- {_inline(one.text)} {_moments(one, starts)}\n"
    yield "\n"
    if not total.complete:
        yield f"> {stamp(sum(gap.ticks for gap, _, _ in total.gaps))} of the recording are not in this summary: "
        yield "see Coverage.\n\n"


def _moments(sentence: Sentence, anchors: list[tuple[Span, str]]) -> str:
    if not sentence.moments:
        return "*(no moment found that bears this out)*"
    links = []
    for moment in sentence.moments:
        anchor = next((name for span, name in anchors if span.holds(moment.start)), "")
        links.append(f"[{stamp(moment.start)}](#{anchor})" if anchor else stamp(moment.start))
    return " ".join(links)


def _coverage(total: Coverage, described: dict[str, object]) -> Iterator[str]:
    yield "## Coverage\n\n| | time | share | |\n|---|---:|---:|---|\n"
    for status in STATUSES:
        ticks = total.ticks[status]
        share = ticks / total.end if total.end else 0
        yield f"| {status} | {stamp(ticks, millis=True)} | {share:.1%} | {_MEANING[status]} |\n"
    yield f"| **all** | {stamp(total.end, millis=True)} | 100.0% | |\n\n"
    for span, status, reason in total.gaps:
        yield f"- {span}: {status}: {_inline(reason)}\n"
    decoded = described.get("decoded")
    if isinstance(decoded, dict):
        for note in decoded["notes"]:
            yield f"- {_inline(note)}\n"
    yield "\n"


def _chunk(row: ChunkRow) -> Iterator[str]:
    if row.status == "silent":
        return
    yield f'### <a id="t{row.index}"></a>{row.span}\n\n'
    if row.status != "processed":
        yield f"*{row.status}: {_inline(row.error)}*\n\n"
    if row.summary:
        yield f"> {_inline(row.summary)}\n\n"
    if row.screen_text:
        yield f"On screen: {_inline(row.screen_text)}\n\n"
    for event in row.events:
        yield f"- {stamp(event['at'])} {_inline(event['text'])}\n"
    if row.transcript:
        yield f"{_inline(row.transcript)}\n\n"
    if row.source != "local":
        yield f"*made outside this machine: {row.source}*\n\n"


def _made(run: Run) -> Iterator[str]:
    described = run.manifest()
    yield "## How it was made\n\n"
    yield f"- recording `{run.key.recording}`, run `{run.key.fingerprint}`\n"
    for name, value in sorted(described["identity"].items()):
        yield f"- {name}: `{value}`\n"
    elsewhere = [
        f"level {n.level} node {n.index}" for k in run.levels() if k for n in run.nodes(k) if n.source != "local"
    ]
    if elsewhere:
        yield f"- made outside this machine: {', '.join(elsewhere)}\n"
    yield f"- versions: {', '.join(f'{n} {v}' for n, v in sorted(described['versions'].items()))}\n"


def _languages(run: Run) -> list[str]:
    return list(dict.fromkeys(row.language for row in run.chunks() if row.language and row.transcript))


def _inline(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    for mark in "\\`*_<>[]#|":
        text = text.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return " ".join(text.split())
